//! What the tokens of the guard's own issuer must say, and whose tokens it trusts. `issuer` checks it.

use super::{Builder, Danger, HasAudience, HasKeys, TrustedIssuer};
use crate::verify::TokenProfile;

/// What the `danger` door calls a guard without an audience.
pub(super) const ANY_AUDIENCE: &str = "any_audience";

/// What a token must say.
impl<K, A> Builder<K, A> {
    /// Accepts tokens for this audience: `aud` must be it, or a list that contains it, byte for byte. May be called
    /// for several; one must match.
    pub fn audience(mut self, audience: impl Into<String>) -> Builder<K, HasAudience> {
        self.draft.own.audiences.push(audience.into());
        self.into_state()
    }

    /// Accepts tokens of this issuer only: `iss` must be there and equal it, byte for byte. May be called for
    /// several names of the one issuer that owns the keys. Without it any `iss` is accepted: the key alone tells.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.draft.own.issuers.push(issuer.into());
        self
    }

    /// Requires a claim to be there and not null, beside `exp`, `aud` and the subject, which always are required.
    pub fn required_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.required_claims.push(name.into());
        self
    }

    /// Accepts one kind of token; [`TokenProfile::Classic`] by default.
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.draft.own.profile = profile;
        self
    }

    /// Reads the caller's identity from another claim than `sub`. The claim must be a string that is not empty.
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.subject_claim = name.into();
        self
    }

    /// Reads scopes from the claim at this path, each segment one member name: a list of strings, or one string of
    /// names separated by spaces. May be called for several. `scope` and `scp` by default, which a first call
    /// replaces.
    pub fn scope_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.draft.own.scope_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Reads roles from the claim at this path, such as `["realm_access", "roles"]`: a list of strings, or one
    /// string that is one role. May be called for several. `roles` by default, which a first call replaces.
    pub fn role_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.draft.own.role_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Accepts the tokens of another issuer too, or of others alone. Each has its own keys, audience and claims; settings
    /// of the request, the clock and the limits are the guard's. May be called for several.
    pub fn trust(mut self, issuer: TrustedIssuer) -> Builder<HasKeys, HasAudience> {
        self.draft.trusted.push(issuer.0);
        self.into_state()
    }
}

impl<K, A> Danger<K, A> {
    /// Accepts tokens for any audience, or for none. Then a token that another service of the same issuer received
    /// is accepted here: only do this where the issuer issues for this service alone. The reason is for the reader
    /// of the code, and must not be empty.
    pub fn any_audience(self, reason: impl Into<String>) -> Builder<K, HasAudience> {
        self.with_reason(ANY_AUDIENCE, reason).into_state()
    }
}
