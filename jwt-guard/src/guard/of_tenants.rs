//! Chooses the guard of a request among tenants, when a policy or an extractor needs it.

use http::request::Parts;

use super::JwtGuard;
use super::admit::{admit, store_decision};
use super::in_request::{Admission, Decision};
use crate::error::{AuthError, FailureKind};
use crate::policy::{Access, Rule};
use crate::respond::Rejection;
use crate::tenants::Tenants;
use crate::token::TokenKind;

/// Chooses the guard of the tenant, and lets it decide. Without a look at the token, the default guard decides.
pub(super) async fn admit_by_tenant(
    request: &mut Parts,
    rule: &'static Rule,
    tenants: Tenants,
) -> Result<(), Rejection> {
    if rule.access() == Access::CredentialsIgnored {
        let decision = tenants.default_guard().admit_anyone(request, rule)?;
        store_decision(request, decision);
        return Ok(());
    }
    let guard = match tenants.choose(request, rule.token()).await {
        Ok(guard) => guard,
        Err(error) => {
            let default = tenants.default_guard();
            default.count_panic(&error);
            let (token, caller) = (rule.token(), Err(error));
            if let Some(outcome) = default.decide_and_log(request, rule, &caller)? {
                // The policy is report-only. Later extractors are told the same.
                let default = default.clone();
                Tenants::note_choice(default, token, &mut request.extensions);
                store_decision(request, Decision { token, caller, outcome, rule: Some(rule) });
            }
            return Ok(());
        }
    };
    Tenants::note_choice(guard, rule.token(), &mut request.extensions);
    admit(request, rule).await
}

/// Chooses the guard of the tenant, for an extractor.
pub(super) async fn choose(request: &mut Parts, tenants: Tenants) -> Result<(), AuthError> {
    let token = TokenKind::Access;
    let chosen = Box::pin(tenants.choose(request, token)).await;
    let default = tenants.default_guard();
    let (guard, failure) = match chosen {
        Ok(guard) => (guard, None),
        Err(error) => {
            default.count_panic(&error);
            (default.clone(), Some(error))
        }
    };
    Tenants::note_choice(guard, token, &mut request.extensions);
    let Some(error) = failure else { return Ok(()) };
    // Later extractors of the request are told the same.
    let caller = Err(error.clone());
    store_decision(request, Decision { token, caller, outcome: Admission::Undecided, rule: None });
    Err(error)
}

/// The guard of a request, for an extractor: of tenants the one of the token, but for a handler that ignores it.
///
/// # Errors
///
/// There is no guard, or it is unknown at the moment which one decides.
pub(crate) async fn known_guard(request: &mut Parts) -> Result<&JwtGuard, AuthError> {
    let is_unseen = Decision::of(&request.extensions).is_some_and(|decision| decision.outcome.is_unseen());
    if !is_unseen
        && let Some(tenants) = Tenants::undecided(&request.extensions)
        && let Err(error) = choose(request, tenants).await
        && error.kind() != FailureKind::InvalidToken
    {
        return Err(error);
    }
    JwtGuard::required(&request.extensions)
}
