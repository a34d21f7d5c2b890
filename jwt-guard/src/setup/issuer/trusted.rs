//! Another issuer whose tokens a guard accepts.

use super::IssuerDraft;
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::setup::keys::KeySource;
use crate::verify::{LoginClaims, TokenProfile};

/// An issuer whose tokens a guard accepts, beside others or alone: [`Builder::trust`](crate::setup::Builder::trust).
///
/// It has its own keys, and keys of other issuers never verify its tokens (RFC 8725 section 3.8). The `iss` of a token
/// chooses among the issuers of a guard before verification, and proves nothing by itself.
///
/// Without its own [`audience`](Self::audience), the guard's audience applies. A subject is unique only within its
/// issuer: with several issuers, compare [`Claims::issuer`](crate::Claims::issuer) too.
///
/// [Presets](#presets) are configured for common identity providers: [`keycloak`](Self::keycloak),
/// [`entra`](Self::entra), [`auth0`](Self::auth0), [`cognito`](Self::cognito), [`okta`](Self::okta), and of standard
/// ones: [`rfc9068`](Self::rfc9068).
///
/// ```
/// use jwt_guard::keys::VerifyingKey;
/// use jwt_guard::{Algorithm, JwtGuard, Secret, TrustedIssuer};
///
/// let [ours, partner] = [(); 2].map(|()| VerifyingKey::secret(Algorithm::Hs256, Secret::random()));
/// let guard = JwtGuard::builder()
///     .trust(TrustedIssuer::new("https://id.example").key(ours?).audience("orders"))
///     .trust(TrustedIssuer::new("https://partner.example").key(partner?).audience("acme-orders"))
///     .build()?;
///
/// let no_key = JwtGuard::builder().trust(TrustedIssuer::new("https://id.example").audience("orders"));
/// assert!(no_key.build().unwrap_err().to_string().contains("no key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Builder::trust`"]
pub struct TrustedIssuer(pub(in crate::setup) IssuerDraft);

impl TrustedIssuer {
    /// The issuer with this name: `iss`, byte for byte.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self(IssuerDraft { issuers: vec![issuer.into()], ..IssuerDraft::default() })
    }

    /// Another name of the same issuer, as after a move.
    pub fn also_named(mut self, issuer: impl Into<String>) -> Self {
        self.0.issuers.push(issuer.into());
        self
    }

    /// Adds a key of the issuer.
    pub fn key(mut self, key: VerifyingKey) -> Self {
        self.0.keys.push(KeySource::Loaded(key));
        self
    }

    /// Adds a set of keys of the issuer.
    pub fn key_set(mut self, keys: KeySet) -> Self {
        self.0.keys.push(KeySource::LoadedSet(keys));
        self
    }

    /// Allows these algorithms only; as [`Builder::algorithms`](crate::setup::Builder::algorithms).
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.0.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Accepts tokens for this audience; as [`Builder::audience`](crate::setup::Builder::audience).
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.0.audiences.push(audience.into());
        self.0.may_lack_audience = false;
        self
    }

    /// Accepts tokens that were issued to this client only, by the claim `client_id` (RFC 9068 section 2.2) or the one that
    /// [`client_claim`](Self::client_claim) names. May be called for several.
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.0.clients.names.push(client.into());
        self
    }

    /// Reads the client from another claim than `client_id`, such as `azp` or `cid`; also for
    /// [`Claims::client_id`](crate::Claims::client_id).
    pub fn client_claim(mut self, name: impl Into<String>) -> Self {
        self.0.clients.claims = vec![name.into()];
        self
    }

    /// Accepts one kind of token; as [`Builder::profile`](crate::setup::Builder::profile).
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.0.profile = profile;
        self
    }

    /// Requires a claim to be there and not null; as [`Builder::required_claim`](crate::setup::Builder::required_claim).
    pub fn required_claim(mut self, name: impl Into<String>) -> Self {
        self.0.required_claims.push(name.into());
        self
    }

    /// Requires a claim to be exactly this string, which distinguishes access tokens from ID tokens for some issuers. A
    /// further call for the same claim replaces the value.
    pub fn claim_value(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.0.claim_values.retain(|(known, _)| *known != name);
        self.0.claim_values.push((name, value.into()));
        self
    }

    /// Reads the caller's identity from another claim; as [`Builder::subject_claim`](crate::setup::Builder::subject_claim).
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.0.subject_claim = name.into();
        self
    }

    /// Uses the claims `fresh` and `csrf` of this issuer, which describe the login, as for tokens of a
    /// [`TokenIssuer`](crate::issue::TokenIssuer).
    ///
    /// Not by default, and then they count as absent: such tokens are never fresh, and in a cookie for which the guard
    /// asks a [`csrf` value](crate::cookies::CookieSettings) they change nothing. Other issuers may use these names
    /// otherwise, and an issuer that chooses the `csrf` value of a token can repeat it from its own page.
    pub fn login_claims(mut self) -> Self {
        self.0.login_claims = LoginClaims::Believed;
        self
    }

    /// Uses the guard's [`load_user`](crate::setup::Builder::load_user) for callers of this issuer too; the loader must
    /// distinguish them by [`Claims::issuer`](crate::Claims::issuer), unless both issuers use the same names.
    ///
    /// Off by default with more than one issuer: two issuers may use one name for two people, and a loader that only
    /// compares the subject would confuse them. Then callers of this issuer have no user, which is 401.
    pub fn same_users(mut self) -> Self {
        self.0.same_users = true;
        self
    }

    /// Reads scopes from the claim at this path; as [`Builder::scope_claim`](crate::setup::Builder::scope_claim). A first call
    /// replaces what is read by default, also that of a preset; further ones add.
    pub fn scope_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.0.scope_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Reads roles from the claim at this path; as [`Builder::role_claim`](crate::setup::Builder::role_claim). A first call
    /// replaces what is read by default, also that of a preset; further ones add.
    pub fn role_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.0.role_claims.push(path.into_iter().map(Into::into).collect());
        self
    }

    /// Reads roles from the members of the object at this path, in whichever organization they are granted; as
    /// [`Builder::role_object_claim`](crate::setup::Builder::role_object_claim). It counts as a call of
    /// [`role_claim`](Self::role_claim).
    pub fn role_object_claim<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.0.add_role_object(path, None);
        self
    }

    /// Reads the roles that the object at this path grants in one organization; as
    /// [`Builder::role_object_claim_in`](crate::setup::Builder::role_object_claim_in). It counts as a call of
    /// [`role_claim`](Self::role_claim).
    pub fn role_object_claim_in<S: Into<String>>(
        mut self,
        path: impl IntoIterator<Item = S>,
        organization: impl Into<String>,
    ) -> Self {
        self.0.add_role_object(path, Some(organization.into()));
        self
    }
}
