//! Chooses the guard of a request by its credential, when a policy or an extractor needs it: what `tenants` does.

use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use super::JwtGuard;
use super::admit::{admit, store_decision};
use super::in_request::{Admission, Decision};
use crate::error::{AuthError, FailureKind};
use crate::policy::Rule;
use crate::respond::Rejection;
use crate::token::{TokenKind, TokenSource};

/// Knows several guards, and which of them decides about a credential.
pub(crate) trait ChooseGuard: Send + Sync {
    /// The guard that decides where no credential is looked at.
    fn default_guard(&self) -> &JwtGuard;

    /// The guard that decides about the credentials of a request.
    fn choose(self: Arc<Self>, request: &Parts, kind: TokenKind) -> Choosing<'_>;

    /// The guard that decides about one credential.
    fn choose_for(self: Arc<Self>, token: &[u8], source: TokenSource, kind: TokenKind) -> Choosing<'_>;
}

/// The guard that decides, or the failure of its lookup.
pub(crate) type Choosing<'r> = Pin<Box<dyn Future<Output = Result<JwtGuard, AuthError>> + Send + 'r>>;

/// Chooses the guard, and lets it decide.
pub(super) async fn admit_by_choice(
    request: &mut Parts,
    rule: &'static Rule,
    guards: Arc<dyn ChooseGuard>,
) -> Result<(), Rejection> {
    let guard = match Arc::clone(&guards).choose(request, rule.token()).await {
        Ok(guard) => guard,
        Err(error) => {
            let default = guards.default_guard();
            default.count_panic(&error);
            let (token, caller) = (rule.token(), Err(error));
            if let Some(outcome) = default.decide_and_log(request, rule, &caller)? {
                // The policy is report-only. Later extractors are told the same.
                default.clone().note_choice(token, &mut request.extensions);
                store_decision(request, Decision { token, caller, outcome, rule: Some(rule) });
            }
            return Ok(());
        }
    };
    guard.note_choice(rule.token(), &mut request.extensions);
    admit(request, rule).await
}

/// Chooses the guard for an extractor.
pub(super) async fn choose(request: &mut Parts, guards: Arc<dyn ChooseGuard>) -> Result<(), AuthError> {
    let token = TokenKind::Access;
    let (guard, failure) = match Arc::clone(&guards).choose(request, token).await {
        Ok(guard) => (guard, None),
        Err(error) => {
            let default = guards.default_guard();
            default.count_panic(&error);
            (default.clone(), Some(error))
        }
    };
    guard.note_choice(token, &mut request.extensions);
    let Some(error) = failure else { return Ok(()) };
    // Later extractors of the request are told the same.
    let caller = Err(error.clone());
    store_decision(request, Decision { token, caller, outcome: Admission::Undecided, rule: None });
    Err(error)
}

/// The guard of a request, for an extractor: of several the one of the token, but for a handler that ignores it.
///
/// # Errors
///
/// No guard was given to the request, or it is unknown at the moment which one decides.
pub(crate) async fn known_guard(request: &mut Parts) -> Result<&JwtGuard, AuthError> {
    let is_unseen = Decision::of(&request.extensions).is_some_and(|decision| decision.outcome.is_unseen());
    if !is_unseen
        && let Some(guards) = JwtGuard::undecided(&request.extensions)
        && let Err(error) = choose(request, guards).await
        && error.kind() != FailureKind::InvalidToken
    {
        return Err(error);
    }
    JwtGuard::required(&request.extensions)
}
