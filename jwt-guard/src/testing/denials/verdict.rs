//! Judges the answer to one request.

use std::fmt;

use http::StatusCode;

use super::super::defect::Defect;
use super::outcome::RequestOutcome;
use crate::code::RefusalCode;
use crate::error::FailureKind;
use crate::guard::{Denial, JwtGuard, Noted};
use crate::policy::Rule;
use crate::router::RoutePath;

/// That a request must be refused, and how.
#[derive(Clone, Debug)]
pub(super) struct RefusedRequest {
    pub(super) cause: RefusalCause,
    /// Of a route that hides: as the same request to a path without a route.
    pub(super) hidden: Option<Absent>,
}

/// For which reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefusalCause {
    /// 401, and a challenge without an error (RFC 6750 section 3.1).
    NoToken,
    /// 401, and a challenge that says so.
    Defect(Defect),
    /// The policy: 403 and a challenge; 401 where a new login helps (RFC 9470 section 3).
    Conditions,
}

/// The answer for a path without a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// With this status and challenge.
    As(StatusCode, Option<String>),
    /// A route takes every path, so 404 without a challenge.
    Unknown,
}

/// Who must have decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decider<'r> {
    pub(super) place: &'r RoutePath,
    /// The policies, of which one decides.
    pub(super) rules: &'r [&'static Rule],
    /// The guard whose tokens were sent.
    pub(super) signer: Option<&'r JwtGuard>,
}

/// What is known after a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Refused,
    /// It was not; what happened.
    Hole(String),
    /// Nothing is known, for this reason.
    Unjudged(String),
    /// As before, and further requests to the route would tell nothing either.
    Stuck(String),
}

impl RequestOutcome {
    /// Whether the request was refused as it must be, and for the right reason.
    pub(super) fn judge(&self, refused: &RefusedRequest, decider: Decider<'_>) -> Judgement {
        if let Some(reason) = self.stuck(decider.place) {
            return Judgement::Stuck(reason);
        }
        let Some(answer) = self.answer() else {
            return Judgement::Hole("the application panicked".to_owned());
        };
        if let Some(reason) = self.no_guard() {
            return Judgement::Hole(format!("{answer}: {reason}"));
        }
        if self.is_admitted_by(decider.rules) {
            return Judgement::Hole(format!("the policy admitted it, and the answer was {answer}"));
        }
        let Some((note, denial)) = self.denied() else {
            return Judgement::Hole(format!("{answer}, from something that answers before any policy"));
        };
        if denial.kind == FailureKind::Unavailable && denial.code != RefusalCode::CheckFailed {
            return Judgement::Unjudged(format!("the guard cannot decide: {}", denial.reason));
        }
        if !refused.cause.codes().contains(&denial.code) && denial.kind != FailureKind::Internal {
            return by_another_reason(denial);
        }
        if let Some(reason) = by_another(note, refused.cause, decider) {
            return Judgement::Unjudged(reason);
        }
        if self.polled && refused.hidden.is_none() {
            return Judgement::Hole(format!("{answer}, but the body was read before the decision"));
        }
        if self.is_as(refused) {
            return Judgement::Refused;
        }
        Judgement::Hole(format!("{answer}; the guard refused it: {}", denial.reason))
    }

    fn is_as(&self, refused: &RefusedRequest) -> bool {
        let Some(status) = self.status() else { return false };
        let challenge = self.challenge();
        let has = |part: &str| challenge.as_deref().is_some_and(|text| text.contains(part));
        match (&refused.hidden, refused.cause) {
            (Some(Absent::As(unknown, said)), _) => (&status, &challenge) == (unknown, said),
            (Some(Absent::Unknown), _) => status == StatusCode::NOT_FOUND && challenge.is_none(),
            (None, RefusalCause::NoToken) => {
                status == StatusCode::UNAUTHORIZED && challenge.is_some() && !has("error=")
            }
            (None, RefusalCause::Defect(_)) => {
                status == StatusCode::UNAUTHORIZED && has("error=\"invalid_token\"")
            }
            (None, RefusalCause::Conditions) => {
                (status == StatusCode::FORBIDDEN && challenge.is_some())
                    || (status == StatusCode::UNAUTHORIZED
                        && has("error=\"insufficient_user_authentication\""))
            }
        }
    }
}

