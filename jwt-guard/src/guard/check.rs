//! Refuses what a check of the handler does not admit: by the policy, as every other refusal.

use http::request::Parts;

use super::JwtGuard;
use super::admit::unconfigured;
use super::event::{self, Occasion};
use super::in_request::{Admission, Decision};
use crate::error::AuthError;
use crate::policy::Rule;
use crate::respond::Rejection;

/// Why a check does not admit a caller.
pub(crate) enum CheckRefusal {
    /// The check with this name answers `false`.
    ByCheck(&'static str),
    /// The check with this name returns an error.
    Failed(&'static str, String),
    Panicked,
}

/// The answer to a request that a check of its handler does not admit.
pub(crate) fn refused_by_check(request: &Parts, rule: &'static Rule, refusal: CheckRefusal) -> Rejection {
    let Some(guard) = JwtGuard::of(&request.extensions) else { return unconfigured() };
    let decision = Decision::of(&request.extensions);
    let is_anonymous = decision.is_some_and(|decision| matches!(decision.outcome, Admission::AsAnonymous));
    let error = match refusal {
        CheckRefusal::ByCheck(name) => AuthError::Check { name, is_anonymous },
        CheckRefusal::Failed(name, reason) => AuthError::CheckFailed { name, reason },
        CheckRefusal::Panicked => return guard.panicked("a check of the handler"),
    };
    let caller = decision.and_then(|decision| decision.caller.as_ref().ok());
    event::denied(rule, caller, &error, Occasion::Request(request));
    guard.refuse(request, rule, &error)
}
