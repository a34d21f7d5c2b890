//! The settings of a guard as data: from a configuration file, or from the environment.

mod bearer;
mod env;
mod keys;
mod names;
mod secret_text;
mod table;
mod tables;
mod trust;
mod values;
mod variable;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::{Builder, HasAudience, HasKeys, ImportReport};
use crate::cookies::CookieSettings;
use crate::issue::IssuerBuilder;
use crate::keys::Algorithm;
use crate::location::TokenLocation;
use crate::secret::Secret;
use crate::verify::{TokenCache, TokenProfile};
pub use trust::TrustedSettings;

#[doc = include_str!("settings.md")]
///
/// # The settings
///
/// | setting | variable | value |
/// |---|---|---|
/// | `secret` | `JWT_GUARD_SECRET` | shared secret for HMAC, 32 random bytes or more; as a text, or in base64 after `base64:` |
/// | `secret_file` | `JWT_GUARD_SECRET_FILE` | file with it; the line end of a text file is not part of it |
/// | `public_key_pem` | `JWT_GUARD_PUBLIC_KEY_PEM` | public key in PEM; needs `algorithm` |
/// | `public_key_file` | `JWT_GUARD_PUBLIC_KEY_FILE` | file with it |
/// | `algorithm` | `JWT_GUARD_ALGORITHM` | algorithm of the secret (`HS256` by default) or public key |
/// | `key_id` | `JWT_GUARD_KEY_ID` | the `kid` of its tokens; without one a secret is the key of tokens that name none |
/// | `jwks` | `JWT_GUARD_JWKS` | JSON Web Key set, as text |
/// | `jwks_file` | `JWT_GUARD_JWKS_FILE` | file with it |
/// | `algorithms` | `JWT_GUARD_ALGORITHMS` | list of the allowed ones, where keys of the set do not name theirs |
/// | `signing_secret` | `JWT_GUARD_SIGNING_SECRET` | shared secret to issue tokens with |
/// | `signing_secret_file` | `JWT_GUARD_SIGNING_SECRET_FILE` | file with it |
/// | `signing_key_pem` | `JWT_GUARD_SIGNING_KEY_PEM` | private key in PEM to issue tokens with; needs `signing_algorithm` |
/// | `signing_key_file` | `JWT_GUARD_SIGNING_KEY_FILE` | file with it |
/// | `signing_algorithm` | `JWT_GUARD_SIGNING_ALGORITHM` | algorithm of the signing secret (`HS256` by default) or key |
/// | `signing_key_id` | `JWT_GUARD_SIGNING_KEY_ID` | the `kid` of issued tokens |
/// | `oidc_issuer` | `JWT_GUARD_OIDC_ISSUER` | accepted `iss` of an OpenID provider or authorization server, whose keys are found by this name |
/// | `jwks_url` | `JWT_GUARD_JWKS_URL` | address of the JSON Web Key set of `issuer`, `https://..` |
/// | `metadata_url` | `JWT_GUARD_METADATA_URL` | address of the document of `issuer` or `oidc_issuer`, where its name does not say it |
/// | `bearer_file` | `JWT_GUARD_BEARER_FILE` | file with the token for key servers that ask who fetches; needs `bearer_origins` |
/// | `bearer_origins` | `JWT_GUARD_BEARER_ORIGINS` | list of the only origins to which that token goes, such as `https://kubernetes.default.svc` |
/// | `trust` | `JWT_GUARD_TRUST` | other issuers: list of `keycloak:https://id.example/realms/shop`, `oidc:https://..`, or tables; see [`TrustedSettings`] |
/// | `issuer` | `JWT_GUARD_ISSUER` | accepted `iss`, or list of them; the first is the guard's own |
/// | `audience` | `JWT_GUARD_AUDIENCE` | accepted `aud`, or list of them |
/// | `required_claims` | `JWT_GUARD_REQUIRED_CLAIMS` | list of claims that must be there |
/// | `profile` | `JWT_GUARD_PROFILE` | `classic` (default), `access_token` (RFC 9068) or `typed:example+jwt` |
/// | `leeway` | `JWT_GUARD_LEEWAY` | how much clocks may differ; `30s` by default, `5m` at most |
/// | `max_lifetime` | `JWT_GUARD_MAX_LIFETIME` | longest time from `iat` to `exp`; `24h` by default |
/// | `max_token_age` | `JWT_GUARD_MAX_TOKEN_AGE` | longest time since `iat`; none by default |
/// | `refuse_embedded_keys` | `JWT_GUARD_REFUSE_EMBEDDED_KEYS` | `true` refuses tokens with a key in their header |
/// | `max_token_len` | `JWT_GUARD_MAX_TOKEN_LEN` | bytes; 16384 by default and at most |
/// | `subject_claim` | `JWT_GUARD_SUBJECT_CLAIM` | claim that names the caller; `sub` by default |
/// | `scope_claims` | `JWT_GUARD_SCOPE_CLAIMS` | paths of claims, `[["scope"], ["scp"]]` by default |
/// | `role_claims` | `JWT_GUARD_ROLE_CLAIMS` | paths of claims such as `[["realm_access", "roles"]]`; `[["roles"]]` by default |
/// | `role_object_claims` | `JWT_GUARD_ROLE_OBJECT_CLAIMS` | paths of objects whose members are roles, in any organization; none by default |
/// | `role_object_claims_in` | `JWT_GUARD_ROLE_OBJECT_CLAIMS_IN` | the same in one organization: table such as `{"163840776835432705": "project_roles"}` |
/// | `machine_callers` | `JWT_GUARD_MACHINE_CALLERS` | `true` accepts tokens that name a client and no subject |
/// | `scope_implies` | `JWT_GUARD_SCOPE_IMPLIES` | table of scopes with those that each implies, such as `{"orders:admin": ["orders:write"]}` |
/// | `role_implies` | `JWT_GUARD_ROLE_IMPLIES` | the same for roles |
/// | `locations` | `JWT_GUARD_LOCATIONS` | list of `bearer` (default), `scheme:JWT`, `header:X-Api-Key`, `header:X-Auth:Bearer`, `cookie:NAME`, `websocket:bearer` |
/// | `prefer_first` | `JWT_GUARD_PREFER_FIRST` | `true`: the first location that holds a token decides |
/// | `strip_credentials` | `JWT_GUARD_STRIP_CREDENTIALS` | `true` removes the token from requests that are let in |
/// | `cookies` | `JWT_GUARD_COOKIES` | `true`, or a table with `access_name`, `refresh_name`, `access_csrf_name`, `refresh_csrf_name`, `csrf_header`, `without_prefixes`, `domain`, `path`, `refresh_path`, `same_site` (`strict`, `lax`, `none`) |
/// | `trusted_origins` | `JWT_GUARD_TRUSTED_ORIGINS` | list of origins whose pages may change something by cookies |
/// | `token_cache` | `JWT_GUARD_TOKEN_CACHE` | `on` (default), `off`, or a table with `at_first_sight`, `bytes`, `lifetime` |
/// | `malformed_as_invalid_token` | `JWT_GUARD_MALFORMED_AS_INVALID_TOKEN` | `true` answers malformed credentials with 401 |
/// | `name` | `JWT_GUARD_NAME` | name of the guard in access tables; the realm by default |
/// | `resource` | `JWT_GUARD_RESOURCE` | address of this service as a protected resource (RFC 9728) |
/// | `realm` | `JWT_GUARD_REALM` | protection space of challenges; `api` by default |
/// | `access_lifetime` | `JWT_GUARD_ACCESS_LIFETIME` | how long issued access tokens live; `15m` by default |
/// | `refresh_lifetime` | `JWT_GUARD_REFRESH_LIFETIME` | how long issued refresh tokens live; `30d` by default |
/// | `refresh_grace` | `JWT_GUARD_REFRESH_GRACE` | how long a refresh may be repeated; not at all by default, `60s` at most |
/// | `refresh_ends_access` | `JWT_GUARD_REFRESH_ENDS_ACCESS` | `true`: a refresh ends the access token before it |
/// | `allow_list` | `JWT_GUARD_ALLOW_LIST` | `true` accepts only tokens that the token store knows |
#[derive(Clone, Debug, Default, Deserialize)]
// The function that the derive makes is public beside the trait's, and so refuses unknown names by itself.
#[serde(default, deny_unknown_fields, remote = "Self")]
#[non_exhaustive]
pub struct Settings {
    /// A shared secret to verify with, as [`Builder::secret`](crate::setup::Builder::secret).
    #[serde(deserialize_with = "secret_text::given")]
    pub secret: Option<Secret>,
    /// The file of a shared secret to verify with.
    #[serde(deserialize_with = "values::given")]
    pub secret_file: Option<PathBuf>,
    /// A public key to verify with, in PEM. Redacted, in case it is a private one.
    #[serde(deserialize_with = "values::given")]
    pub public_key_pem: Option<Secret>,
    /// The file of a public key to verify with.
    #[serde(deserialize_with = "values::given")]
    pub public_key_file: Option<PathBuf>,
    /// The algorithm of the secret or public key.
    #[serde(deserialize_with = "values::given")]
    pub algorithm: Option<Algorithm>,
    /// The id of the secret or public key: the `kid` of its tokens, as
    /// [`VerifyingKey::with_id`](crate::keys::VerifyingKey::with_id).
    #[serde(deserialize_with = "values::given")]
    pub key_id: Option<String>,
    /// A JSON Web Key set to verify with, which may hold secrets.
    #[serde(deserialize_with = "values::given")]
    pub jwks: Option<Secret>,
    /// The file of a JSON Web Key set to verify with.
    #[serde(deserialize_with = "values::given")]
    pub jwks_file: Option<PathBuf>,
    /// As [`Builder::algorithms`](crate::setup::Builder::algorithms).
    #[serde(deserialize_with = "values::list")]
    pub algorithms: Vec<Algorithm>,
    /// A shared secret to issue tokens with.
    #[serde(deserialize_with = "secret_text::given")]
    pub signing_secret: Option<Secret>,
    /// The file of a shared secret to issue tokens with.
    #[serde(deserialize_with = "values::given")]
    pub signing_secret_file: Option<PathBuf>,
    /// A private key to issue tokens with, in PEM.
    #[serde(deserialize_with = "values::given")]
    pub signing_key_pem: Option<Secret>,
    /// The file of a private key to issue tokens with.
    #[serde(deserialize_with = "values::given")]
    pub signing_key_file: Option<PathBuf>,
    /// The algorithm of the signing secret or key.
    #[serde(deserialize_with = "values::given")]
    pub signing_algorithm: Option<Algorithm>,
    /// The id of the signing key.
    #[serde(deserialize_with = "values::given")]
    pub signing_key_id: Option<String>,
    /// As [`Builder::oidc_issuer`](crate::setup::Builder::oidc_issuer).
    #[serde(deserialize_with = "values::given")]
    pub oidc_issuer: Option<String>,
    /// As [`Builder::jwks_url`](crate::setup::Builder::jwks_url).
    #[serde(deserialize_with = "values::given")]
    pub jwks_url: Option<String>,
    /// As [`Builder::metadata_url`](crate::setup::Builder::metadata_url).
    #[serde(deserialize_with = "values::given")]
    pub metadata_url: Option<String>,
    /// As [`RemoteKeySettings::bearer_file`](crate::keys::remote::RemoteKeySettings::bearer_file), for
    /// issuers without their own. [`Builder::remote_keys`](crate::setup::Builder::remote_keys) in code
    /// replaces it.
    #[serde(deserialize_with = "values::given")]
    pub bearer_file: Option<PathBuf>,
    /// The only origins to which the token in `bearer_file` goes.
    #[serde(deserialize_with = "values::list")]
    pub bearer_origins: Vec<String>,
    /// As [`Builder::trust`](crate::setup::Builder::trust), a call for each.
    #[serde(deserialize_with = "trust::list")]
    pub trust: Vec<TrustedSettings>,
    /// As [`Builder::issuer`](crate::setup::Builder::issuer).
    #[serde(deserialize_with = "values::list")]
    pub issuer: Vec<String>,
    /// As [`Builder::audience`](crate::setup::Builder::audience).
    #[serde(deserialize_with = "values::list")]
    pub audience: Vec<String>,
    /// As [`Builder::required_claim`](crate::setup::Builder::required_claim).
    #[serde(deserialize_with = "values::list")]
    pub required_claims: Vec<String>,
    /// As [`Builder::profile`](crate::setup::Builder::profile).
    #[serde(deserialize_with = "values::given")]
    pub profile: Option<TokenProfile>,
    /// As [`Builder::leeway`](crate::setup::Builder::leeway).
    #[serde(deserialize_with = "values::given")]
    pub leeway: Option<Duration>,
    /// As [`Builder::max_lifetime`](crate::setup::Builder::max_lifetime).
    #[serde(deserialize_with = "values::given")]
    pub max_lifetime: Option<Duration>,
    /// As [`Builder::max_token_age`](crate::setup::Builder::max_token_age).
    #[serde(deserialize_with = "values::given")]
    pub max_token_age: Option<Duration>,
    /// As [`Builder::refuse_embedded_keys`](crate::setup::Builder::refuse_embedded_keys).
    #[serde(deserialize_with = "values::switch")]
    pub refuse_embedded_keys: bool,
    /// As [`Builder::max_token_len`](crate::setup::Builder::max_token_len).
    #[serde(deserialize_with = "values::number")]
    pub max_token_len: Option<usize>,
    /// As [`Builder::subject_claim`](crate::setup::Builder::subject_claim).
    #[serde(deserialize_with = "values::given")]
    pub subject_claim: Option<String>,
    /// As [`Builder::scope_claim`](crate::setup::Builder::scope_claim), each a path.
    #[serde(deserialize_with = "values::paths")]
    pub scope_claims: Vec<Vec<String>>,
    /// As [`Builder::role_claim`](crate::setup::Builder::role_claim), each a path.
    #[serde(deserialize_with = "values::paths")]
    pub role_claims: Vec<Vec<String>>,
    /// As [`Builder::role_object_claim`](crate::setup::Builder::role_object_claim), each a path.
    #[serde(deserialize_with = "values::paths")]
    pub role_object_claims: Vec<Vec<String>>,
    /// As [`Builder::role_object_claim_in`](crate::setup::Builder::role_object_claim_in): organizations, each with paths.
    #[serde(deserialize_with = "table::table")]
    pub role_object_claims_in: BTreeMap<String, Vec<Vec<String>>>,
    /// As [`Builder::machine_callers`](crate::setup::Builder::machine_callers).
    #[serde(deserialize_with = "values::switch")]
    pub machine_callers: bool,
    /// As [`Builder::scope_implies`](crate::setup::Builder::scope_implies), a call for each.
    #[serde(deserialize_with = "table::table")]
    pub scope_implies: BTreeMap<String, Vec<String>>,
    /// As [`Builder::role_implies`](crate::setup::Builder::role_implies), a call for each.
    #[serde(deserialize_with = "table::table")]
    pub role_implies: BTreeMap<String, Vec<String>>,
    /// As [`Builder::locations`](crate::setup::Builder::locations).
    #[serde(deserialize_with = "values::list")]
    pub locations: Vec<TokenLocation>,
    /// As [`Builder::prefer_first`](crate::setup::Builder::prefer_first).
    #[serde(deserialize_with = "values::switch")]
    pub prefer_first: bool,
    /// As [`Builder::strip_credentials`](crate::setup::Builder::strip_credentials).
    #[serde(deserialize_with = "values::switch")]
    pub strip_credentials: bool,
    /// As [`Builder::cookies`](crate::setup::Builder::cookies).
    #[serde(deserialize_with = "tables::word_or_table")]
    pub cookies: Option<CookieSettings>,
    /// As [`Builder::trusted_origin`](crate::setup::Builder::trusted_origin), a call for each.
    #[serde(deserialize_with = "values::list")]
    pub trusted_origins: Vec<String>,
    /// As [`Builder::token_cache`](crate::setup::Builder::token_cache).
    #[serde(deserialize_with = "tables::word_or_table")]
    pub token_cache: Option<TokenCache>,
    /// As [`Builder::malformed_as_invalid_token`](crate::setup::Builder::malformed_as_invalid_token).
    #[serde(deserialize_with = "values::switch")]
    pub malformed_as_invalid_token: bool,
    /// As [`Builder::name`](crate::setup::Builder::name).
    #[serde(deserialize_with = "values::given")]
    pub name: Option<String>,
    /// As [`Builder::resource`](crate::setup::Builder::resource).
    #[serde(deserialize_with = "values::given")]
    pub resource: Option<String>,
    /// As [`Builder::realm`](crate::setup::Builder::realm).
    #[serde(deserialize_with = "values::given")]
    pub realm: Option<String>,
    /// As [`IssuerBuilder::access_lifetime`](crate::issue::IssuerBuilder::access_lifetime).
    #[serde(deserialize_with = "values::given")]
    pub access_lifetime: Option<Duration>,
    /// As [`IssuerBuilder::refresh_lifetime`](crate::issue::IssuerBuilder::refresh_lifetime).
    #[serde(deserialize_with = "values::given")]
    pub refresh_lifetime: Option<Duration>,
    /// As [`Builder::refresh_grace`](crate::setup::Builder::refresh_grace).
    #[serde(deserialize_with = "values::given")]
    pub refresh_grace: Option<Duration>,
    /// As [`Builder::refresh_ends_access`](crate::setup::Builder::refresh_ends_access).
    #[serde(deserialize_with = "values::switch")]
    pub refresh_ends_access: bool,
    /// As [`Builder::allow_list`](crate::setup::Builder::allow_list).
    #[serde(deserialize_with = "values::switch")]
    pub allow_list: bool,
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The inherent function, which the derive has made.
        Self::deserialize(names::Advised(deserializer))
    }
}

