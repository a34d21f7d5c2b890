//! authentik.

use super::address::problem;
use super::{client_in, preset};
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// An OAuth2 provider of authentik: `https://HOST/application/o/SLUG/`, with the slash, as its page shows
    /// it under *OpenID Configuration Issuer*.
    ///
    /// ```json
    /// {
    ///   "iss": "https://id.acme.example/application/o/orders/", "aud": "q6oyVmv8B2H1XH5Ov0fG", "azp": "q6oyVmv8B2H1XH5Ov0fG",
    ///   "sub": "7f2c8a0f1b5d4f1c9c41d8d1a8f36a6e", "uid": "xZ1CnS6nHq8Yv0cZk1mX2uUq1bW7dLrT8fGaJpKe",
    ///   "iat": 1800000000, "exp": 1800000300, "auth_time": 1800000000, "acr": "goauthentik.io/providers/oauth2/default",
    ///   "name": "Alice", "preferred_username": "alice", "groups": ["clerk"]
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `uid` | required: ID tokens have none |
    /// | `azp` | the client, and required: ID tokens have none |
    /// | `scope` | scopes, where the version puts it in |
    /// | `groups` | roles, which the scope `profile` brings |
    ///
    /// These claims are taken from authentik's source (`providers/oauth2/id_token.py`, `to_access_token`),
    /// because its documents do not distinguish both tokens: an access token is the ID token with `uid` and
    /// `azp`, **for the same audience**.
    ///
    /// - The [`audience`](Self::audience) is the *Client ID* of the provider. An API that several
    ///   applications call is named by each of their client ids, or trusts each provider by itself.
    /// - Set a *Signing Key* of the provider. Without one, tokens are signed with the client's secret, and the keys are not
    ///   published.
    /// - Keep *Include claims in id_token* on, which puts the claims of scopes into access tokens too. A
    ///   property mapping that writes `uid` or `azp` would make ID tokens look like access tokens.
    /// - *Issuer mode* «same identifier for all providers» has another `iss`, and is not for this preset:
    ///   there a token of one application differs from that of another by `aud` only.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let server = JwtGuard::builder().trust(TrustedIssuer::authentik("https://id.acme.example").audience("q6oy"));
    /// assert!(server.build().unwrap_err().to_string().contains("`https://HOST/application/o/SLUG/`"));
    /// ```
    pub fn authentik(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = problem(&issuer, "https://HOST/application/o/SLUG/", is_provider);
        let mut draft = preset(issuer, &[&["scope"]], &[&["groups"]]);
        draft.clients = client_in(&["azp"]);
        draft.required_claims = vec!["uid".to_owned()];
        draft.problems.extend(problem);
        Self(draft)
    }
}

/// `application/o/SLUG/`, after anything.
fn is_provider(path: &str) -> bool {
    let slug = path.strip_suffix('/').and_then(|path| path.rsplit_once('/'));
    slug.is_some_and(|(before, slug)| {
        !slug.is_empty() && (before == "application/o" || before.ends_with("/application/o"))
    })
}
