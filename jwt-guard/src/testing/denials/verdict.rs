//! Judges the answer to one request.

use axum::response::Response;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;

use crate::error::FailureKind;
use crate::guard::{Noted, Verdict};
use crate::policy::Rule;

/// How a request must be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// 401, and a challenge without an error (RFC 6750 section 3.1).
    Unauthenticated,
    /// 401, and a challenge that says so.
    InvalidToken,
    /// 403 and a challenge; 401 where a new login helps (RFC 9470 section 3).
    Forbidden,
    /// As the same request to a path without a route: with this status and challenge.
    Hidden(StatusCode, Option<String>),
}

/// What came back, and what was noted on the way.
#[derive(Debug)]
pub(super) struct Outcome {
    /// `None` if the application panicked.
    pub(super) response: Option<Response>,
    pub(super) notes: Vec<Noted>,
    pub(super) polled: bool,
}

impl Outcome {
    /// Why the request was not refused as it must be; `None` if it was.
    pub(super) fn fault(&self, refused: &Refused, rule: Option<&Rule>) -> Option<String> {
        let Some(response) = &self.response else { return Some("the application panicked".to_owned()) };
        let status = response.status();
        let challenge = self.challenge();
        let answer = match &challenge {
            Some(challenge) => format!("{status} with the challenge `{challenge}`"),
            None => format!("{status} without a challenge"),
        };
        if let Some(reason) = self.no_guard() {
            return Some(format!("{answer}: {reason}"));
        }
        if self.is_admitted_by(rule) {
            return Some(format!("the policy admitted it, and the answer was {answer}"));
        }
        if !self.is_denied() {
            return Some(format!("{answer}, from something that answers before any policy"));
        }
        if self.polled && !matches!(refused, Refused::Hidden(..)) {
            return Some(format!("{answer}, but the body was read before the decision"));
        }
        let is_right = match refused {
            Refused::Unauthenticated => {
                status == StatusCode::UNAUTHORIZED && has(&challenge, |text| !text.contains("error="))
            }
            Refused::InvalidToken => is_error(status, StatusCode::UNAUTHORIZED, &challenge, "invalid_token"),
            Refused::Forbidden => {
                (status == StatusCode::FORBIDDEN && challenge.is_some())
                    || is_error(
                        status,
                        StatusCode::UNAUTHORIZED,
                        &challenge,
                        "insufficient_user_authentication",
                    )
            }
            // A route with parameters may have taken the path of the comparison.
            Refused::Hidden(unknown, said) => {
                (&status, &challenge) == (unknown, said)
                    || (status == StatusCode::NOT_FOUND && challenge.is_none())
            }
        };
        (!is_right).then_some(answer)
    }

    /// Whether a guard refused the request.
    pub(super) fn is_denied(&self) -> bool {
        self.notes.iter().any(|note| matches!(note.verdict, Verdict::Denied { .. }))
    }

    /// Why the service, and not the caller, is at fault; then nothing can be told of the policy.
    pub(super) fn unavailable(&self) -> Option<&str> {
        self.notes.iter().find_map(|note| match &note.verdict {
            Verdict::Denied { kind: FailureKind::Unavailable, reason, .. } => Some(reason.as_str()),
            _ => None,
        })
    }

    /// Whether the policy of the route let the request pass.
    pub(super) fn is_admitted_by(&self, rule: Option<&Rule>) -> bool {
        let admitted = |note: &&Noted| matches!(note.verdict, Verdict::Admitted);
        self.notes.iter().filter(admitted).any(|note| rule.is_some_and(|rule| note.is_by(rule)))
    }

    /// Why no guard decided.
    pub(super) fn no_guard(&self) -> Option<&str> {
        self.notes.iter().find_map(|note| match &note.verdict {
            Verdict::Denied { kind: FailureKind::NotConfigured, reason, .. } => Some(reason.as_str()),
            _ => None,
        })
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(Response::status)
    }

    /// As a path without a route answers.
    pub(super) fn of_unknown_path(&self) -> Refused {
        Refused::Hidden(self.status().unwrap_or(StatusCode::NOT_FOUND), self.challenge())
    }

    fn challenge(&self) -> Option<String> {
        let value = self.response.as_ref()?.headers().get(WWW_AUTHENTICATE)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

fn has(challenge: &Option<String>, is: impl FnOnce(&str) -> bool) -> bool {
    challenge.as_deref().is_some_and(is)
}

fn is_error(status: StatusCode, expected: StatusCode, challenge: &Option<String>, error: &str) -> bool {
    status == expected && has(challenge, |text| text.contains(&format!("error=\"{error}\"")))
}

/// For the report.
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("401 with a challenge without an error"),
            Self::InvalidToken => f.write_str("401 with `error=\"invalid_token\"`"),
            Self::Forbidden => f.write_str("403 with a challenge"),
            Self::Hidden(unknown, _) => {
                write!(f, "404 without a challenge, or {unknown} and all as for a path without a route")
            }
        }
    }
}
