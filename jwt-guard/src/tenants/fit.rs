//! Whether a guard can be the one of a tenant.

use crate::config::Config;
use crate::guard::JwtGuard;
use crate::location::Locations;
use crate::shown::{list, quoted};

/// Why `guard` cannot decide about the tokens of `issuer`, beside the default guard.
pub(super) fn unfit(default: &JwtGuard, guard: &JwtGuard, issuer: &str) -> Option<String> {
    let (ours, theirs) = (default.config(), guard.config());
    let accepts = || theirs.access.rules().flat_map(|rules| rules.issuers.iter().map(String::as_str));
    // A guard without issuers would admit the tokens of any, so it is refused too.
    if !accepts().any(|name| name == issuer) {
        let found = if accepts().next().is_some() { list(accepts()) } else { "any issuer".to_owned() };
        return Some(format!(
            "the resolver was asked for the issuer {} and answered with a guard for {found}; expected a \
             guard whose builder has exactly that issuer",
            quoted(issuer)
        ));
    }
    if looks_elsewhere(ours, theirs) {
        return Some(
            "the guard of the tenant looks for tokens in other places than the default guard, or treats them \
             in another way; expected the same `.locations(..)`, `.cookies(..)`, `.sessions(..)` and \
             `.strip_credentials()`"
                .to_owned(),
        );
    }
    // The store would take the ids that a tenant chooses for those of the service's own tokens.
    if theirs.has_own_issuer() && theirs.issuing.is_none() && theirs.token_store().is_some() {
        return Some(
            "the guard of the tenant has a token store, and keys as if the tokens of the tenant were its \
             own; expected `.trust(TrustedIssuer::new(issuer).key(..))`, so that a logout ends no token of \
             another tenant"
                .to_owned(),
        );
    }
    None
}

/// Tokens are found by the locations of the default guard, and hidden from handlers by those of the tenant's.
fn looks_elsewhere(ours: &Config, theirs: &Config) -> bool {
    let differ = |ours: &Locations, theirs: &Locations| {
        (&ours.places, ours.conflict, ours.credentials)
            != (&theirs.places, theirs.conflict, theirs.credentials)
    };
    differ(&ours.locations, &theirs.locations)
        || differ(&ours.refresh_locations, &theirs.refresh_locations)
        // A cookie is only cleared with the path and the domain that it was set with.
        || ours.cookies != theirs.cookies
}
