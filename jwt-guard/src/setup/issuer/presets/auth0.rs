//! Auth0.

use super::address::is_domain;
use super::{client_in, preset};
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// A tenant of Auth0, by its domain or custom domain as the dashboard shows it: `acme.eu.auth0.com`. The issuer is
    /// `https://DOMAIN/`, with the slash that the `iss` of its tokens has.
    ///
    /// ```json
    /// {
    ///   "iss": "https://acme.eu.auth0.com/", "sub": "auth0|6553da60a54af58e29493993",
    ///   "aud": ["https://orders.example", "https://acme.eu.auth0.com/userinfo"], "azp": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja",
    ///   "iat": 1800000000, "exp": 1800086400, "scope": "openid profile orders:read",
    ///   "permissions": ["orders:read", "orders:write"]
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `scope` and `permissions` | scopes |
    /// | `azp`, or `client_id` in tokens of the RFC 9068 profile | the client, and required: ID tokens have neither |
    ///
    /// Both *Access Token Profiles* are accepted, Auth0's own (`typ: JWT`) and that of RFC 9068 (`at+jwt`);
    /// [`profile`](Self::profile) with `AccessToken` leaves the second only. The [`audience`](Self::audience) is the
    /// identifier of the API. Without one in the request of the client, Auth0 issues an opaque token.
    ///
    /// `permissions`, which an API with *Add Permissions in the Access Token* has, are all permissions of the user,
    /// whatever the client requested. `.scope_claim(["scope"])` counts only the requested ones: that needs *Enable
    /// RBAC*, because otherwise every requested scope is granted. Auth0 has no claim for roles; a custom one is named
    /// by `.role_claim(["https://orders.example/roles"])`.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let url = JwtGuard::builder().trust(TrustedIssuer::auth0("https://acme.eu.auth0.com").audience("orders"));
    /// assert!(url.build().unwrap_err().to_string().contains("expected the domain"));
    /// ```
    pub fn auth0(domain: impl Into<String>) -> Self {
        let given = domain.into();
        let domain = given.to_ascii_lowercase();
        let mut draft = preset(format!("https://{domain}/"), &[&["scope"], &["permissions"]], &[]);
        draft.clients = client_in(&["azp", "client_id"]);
        if !is_domain(&domain) {
            draft.problems.push(format!(
                "found the Auth0 tenant {given:?}; expected the domain of the tenant, without scheme and \
                 slash, such as `acme.eu.auth0.com`"
            ));
        }
        Self(draft)
    }
}
