//! Cloudflare Access.

use super::address::origin_problem;
use super::preset;
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;
use crate::setup::remote::RemoteSource;

impl TrustedIssuer {
    /// A team of Cloudflare Access, by its team domain: `https://TEAM.cloudflareaccess.com`. The credential
    /// is the application token, which Access sends to the origin in the header `Cf-Access-Jwt-Assertion`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://acme.cloudflareaccess.com", "type": "app",
    ///   "aud": ["32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"],
    ///   "sub": "7335d417-61da-459d-899c-0a01c76a2f94", "email": "alice@acme.example", "country": "DE",
    ///   "iat": 1800000000, "nbf": 1800000000, "exp": 1800086400, "identity_nonce": "6ei69kawdKzMIAPF"
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `type: app` | required: the token of the whole team's session has another |
    /// | `common_name` | the client, which a service token has instead of a subject |
    ///
    /// *Application token* lists these claims, *Validate JWTs* the keys: `/cdn-cgi/access/certs`. There are no scopes and no
    /// roles; where the identity provider's groups are put into `custom`, read them by `.role_claim(["custom", "groups"])`.
    ///
    /// - The [`audience`](Self::audience) is the *Application Audience (AUD) Tag* of this one application. All applications
    ///   of the team share issuer and keys.
    /// - Read the header by `.locations([TokenLocation::header("Cf-Access-Jwt-Assertion")])`. Browsers send the cookie
    ///   `CF_Authorization` too; it is not needed, and a request that other pages can cause.
    /// - Tokens of services, whose `sub` is empty, are refused until [`machine_callers`](Self::machine_callers).
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let team = JwtGuard::builder().trust(TrustedIssuer::cloudflare_access("acme").audience("32ea"));
    /// assert!(team.build().unwrap_err().to_string().contains("`https://TEAM.cloudflareaccess.com`"));
    /// ```
    pub fn cloudflare_access(team_domain: impl Into<String>) -> Self {
        let issuer = team_domain.into();
        let problem = origin_problem(&issuer, "https://TEAM.cloudflareaccess.com");
        let mut draft = preset(issuer.clone(), &[], &[]);
        draft.defaults.keys = Some(RemoteSource::Jwks(format!("{issuer}/cdn-cgi/access/certs")));
        draft.algorithms = vec![Algorithm::Rs256];
        draft.clients.claims = vec!["common_name".to_owned()];
        draft.problems.extend(problem);
        Self(draft).claim_value("type", "app")
    }
}
