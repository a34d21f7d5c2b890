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
/// [`entra`](Self::entra), [`entra_v1`](Self::entra_v1), [`auth0`](Self::auth0), [`cognito`](Self::cognito), [`okta`](Self::okta),
/// [`zitadel`](Self::zitadel), [`authentik`](Self::authentik); for users of application platforms: [`firebase`](Self::firebase),
/// [`clerk`](Self::clerk), [`supabase`](Self::supabase), [`cloudflare_access`](Self::cloudflare_access); for machines:
/// [`github_actions`](Self::github_actions), [`kubernetes`](Self::kubernetes); and of standard servers:
/// [`rfc9068`](Self::rfc9068).
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
    /// [`client_claim`](Self::client_claim) names. May be called for several. Their tokens have an `aud`, but for those of
    /// [`client_as_audience`](Self::client_as_audience) and of a preset whose tokens have none.
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.0.clients.names.push(client.into());
        self
    }

    /// Accepts tokens that have no `aud`, because this issuer names the client instead: only those that were issued to this
    /// client, by the claim `client_id` or the one that [`client_claim`](Self::client_claim) names, byte for byte. May be called for
    /// several clients.
    ///
    /// An audience says for which service a token is (RFC 8725 section 3.9). A client says who asked for it, so **a token of
    /// a named client is valid for every service that names it too**: name clients of your own, and decide by scopes or
    /// roles of this service. A token that has an `aud` must be for this service all the same: for the
    /// [`audience`](Self::audience) of this issuer or of the guard, and is refused where there is none.
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, TrustedIssuer};
    ///
    /// let key = VerifyingKey::secret(Algorithm::Hs256, Secret::random())?;
    /// let clerk = TrustedIssuer::new("https://clerk.example").key(key).client_claim("azp");
    /// let guard = JwtGuard::builder().trust(clerk.clone().client_as_audience("https://app.example")).build()?;
    ///
    /// let no_audience = JwtGuard::builder().trust(clerk.client("https://app.example")).build().unwrap_err();
    /// assert!(no_audience.to_string().contains("`.client_as_audience("));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn client_as_audience(mut self, client: impl Into<String>) -> Self {
        let client = client.into();
        self.0.clients.as_audience.push(client.clone());
        self.client(client)
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
        self.0.require_value(&[&name.into()], [value.into()], "TrustedIssuer::claim_value(..)");
        self
    }

    /// Reads the caller's identity from another claim; as [`Builder::subject_claim`](crate::setup::Builder::subject_claim).
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.0.subject_claim = name.into();
        self
    }

    /// Accepts tokens of machines: those that name a client and no subject, as some issuers sign them for the client
    /// credentials grant (RFC 6749 section 4.4). Off by default: such tokens are refused.
    ///
    /// | of the token | the caller is |
    /// |---|---|
    /// | a subject, with or without a client | who the subject says, as without this setting |
    /// | a client; the [subject claim](Self::subject_claim) is missing, `null` or empty | a machine |
    /// | neither | refused |
    ///
    /// A machine is a caller of its own kind, never one with an empty subject. [`Principal::is_machine`](crate::Principal::is_machine)
    /// tells it, and [`Principal::client_id`](crate::Principal::client_id) names it. It meets conditions on scopes, roles and
    /// claims as others do. It has no subject to compare: [`load_user`](crate::setup::Builder::load_user) is not asked, and
    /// a handler that takes [`Claims`](crate::Claims) or [`CurrentUser`](crate::extract::CurrentUser) refuses it with 403.
    ///
    /// In a store, the client takes the place of the subject: limits of one subject apply to it, and
    /// [`logout_everywhere`](crate::JwtGuard::logout_everywhere) ends its tokens if it is named by
    /// [`Subject::as_client`](crate::store::Subject::as_client). A revocation of a person never covers a machine.
    ///
    /// The client is the claim `client_id`, or that of [`client_claim`](Self::client_claim): `common_name` for Cloudflare Access.
    /// Where another claim than `sub` names people, the `sub` of a machine may be its client.
    ///
    /// Set it only where tokens without a subject are those of machines. Keycloak's *lightweight access tokens* have no `sub`
    /// and are of people.
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::{Algorithm, JwtGuard, Principal, Secret, TrustedIssuer};
    ///
    /// #[jwt_guard::requires(scope = "bills:write")]
    /// async fn bill(caller: Principal) -> String {
    ///     match (caller.subject(), caller.client_id()) {
    ///         (Some(person), _) => format!("a bill by {person}"),
    ///         (None, client) => format!("a bill by the machine {}", client.unwrap_or_default()),
    ///     }
    /// }
    ///
    /// let key = VerifyingKey::secret(Algorithm::Hs256, Secret::random())?;
    /// let issuer = TrustedIssuer::new("https://id.example").key(key).audience("bills").machine_callers();
    /// let guard = JwtGuard::builder().trust(issuer).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn machine_callers(mut self) -> Self {
        self.0.machine_callers = true;
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
