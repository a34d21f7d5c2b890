//! Amazon Cognito.

use super::preset;
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;

impl TrustedIssuer {
    /// A user pool of Amazon Cognito, by its id: `eu-central-1_AbCdEf123`, which begins with the region.
    ///
    /// ```json
    /// {
    ///   "iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123", "token_use": "access",
    ///   "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "username": "alice", "client_id": "1example23456789", "version": 2,
    ///   "cognito:groups": ["clerk"], "scope": "openid orders/read", "auth_time": 1800000000,
    ///   "iat": 1800000000, "exp": 1800003600, "jti": "..", "origin_jti": "..", "event_id": ".."
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `token_use: access` | required: ID tokens have `id` there |
    /// | `scope` | scopes; those of a resource server are `SERVER/NAME` |
    /// | `cognito:groups` | roles |
    /// | `client_id` | the client |
    ///
    /// *Understanding the access token* lists these claims. There is no `aud`, unless the client asked for a token that
    /// is bound to a resource. So set one of two:
    ///
    /// - [`client`](Self::client), for each app client whose tokens are accepted. Then a token with an `aud` must be
    ///   for the guard's own audience. Without an audience, tokens of those clients are valid for every service that
    ///   accepts them, so decide by scopes of this service's resource server.
    /// - [`audience`](Self::audience), if all clients bind their tokens to this service. Then `aud` is required.
    ///
    /// `sub` is the caller; `.subject_claim("username")` takes the name, which tokens of machines lack.
    ///
    /// ```
    /// # use jwt_guard::keys::KeySet;
    /// # use jwt_guard::{ConfigError, JwtGuard, TrustedIssuer};
    /// fn guard(keys: KeySet) -> Result<JwtGuard, ConfigError> {
    ///     let pool = TrustedIssuer::cognito("eu-central-1_AbCdEf123").client("1example23456789");
    ///     JwtGuard::builder().trust(pool.key_set(keys)).build()
    /// }
    ///
    /// let of_any_client = JwtGuard::builder().trust(TrustedIssuer::cognito("eu-central-1_AbCdEf123"));
    /// assert!(of_any_client.build().unwrap_err().to_string().contains("`.client("));
    /// ```
    pub fn cognito(pool: impl Into<String>) -> Self {
        let pool = pool.into();
        let region = pool.split_once('_').map_or("", |(region, _)| region);
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool}");
        let mut draft = preset(issuer, &[&["scope"]], &[&["cognito:groups"]]);
        draft.may_lack_audience = true;
        draft.algorithms = vec![Algorithm::Rs256];
        if !is_pool(&pool) {
            draft.problems.push(format!(
                "found the Cognito user pool {pool:?}; expected its id, such as `eu-central-1_AbCdEf123`"
            ));
        }
        Self(draft).claim_value("token_use", "access")
    }
}

/// `REGION_ID`, of letters, digits and hyphens.
fn is_pool(pool: &str) -> bool {
    let is_region = |name: &str| {
        name.contains('-') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    pool.split_once('_').is_some_and(|(region, id)| is_region(region) && is_id(id))
}
