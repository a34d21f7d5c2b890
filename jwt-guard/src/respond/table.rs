//! The one table of answers to each class of failure.

use http::StatusCode;

use crate::error::FailureKind;

/// The answer to one class of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) challenge: ChallengeForm,
    /// The sentence for the client, the same for every failure of the class.
    pub(super) detail: &'static str,
}

/// The contents of the `WWW-Authenticate` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChallengeForm {
    /// No header.
    None,
    /// The scheme and the realm.
    Bare,
    /// The scheme, the realm and an error code.
    Error(&'static str),
}

impl ChallengeForm {
    pub(super) const fn code(self) -> Option<&'static str> {
        match self {
            Self::Error(code) => Some(code),
            Self::None | Self::Bare => None,
        }
    }
}

/// Looks up a class of failure. Every class has its own arm, so a new class does not compile without an answer.
pub(super) const fn answer(kind: FailureKind) -> Answer {
    use ChallengeForm::{Bare, Error, None};

    let (status, challenge, detail) = match kind {
        // RFC 6750 section 3.1: "If the request lacks any authentication information [..], the resource server
        // SHOULD NOT include an error code or other error information."
        FailureKind::MissingToken => (StatusCode::UNAUTHORIZED, Bare, "authentication is required"),
        // "The request [..] uses more than one method for including an access token, or is otherwise malformed.
        // The resource server SHOULD respond with the HTTP 400 (Bad Request) status code."
        FailureKind::MalformedRequest => (
            StatusCode::BAD_REQUEST,
            Error("invalid_request"),
            "the request must carry exactly one well-formed token",
        ),
        // "The access token provided is expired, revoked, malformed, or invalid for other reasons."
        FailureKind::InvalidToken => {
            (StatusCode::UNAUTHORIZED, Error("invalid_token"), "the token is not valid")
        }
        // "The request requires higher privileges than provided by the access token."
        FailureKind::InsufficientScope => (
            StatusCode::FORBIDDEN,
            Error("insufficient_scope"),
            "the token lacks a scope that this operation needs",
        ),
        // RFC 9470 section 3: "The authentication event associated with the access token presented with the request
        // does not meet the authentication requirements of the protected resource."
        FailureKind::InsufficientUserAuthentication => (
            StatusCode::UNAUTHORIZED,
            Error("insufficient_user_authentication"),
            "this operation needs a new login",
        ),
        // A client cannot request a role or a claim, so there is no error code that suggests it.
        FailureKind::Forbidden => (StatusCode::FORBIDDEN, Bare, "the caller may not do this"),
        // The token is good, and a better one would not help.
        FailureKind::CrossSite => (StatusCode::FORBIDDEN, Bare, "the request may come from another site"),
        FailureKind::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None, "the form is too large"),
        FailureKind::NotFound => (StatusCode::NOT_FOUND, None, "not found"),
        // Not a verdict: the client keeps its token and tries again.
        FailureKind::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, None, "authentication is not available at the moment")
        }
        FailureKind::NotConfigured | FailureKind::Internal => {
            (StatusCode::INTERNAL_SERVER_ERROR, None, "internal server error")
        }
    };
    Answer { status, challenge, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{code, error};

    #[test]
    fn every_kind_has_the_answer_that_the_standard_gives_it() {
        let rows: Vec<_> = FailureKind::ALL
            .into_iter()
            .map(|kind| (answer(kind).status.as_u16(), answer(kind).challenge))
            .collect();
        assert_eq!(
            rows,
            [
                (401, ChallengeForm::Bare),
                (400, ChallengeForm::Error("invalid_request")),
                (401, ChallengeForm::Error("invalid_token")),
                (403, ChallengeForm::Error("insufficient_scope")),
                (401, ChallengeForm::Error("insufficient_user_authentication")),
                (403, ChallengeForm::Bare),
                (403, ChallengeForm::Bare),
                (413, ChallengeForm::None),
                (404, ChallengeForm::None),
                (503, ChallengeForm::None),
                (500, ChallengeForm::None),
                (500, ChallengeForm::None),
            ]
        );
    }

    #[test]
    fn every_code_of_a_refusal_has_the_answer_that_its_documentation_says() {
        let documented: Vec<_> = code::tests::documented();
        let mut seen = Vec::new();
        for error in error::tests::samples() {
            let name = error.code().as_str();
            let (_, status) = documented.iter().find(|(code, _)| code == name).unwrap();
            assert_eq!(answer(error.kind()).status.as_u16(), *status, "{error:?}");
            seen.push(name);
        }
        // The login speaks of these itself.
        let of_login =
            ["refresh_refused", "refresh_reused", "form_too_large", "login_failed", "login_not_configured"];
        for (name, _) in documented {
            assert!(seen.contains(&name.as_str()) != of_login.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn every_401_and_403_carries_a_challenge() {
        for kind in FailureKind::ALL {
            let Answer { status, challenge, .. } = answer(kind);
            let challenged = challenge != ChallengeForm::None;
            let expected = matches!(status.as_u16(), 400 | 401 | 403);
            assert_eq!(challenged, expected, "{kind:?}");
        }
    }
}
