//! The caller of a request, for extractors.

use http::request::Parts;

use super::JwtGuard;
use super::admit::store_decision;
use super::choice::choose;
use super::in_request::{Admission, Deciding, Decision, Undecided};
use crate::authenticate::Caller;
use crate::error::AuthError;
use crate::policy::Rule;
use crate::principal::Principal;
use crate::token::TokenKind;

static ANONYMOUS: Principal = Principal::anonymous();

/// The caller, for an extractor: as admitted by a policy, else by its token.
///
/// # Errors
///
/// [`AuthError::NoToken`] or [`AuthError::OtherScheme`] for a caller without a token that no policy has admitted.
pub(crate) async fn known_principal(request: &mut Parts) -> Result<&Principal, AuthError> {
    if decided_principal(request).is_none() {
        find_caller(request).await?;
    }
    // One was stored; a missing guard is an error above.
    decided_principal(request).unwrap_or(Err(AuthError::Panic))
}

/// The caller, if it was found before: by the policy of the handler, or by an earlier extractor.
///
/// # Errors
///
/// As [`known_principal`].
pub(crate) fn decided_principal(request: &Parts) -> Option<Result<&Principal, AuthError>> {
    Decision::of(&request.extensions).map(Decision::principal)
}

/// Finds the caller by its token, without a policy.
async fn find_caller(request: &mut Parts) -> Result<(), AuthError> {
    let token = TokenKind::Access;
    let deciding = match JwtGuard::deciding(&request.extensions, token) {
        Ok(found) => found,
        Err(Undecided::NoGuard(error)) => return Err(error),
        Err(Undecided::Choice(guards)) => {
            choose(request, guards).await?;
            let guard = JwtGuard::required(&request.extensions)?;
            Deciding { guard, earlier: None, withheld: JwtGuard::withheld(&request.extensions) }
        }
    };
    let caller = match deciding.caller(request, const { &Rule::authenticated() }) {
        Caller::Now(caller) => caller,
        Caller::Later(caller) => deciding.guard.counted(caller.await),
    };
    store_decision(request, Decision { token, caller, outcome: Admission::Undecided, rule: None });
    Ok(())
}

/// Why the caller is missing, where a policy that is report-only has let the request in without one.
pub(crate) fn unmet_login(request: &Parts) -> Option<AuthError> {
    let decision = Decision::of(&request.extensions)?;
    let unmet = decision.caller.as_ref().err();
    unmet.filter(|_| matches!(decision.outcome, Admission::ReportedAnonymous)).cloned()
}

impl Decision {
    /// The caller as whom the request was admitted.
    fn principal(&self) -> Result<&Principal, AuthError> {
        match self.outcome {
            Admission::AsAnonymous | Admission::Unseen | Admission::ReportedAnonymous => Ok(&ANONYMOUS),
            Admission::AsCaller | Admission::Undecided | Admission::ReportedCaller => {
                self.caller.as_ref().map_err(Clone::clone)
            }
        }
    }
}
