//! Keycloak.

use super::address::problem;
use super::preset;
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// A realm of Keycloak: `https://HOST/realms/NAME`, with `/auth` before `/realms` where the server has it.
    ///
    /// ```json
    /// {
    ///   "iss": "https://id.example/realms/shop", "typ": "Bearer", "azp": "web", "aud": ["orders", "account"],
    ///   "sub": "f1b5c3a0-6a3d-4d9f-8a52-0f0f4b1f6f5e", "preferred_username": "alice",
    ///   "iat": 1800000000, "exp": 1800000300, "jti": "onrtac:4d3c..", "sid": "b0c7..", "acr": "1",
    ///   "scope": "openid profile orders:read",
    ///   "realm_access": {"roles": ["offline_access", "clerk"]},
    ///   "resource_access": {"orders": {"roles": ["editor"]}, "account": {"roles": ["view-profile"]}}
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `typ: Bearer` in the payload | required: ID tokens have `ID`, refresh tokens `Refresh` or `Offline` there |
    /// | `scope` | scopes |
    /// | `realm_access.roles` | roles; [`keycloak_client_roles`](Self::keycloak_client_roles) reads those of a client instead |
    /// | `azp` | the client |
    ///
    /// `aud` names this service where the user has one of its client roles, or where an *Audience* mapper of
    /// a client scope adds it (*Server Administration Guide*, «Audience support»). Without either there is no
    /// `aud`, and the token is refused.
    ///
    /// Clients with *Use "at+jwt" as access token header type* are accepted too, as that changes the header only.
    /// A *lightweight access token* has no `sub`, no audience and no roles of its own («Using lightweight access token»),
    /// so it is refused until mappers with *Add to lightweight access token* put at least the first two in.
    ///
    /// ```
    /// # use jwt_guard::keys::{KeySet, VerifyingKey};
    /// # use jwt_guard::{Algorithm, JwtGuard, Secret, TrustedIssuer};
    /// # let keys = || KeySet::new([VerifyingKey::secret(Algorithm::Hs256, Secret::random()).unwrap()]).unwrap();
    /// let realm = TrustedIssuer::keycloak("https://id.example/realms/shop").audience("orders");
    /// let guard = JwtGuard::builder().trust(realm.key_set(keys())).build()?;
    ///
    /// let server = TrustedIssuer::keycloak("https://id.example").audience("orders").key_set(keys());
    /// let error = JwtGuard::builder().trust(server).build().unwrap_err();
    /// assert!(error.to_string().contains("https://HOST/realms/NAME"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn keycloak(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = problem(&issuer, "https://HOST/realms/NAME", is_realm);
        let mut draft = preset(issuer, &[&["scope"]], &[&["realm_access", "roles"]]);
        draft.clients.claims = vec!["azp".to_owned()];
        draft.problems.extend(problem);
        Self(draft).claim_value("typ", "Bearer")
    }

    /// Reads the roles that Keycloak grants for this client: `resource_access.CLIENT.roles`. May be called for several.
    ///
    /// It counts as a call of [`role_claim`](Self::role_claim), so the roles of the realm are no longer read: what the realm
    /// calls `admin` need not be an admin of the client. To read both, add
    /// `.role_claim(["realm_access", "roles"])`.
    pub fn keycloak_client_roles(self, client: impl Into<String>) -> Self {
        self.role_claim(["resource_access".to_owned(), client.into(), "roles".to_owned()])
    }
}

/// `realms/NAME`, after anything.
fn is_realm(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(before, realm)| {
        !realm.is_empty() && (before == "realms" || before.ends_with("/realms"))
    })
}
