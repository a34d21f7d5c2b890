//! Ends the decision about a handler with checks: what they do not admit is refused by the policy, as every other refusal.

use axum::response::Response;
use http::request::Parts;

use super::JwtGuard;
use super::admit::unconfigured;
use super::event::{self, Occasion};
use super::in_request::{Admission, Decision};
use crate::error::{AuthError, FailureKind};
use crate::policy::Rule;
use crate::respond::Rejection;

/// Why a check does not admit a caller.
pub(crate) enum CheckRefusal {
    /// The check with this name answers `false`.
    ByCheck(&'static str),
    /// The check with this name returns an error.
    Failed(&'static str, String),
    /// An extractor of a check, of this type, has this answer.
    ByInput(&'static str, Response),
    Panicked,
}

/// Logs that a request is admitted whose policy names checks.
pub(crate) fn admitted_by_checks(request: &Parts, rule: &Rule) {
    let caller = Decision::of(&request.extensions).and_then(|decision| decision.caller.as_ref().ok());
    event::admitted(rule, caller, Occasion::Request(request));
}

/// Whether the policy is report-only and would refuse, so that its checks are not asked.
pub(crate) fn is_reported(request: &Parts) -> bool {
    Decision::of(&request.extensions).is_some_and(|decision| decision.outcome.is_reported())
}

/// The answer to a request that a check of its handler does not admit; none by a policy that is report-only.
pub(crate) fn refused_by_check(
    request: &Parts,
    rule: &'static Rule,
    refusal: CheckRefusal,
) -> Result<(), Rejection> {
    let Some(guard) = JwtGuard::of(&request.extensions) else { return Err(unconfigured()) };
    let decision = Decision::of(&request.extensions);
    let is_anonymous = decision.is_some_and(|decision| matches!(decision.outcome, Admission::AsAnonymous));
    let mut answer = None;
    let error = match refusal {
        CheckRefusal::ByCheck(name) => AuthError::Check { name, is_anonymous },
        CheckRefusal::Failed(name, reason) => AuthError::CheckFailed { name, reason },
        CheckRefusal::ByInput(input, response) => {
            let status = response.status();
            answer = Some(response);
            AuthError::CheckInput { input, answer: status.to_string(), has_failed: status.is_server_error() }
        }
        CheckRefusal::Panicked => return Err(guard.panicked("a check of the handler")),
    };
    let occasion = Occasion::Request(request);
    if rule.reports(&error)
        && let Some(decision) = decision
    {
        guard.report(rule, &decision.caller, &error, occasion);
        return Ok(());
    }
    let caller = decision.and_then(|decision| decision.caller.as_ref().ok());
    event::denied(rule, caller, &error, occasion);
    Err(match (answer, guard.refusal(rule, &error).kind()) {
        // As an extractor of the handler would answer.
        (Some(response), kind) if kind != FailureKind::NotFound => Rejection::written(kind, response),
        _ => guard.refuse(request, rule, &error),
    })
}
