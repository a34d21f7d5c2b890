//! Microsoft Entra ID.

use super::{IssuerDraft, client_in, preset};
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;

/// Aliases for any tenant. Tokens never contain them.
const ANY_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

impl TrustedIssuer {
    /// One tenant of Microsoft Entra ID, by its GUID: access tokens of version 2.0, from
    /// `https://login.microsoftonline.com/TENANT/v2.0`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0", "ver": "2.0",
    ///   "aud": "00001111-aaaa-2222-bbbb-3333cccc4444", "azp": "11112222-bbbb-3333-cccc-4444dddd5555", "azpacr": "1",
    ///   "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
    ///   "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "iat": 1800000000, "nbf": 1800000000, "exp": 1800004200,
    ///   "scp": "Orders.Read Orders.Write", "roles": ["Orders.Admin"], "uti": "fqiBqXLPj0eQa82S-IYFAA"
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `iss`, with the tenant | required, so other tenants are refused |
    /// | `ver: 2.0` | required; for older tokens see below |
    /// | `azp` | the client, and required: ID tokens have none. They may well have the same `aud` |
    /// | `scp` | scopes, of tokens for a user |
    /// | `roles` | roles: app roles of the user, or of the calling application where there is no user |
    ///
    /// *Access token claims reference* and *ID token claims reference* list these claims.
    ///
    /// - The [`audience`](Self::audience) is the client id of the API, a GUID: version 2.0 has no `api://` there.
    /// - Entra issues version 1.0 until the manifest of the API says `requestedAccessTokenVersion: 2`:
    ///   [`entra_v1`](Self::entra_v1). Trust both where an API has clients of both.
    /// - `sub` differs between APIs for one user; `.subject_claim("oid")` is the same in all of them.
    /// - A tenant's domain, and `common`, `organizations` and `consumers`, are refused: the `iss` of tokens
    ///   names the GUID, and the documents of the others name no tenant at all. Trust each tenant by itself;
    ///   for tenants that are known at run time only, see [`entra_tenant_of`](Self::entra_tenant_of).
    /// - Tokens have `uti` instead of `jti`: a guard with a [store](crate::setup::Builder::revocation) refuses them all.
    ///
    /// Keys are for RS256, as Entra does not say so in its key set; load one with
    /// `KeySet::from_json(json, &[Algorithm::Rs256])`.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, TrustedIssuer};
    /// let any_tenant = JwtGuard::builder().trust(TrustedIssuer::entra("common").audience("orders"));
    /// assert!(any_tenant.build().unwrap_err().to_string().contains("GUID"));
    /// ```
    pub fn entra(tenant: impl Into<String>) -> Self {
        let given = tenant.into();
        let tenant = given.to_ascii_lowercase();
        let draft =
            preset(format!("https://login.microsoftonline.com/{tenant}/v2.0"), &[&["scp"]], &[&["roles"]]);
        of_version(draft, "azp", problem(&given, &tenant)).claim_value("ver", "2.0")
    }