/// A refusal that says nothing of what was sent: it would come for a good request too.
fn by_another_reason(Denial { code, reason, .. }: &Denial) -> Judgement {
    let said = format!("(`{}`): {reason}", code.as_str());
    match code {
        // Checks are asked when the policy has admitted.
        RefusalCode::CheckRefused | RefusalCode::CheckFailed | RefusalCode::CheckInputRefused => {
            Judgement::Hole(format!(
                "the conditions of the policy admitted it, and only a check refused it {said}"
            ))
        }
        _ => Judgement::Unjudged(format!("it was refused for another reason {said}")),
    }
}

/// The guard or the policy that decided, if it is not the one that must.
fn by_another(note: &Noted, cause: RefusalCause, decider: Decider<'_>) -> Option<String> {
    let (guard, signer) = (note.guard.as_ref()?, decider.signer);
    if let Some(signer) = signer.filter(|signer| signer.id() != guard.id()) {
        let (guard, signer) = (guard.name(), signer.name());
        return Some(format!(
            "the guard `{guard}` refused it, and the token was one for the guard `{signer}`"
        ));
    }
    let is_own = decider.rules.iter().any(|rule| note.is_by(rule));
    (cause == RefusalCause::Conditions && !is_own)
        .then(|| format!("another policy, of a layer around it, refused it first: `{}`", note.policy))
}

impl RefusalCause {
    /// The codes of a refusal for this reason.
    fn codes(self) -> &'static [RefusalCode] {
        use RefusalCode as Code;

        match self {
            Self::NoToken => &[Code::NoToken, Code::OtherScheme],
            Self::Conditions => {
                &[Code::ScopeMissing, Code::LoginInsufficient, Code::ConditionUnmet, Code::ClaimsUndecidable]
            }
            // A resolver of opaque credentials may have looked for it.
            Self::Defect(Defect::Garbage) => &[Code::OpaqueToken, Code::NotAToken, Code::NoSession],
            Self::Defect(Defect::Expired) => &[Code::Expired],
            Self::Defect(Defect::NotYetValid) => &[Code::NotYetValid],
            Self::Defect(Defect::OtherIssuer) => &[Code::WrongIssuer, Code::UnknownTenant, Code::UnknownKey],
            Self::Defect(Defect::OtherAudience) => &[Code::WrongAudience],
            Self::Defect(Defect::OtherKey | Defect::Altered) => &[Code::BadSignature],
            Self::Defect(Defect::Unsigned) => {
                &[Code::WrongAlgorithm, Code::HeaderMalformed, Code::HeaderParameter, Code::NotAToken]
            }
            Self::Defect(Defect::PublicKeyAsSecret) => &[Code::WrongAlgorithm, Code::BadSignature],
            Self::Defect(Defect::OtherKind | Defect::OtherType) => &[Code::WrongType, Code::OtherTokenKind],
            Self::Defect(Defect::IdToken) => &[
                Code::WrongType,
                Code::WrongAudience,
                Code::WrongClient,
                Code::WrongClaimValue,
                Code::ClaimMissing,
            ],
        }
    }
}

/// For the report.
impl fmt::Display for RefusedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.hidden, self.cause) {
            (Some(Absent::As(status, _)), _) => {
                write!(f, "{status} and all as for a path without a route")
            }
            (Some(Absent::Unknown), _) => f.write_str("404 without a challenge"),
            (None, RefusalCause::NoToken) => f.write_str("401 with a challenge without an error"),
            (None, RefusalCause::Defect(_)) => f.write_str("401 with `error=\"invalid_token\"`"),
            (None, RefusalCause::Conditions) => f.write_str("403 with a challenge"),
        }
    }
}