impl Settings {
    /// A builder with these settings, for further settings in code.
    ///
    /// Files are read here. `build` reports what is wrong or missing, together with all other problems.
    ///
    /// ```
    /// use jwt_guard::setup::Settings;
    /// use jwt_guard::Secret;
    /// use jwt_guard::respond::compat::FastApi;
    ///
    /// let mut settings = Settings::default();
    /// settings.secret = Some(Secret::random());
    /// let error = settings.into_builder().refusal_body(FastApi).build().unwrap_err();
    /// assert!(error.to_string().contains("no audience"));
    /// ```
    pub fn into_builder(self) -> Builder<HasKeys, HasAudience> {
        self.into_builder_with(ImportReport::default())
    }

    /// As [`Settings::into_builder`], with the problems of reading the settings. Every setting goes through its setter.
    fn into_builder_with(mut self, mut report: ImportReport) -> Builder<HasKeys, HasAudience> {
        let builder = Builder::imported();
        let builder = with(builder, keys::verifying(&mut self, &mut report), Builder::with_key);
        let builder = with(builder, keys::signing(&mut self, &mut report), Builder::signing_key);
        report.names_key |= !self.trust.is_empty();
        let mut trusted = Vec::new();
        for issuer in self.trust {
            match issuer.into_issuer() {
                Ok(issuer) => trusted.push(issuer),
                Err(problem) => report.problems.setting(problem),
            }
        }
        let builder = trusted.into_iter().fold(builder, Builder::trust);
        if self.oidc_issuer.is_some() && self.jwks_url.is_some() {
            report.problems.setting(
                "`oidc_issuer` and `jwks_url` are set; keep one of them: the first finds the address of the \
                 keys",
            );
        }
        let builder = with(builder, self.jwks_url, Builder::jwks_url);
        let builder = with(builder, self.oidc_issuer, Builder::oidc_issuer);
        let builder = with(builder, self.metadata_url, Builder::metadata_url);
        let fetching = bearer::settings(self.bearer_file, self.bearer_origins);
        let fetching = fetching.unwrap_or_else(|problem| {
            report.problems.setting(problem);
            None
        });
        let builder = with(builder, fetching, Builder::remote_keys);
        let builder = builder.import(report).algorithms(self.algorithms);
        let builder = self.issuer.into_iter().fold(builder, Builder::issuer);
        let builder = self.audience.into_iter().fold(builder, Builder::audience);
        let builder = self.required_claims.into_iter().fold(builder, Builder::required_claim);
        let builder = with(builder, self.profile, Builder::profile);
        let builder = with(builder, self.leeway, Builder::leeway);
        let builder = with(builder, self.max_lifetime, Builder::max_lifetime);
        let builder = with(builder, self.max_token_age, Builder::max_token_age);
        let builder = when(builder, self.refuse_embedded_keys, Builder::refuse_embedded_keys);
        let builder = with(builder, self.max_token_len, Builder::max_token_len);
        let builder = with(builder, self.subject_claim, Builder::subject_claim);
        let builder = self.scope_claims.into_iter().fold(builder, Builder::scope_claim);
        let builder = self.role_claims.into_iter().fold(builder, Builder::role_claim);
        let builder = self.role_object_claims.into_iter().fold(builder, Builder::role_object_claim);
        let objects = table::rows(self.role_object_claims_in);
        let builder = objects
            .fold(builder, |builder, (organization, path)| builder.role_object_claim_in(path, organization));
        let builder = when(builder, self.machine_callers, Builder::machine_callers);
        let implies =
            |builder: Builder<_, _>, (name, implied)| builder.scope_implies::<String>(name, implied);
        let builder = self.scope_implies.into_iter().fold(builder, implies);
        let implies = |builder: Builder<_, _>, (name, implied)| builder.role_implies::<String>(name, implied);
        let builder = self.role_implies.into_iter().fold(builder, implies);
        let locations = Some(self.locations).filter(|locations| !locations.is_empty());
        let builder = with(builder, locations, Builder::locations);
        let builder = when(builder, self.prefer_first, Builder::prefer_first);
        let builder = when(builder, self.strip_credentials, Builder::strip_credentials);
        let builder = with(builder, self.cookies, Builder::cookies);
        let builder = self.trusted_origins.into_iter().fold(builder, Builder::trusted_origin);
        let builder = with(builder, self.token_cache, Builder::token_cache);
        let builder = when(builder, self.malformed_as_invalid_token, Builder::malformed_as_invalid_token);
        let builder = with(builder, self.name, Builder::name);
        let builder = with(builder, self.resource, Builder::resource);
        let builder = with(builder, self.realm, Builder::realm);
        let issuing =
            |builder: Builder<_, _>, set: fn(IssuerBuilder, Duration) -> IssuerBuilder, lifetime| {
                builder.issuing(move |issuer| set(issuer, lifetime))
            };
        let builder = with(builder, self.access_lifetime, |builder, lifetime| {
            issuing(builder, IssuerBuilder::access_lifetime, lifetime)
        });
        let builder = with(builder, self.refresh_lifetime, |builder, lifetime| {
            issuing(builder, IssuerBuilder::refresh_lifetime, lifetime)
        });
        let builder = with(builder, self.refresh_grace, Builder::refresh_grace);
        let builder = when(builder, self.refresh_ends_access, Builder::refresh_ends_access);
        when(builder, self.allow_list, Builder::allow_list)
    }
}

/// Calls the setter of a present value.
fn with<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

/// Calls the setter of an enabled switch.
fn when<B>(builder: B, is_on: bool, set: impl FnOnce(B) -> B) -> B {
    if is_on { set(builder) } else { builder }
}

#[cfg(test)]
mod tests;
