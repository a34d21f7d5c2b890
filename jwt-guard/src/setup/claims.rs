//! The claims that tokens must have, and the trusted issuers. `issuer` checks them.

use super::{Builder, Danger, HasAudience, HasKeys, TrustedIssuer};
use crate::verify::TokenProfile;

/// The name of `any_audience` in messages.
pub(super) const ANY_AUDIENCE: &str = "any_audience";

/// The required claims.
impl<K, A> Builder<K, A> {
    /// Accepts tokens for this audience: `aud` must be it, or a list that contains it, byte for byte. May be called
    /// for several; one must match.
    pub fn audience(mut self, audience: impl Into<String>) -> Builder<K, HasAudience> {
        self.draft.own.audiences.push(audience.into());
        self.into_state()
    }

    /// Accepts tokens of this issuer only: `iss` must be there and equal it, byte for byte. May be called for several
    /// names of the one issuer that owns the keys. Without it any `iss` is accepted: only the key decides.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.draft.own.issuers.push(issuer.into());
        self
    }

    /// Requires a claim to be present and not null, beside `exp`, `aud` and the subject, which are always required.
    pub fn required_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.required_claims.push(name.into());
        self
    }

    /// Accepts one kind of token; [`TokenProfile::Classic`] by default.
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.draft.own.profile = profile;
        self
    }

    /// Reads the caller's identity from another claim than `sub`. The claim must be a string that is not
    /// empty; a claim that no RFC defines may also be an integer, which counts by its decimal digits, such as
    /// `"7"` for `{"user_id": 7}`. `sub` must be a string (RFC 7519 section 4.1.2).
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.draft.own.subject_claim = name.into();
        self
    }

    /// Accepts tokens of machines, which name a client and no subject; as
    /// [`TrustedIssuer::machine_callers`], which says what a machine is. Off by default.
    pub fn machine_callers(mut self) -> Self {
        self.draft.own.machine_callers = true;
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

    /// Reads roles from the claim at this path, which is an object: each member whose value grants it is a role. A member is
    /// granted by `true`, or by an object with an organization in which it is granted, as in tokens of Zitadel:
    /// `{"admin": {"163840776835432705": "acme.zitadel.cloud"}}`. A claim of another form is unreadable, as for
    /// [`role_claim`](Self::role_claim).
    ///
    /// **A role in any organization counts.** Where organizations administer themselves, one of them could grant its people
    /// the role `admin`: then use [`role_object_claim_in`](Self::role_object_claim_in). May be called for several; the first
    /// call of it or of `role_claim` replaces the default.
    ///
    /// Only a claim that is named here is read as an object. A condition on a role is never met by the name of a member
    /// elsewhere.
    pub fn role_object_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.draft.own.add_role_object(path, None);
        self
    }

    /// As [`role_object_claim`](Self::role_object_claim), for the roles that are granted in one organization: by the name of
    /// the member inside that of the role, byte for byte.
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, TrustedIssuer};
    ///
    /// let key = VerifyingKey::secret(Algorithm::Hs256, Secret::random())?;
    /// let zitadel = TrustedIssuer::new("https://acme.zitadel.cloud").audience("2024").key(key);
    /// let roles = ["urn:zitadel:iam:org:project:roles"];
    /// let guard = JwtGuard::builder().trust(zitadel.clone().role_object_claim_in(roles, "163840776835432705")).build()?;
    ///
    /// let nowhere = JwtGuard::builder().trust(zitadel.role_object_claim_in(roles, "")).build();
    /// assert!(nowhere.unwrap_err().to_string().contains("empty organization"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn role_object_claim_in<S: Into<String>>(
        mut self,
        path: impl IntoIterator<Item = S>,
        organization: impl Into<String>,
    ) -> Self {
        self.draft.own.add_role_object(path, Some(organization.into()));
        self
    }

    /// Accepts the tokens of another issuer, beside the guard's own or alone. Each has its own keys, audience and
    /// claims; the settings of requests, clock and limits are those of the guard. May be called for several.
    pub fn trust(mut self, issuer: TrustedIssuer) -> Builder<HasKeys, HasAudience> {
        self.draft.trusted.push(issuer.0);
        self.into_state()
    }
}

impl<K, A> Danger<K, A> {
    /// Accepts tokens for any audience, or for none. Then a token for another service of the same issuer is accepted
    /// here: only do this if the issuer issues for this service alone. The reason is for readers of the code, and must
    /// not be empty.
    pub fn any_audience(self, reason: impl Into<String>) -> Builder<K, HasAudience> {
        self.with_reason(ANY_AUDIENCE, reason).into_state()
    }
}
