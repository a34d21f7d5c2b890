//! Okta.

use super::address::problem;
use super::{client_in, preset};
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// A custom authorization server of Okta: `https://ORG/oauth2/SERVER`, such as `https://acme.okta.com/oauth2/default`.
    ///
    /// ```json
    /// {
    ///   "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
    ///   "iss": "https://acme.okta.com/oauth2/default", "aud": "api://default", "sub": "alice@acme.example",
    ///   "iat": 1800000000, "exp": 1800003600, "cid": "nmdP1fcyvdVO11AL7ECm", "uid": "00uid4BxXw6I6TV4m0g3",
    ///   "scp": ["openid", "orders:read"], "groups": ["clerk"]
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `cid` | the client, and required: ID tokens have none |
    /// | `scp` | scopes |
    /// | `groups` | roles, where the authorization server has such a claim (*Customize tokens with a groups claim*) |
    ///
    /// The org authorization server, whose issuer is `https://ORG` alone, is refused: its access tokens are for Okta, and
    /// Okta may change them at any time («Validation Failed on Access Token Issued by the Org Authorization Server»).
    ///
    /// `sub` is the login of a user, which an administrator can change; `.subject_claim("uid")` does not change, and
    /// tokens of machines lack it.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let org = JwtGuard::builder().trust(TrustedIssuer::okta("https://acme.okta.com").audience("api://default"));
    /// assert!(org.build().unwrap_err().to_string().contains("https://ORG/oauth2/SERVER"));
    /// ```
    pub fn okta(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = problem(&issuer, "https://ORG/oauth2/SERVER", is_custom_server);
        let mut draft = preset(issuer, &[&["scp"]], &[&["groups"]]);
        draft.clients = client_in(&["cid"]);
        draft.problems.extend(problem);
        Self(draft)
    }
}

/// `oauth2/SERVER`. The endpoints below `oauth2/v1` are those of the org authorization server.
fn is_custom_server(path: &str) -> bool {
    let server = path.strip_prefix("oauth2/").unwrap_or_default();
    !server.is_empty() && server != "v1" && !server.contains('/')
}