    /// One tenant of Microsoft Entra ID, by its GUID: access tokens of version 1.0, from
    /// `https://sts.windows.net/TENANT/`, with the slash. They are the default of a new API registration,
    /// whichever endpoint a client asks: the manifest of the API decides (`requestedAccessTokenVersion`).
    ///
    /// ```json
    /// {
    ///   "iss": "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/", "ver": "1.0",
    ///   "aud": "api://00001111-aaaa-2222-bbbb-3333cccc4444", "appid": "11112222-bbbb-3333-cccc-4444dddd5555", "appidacr": "1",
    ///   "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
    ///   "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "iat": 1800000000, "nbf": 1800000000, "exp": 1800004200,
    ///   "scp": "Orders.Read Orders.Write", "roles": ["Orders.Admin"], "uti": "fqiBqXLPj0eQa82S-IYFAA"
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `iss`, with the tenant | required, so other tenants are refused |
    /// | `ver: 1.0` | required |
    /// | `appid` | the client, and required: ID tokens of version 1.0 have none |
    /// | `scp` | scopes, of tokens for a user |
    /// | `roles` | roles: app roles of the user, or of the calling application where there is no user |
    ///
    /// The [`audience`](Self::audience) is what the client asked for: the *Application ID URI* of the API, such as
    /// `api://00001111-aaaa-2222-bbbb-3333cccc4444`, or its client id. It is compared byte for byte, so add each form that
    /// clients ask for. For the rest, see [`entra`](Self::entra). The keys are found by
    /// `https://login.microsoftonline.com/TENANT/.well-known/openid-configuration`, which names this issuer.
    ///
    /// ```
    /// # use jwt_guard::keys::KeySet;
    /// # use jwt_guard::{ConfigError, JwtGuard, TrustedIssuer};
    /// fn guard(keys: KeySet) -> Result<JwtGuard, ConfigError> {
    ///     let tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    ///     let old = TrustedIssuer::entra_v1(tenant).audience("api://orders").key_set(keys.clone());
    ///     let new = TrustedIssuer::entra(tenant).audience("00001111-aaaa-2222-bbbb-3333cccc4444").key_set(keys);
    ///     JwtGuard::builder().trust(old).trust(new).build()
    /// }
    ///
    /// let any_tenant = JwtGuard::builder().trust(TrustedIssuer::entra_v1("common").audience("api://orders"));
    /// assert!(any_tenant.build().unwrap_err().to_string().contains("GUID"));
    /// ```
    pub fn entra_v1(tenant: impl Into<String>) -> Self {
        let given = tenant.into();
        let tenant = given.to_ascii_lowercase();
        let mut draft = preset(format!("https://sts.windows.net/{tenant}/"), &[&["scp"]], &[&["roles"]]);
        draft.defaults.metadata_url =
            Some(format!("https://login.microsoftonline.com/{tenant}/.well-known/openid-configuration"));
        of_version(draft, "appid", problem(&given, &tenant)).claim_value("ver", "1.0")
    }
}

/// # Tenants of Entra
impl TrustedIssuer {
    /// The GUID of the Entra tenant whose tokens name `issuer`, of version 1.0 or 2.0: for a
    /// [resolver of tenants](crate::tenants), which looks it up in its list. `None` for every other text.
    ///
    /// ```
    /// use jwt_guard::TrustedIssuer;
    ///
    /// let issuer = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";
    /// assert_eq!(TrustedIssuer::entra_tenant_of(issuer), Some("aaaabbbb-0000-cccc-1111-dddd2222eeee"));
    /// assert_eq!(TrustedIssuer::entra_tenant_of("https://login.microsoftonline.com/common/v2.0"), None);
    /// ```
    #[must_use]
    pub fn entra_tenant_of(issuer: &str) -> Option<&str> {
        let between = |start, end| issuer.strip_prefix(start)?.strip_suffix(end);
        let tenant = between("https://login.microsoftonline.com/", "/v2.0")
            .or_else(|| between("https://sts.windows.net/", "/"))?;
        let is_lower = !tenant.bytes().any(|byte| byte.is_ascii_uppercase());
        (is_lower && is_guid(tenant)).then_some(tenant)
    }
}

/// What both versions share: ID tokens have no client, and the key set does not say that its keys are for RS256.
fn of_version(mut draft: IssuerDraft, client_claim: &str, problem: Option<String>) -> TrustedIssuer {
    draft.clients = client_in(&[client_claim]);
    draft.algorithms = vec![Algorithm::Rs256];
    draft.problems.extend(problem);
    TrustedIssuer(draft)
}

fn problem(given: &str, tenant: &str) -> Option<String> {
    if ANY_TENANT.contains(&tenant) {
        return Some(format!(
            "found the Entra tenant {given:?}, which stands for any tenant; expected the GUID of one tenant, \
             such as `aaaabbbb-0000-cccc-1111-dddd2222eeee`, and one `.trust(..)` for each"
        ));
    }
    (!is_guid(tenant)).then(|| {
        format!(
            "found the Entra tenant {given:?}; expected its GUID, such as \
             `aaaabbbb-0000-cccc-1111-dddd2222eeee`, which the overview of the tenant shows and the `iss` of \
             its tokens names"
        )
    })
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
