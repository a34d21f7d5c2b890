//! Other issuers among the settings: each a preset with its argument, or a table.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::values::{self, Element};
use super::{bearer, table};
use crate::keys::Algorithm;
use crate::setup::TrustedIssuer;
use crate::verify::TokenProfile;

/// A trusted issuer, and what is changed of its preset.
///
/// As a text it is the preset, a colon and its argument, such as `keycloak:https://id.example/realms/shop`; `oidc` and
/// `issuer` are not presets, but any OpenID provider, and any issuer whose keys are at `jwks_url`. A table has this text
/// as `issuer`, and further members.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TrustedSettings {
    /// The preset and its argument: `auth0:DOMAIN`, `authentik:URL`, `clerk:URL`, `cloudflare_access:URL`,
    /// `cognito:POOL`, `entra:TENANT`, `entra_v1:TENANT`, `firebase:PROJECT`, `github_actions:OWNER/NAME`
    /// (several with spaces between), `keycloak:URL`, `kubernetes:URL`, `okta:URL`, `rfc9068:URL`,
    /// `supabase:URL`, `zitadel:URL`; or `oidc:URL`, `issuer:NAME`.
    #[serde(deserialize_with = "issuer")]
    pub issuer: String,
    /// As [`TrustedIssuer::audience`]; the guard's by default.
    #[serde(deserialize_with = "values::list")]
    pub audience: Vec<String>,
    /// As [`TrustedIssuer::client`].
    #[serde(deserialize_with = "values::list")]
    pub clients: Vec<String>,
    /// As [`TrustedIssuer::client_as_audience`].
    #[serde(deserialize_with = "values::list")]
    pub clients_as_audience: Vec<String>,
    /// As [`TrustedIssuer::jwks_url`].
    #[serde(deserialize_with = "values::given")]
    pub jwks_url: Option<String>,
    /// As [`TrustedIssuer::metadata_url`].
    #[serde(deserialize_with = "values::given")]
    pub metadata_url: Option<String>,
    /// As [`RemoteKeySettings::bearer_file`](crate::keys::remote::RemoteKeySettings::bearer_file), for this issuer by
    /// [`TrustedIssuer::remote_keys`]; the guard's by default.
    #[serde(deserialize_with = "values::given")]
    pub bearer_file: Option<PathBuf>,
    /// The only origins to which the token in `bearer_file` goes.
    #[serde(deserialize_with = "values::list")]
    pub bearer_origins: Vec<String>,
    /// As [`TrustedIssuer::algorithms`].
    #[serde(deserialize_with = "values::list")]
    pub algorithms: Vec<Algorithm>,
    /// As [`TrustedIssuer::profile`], in place of that of a preset.
    #[serde(deserialize_with = "values::given")]
    pub profile: Option<TokenProfile>,
    /// As [`TrustedIssuer::required_claim`].
    #[serde(deserialize_with = "values::list")]
    pub required_claims: Vec<String>,
    /// As [`TrustedIssuer::scope_claim`], each a path.
    #[serde(deserialize_with = "values::paths")]
    pub scope_claims: Vec<Vec<String>>,
    /// As [`TrustedIssuer::role_claim`], each a path.
    #[serde(deserialize_with = "values::paths")]
    pub role_claims: Vec<Vec<String>>,
    /// As [`TrustedIssuer::role_object_claim`], each a path.
    #[serde(deserialize_with = "values::paths")]
    pub role_object_claims: Vec<Vec<String>>,
    /// As [`TrustedIssuer::role_object_claim_in`]: organizations, each with paths.
    #[serde(deserialize_with = "table::table")]
    pub role_object_claims_in: BTreeMap<String, Vec<Vec<String>>>,
    /// As [`TrustedIssuer::machine_callers`].
    #[serde(deserialize_with = "values::switch")]
    pub machine_callers: bool,
    /// As [`TrustedIssuer::subject_claim`].
    #[serde(deserialize_with = "values::given")]
    pub subject_claim: Option<String>,
}

impl TrustedSettings {
    /// The issuer; an unknown preset and an incomplete bearer are errors.
    pub(super) fn into_issuer(self) -> Result<TrustedIssuer, String> {
        let issuer = of_text(&self.issuer)?;
        let issuer = self.audience.into_iter().fold(issuer, TrustedIssuer::audience);
        let issuer = self.clients.into_iter().fold(issuer, TrustedIssuer::client);
        let issuer = self.clients_as_audience.into_iter().fold(issuer, TrustedIssuer::client_as_audience);
        let issuer = super::with(issuer, self.jwks_url, TrustedIssuer::jwks_url);
        let issuer = super::with(issuer, self.metadata_url, TrustedIssuer::metadata_url);
        let fetching = bearer::settings(self.bearer_file, self.bearer_origins)?;
        let issuer = super::with(issuer, fetching, TrustedIssuer::remote_keys);
        let issuer = if self.algorithms.is_empty() { issuer } else { issuer.algorithms(self.algorithms) };
        let issuer = super::with(issuer, self.profile, TrustedIssuer::profile);
        let issuer = self.required_claims.into_iter().fold(issuer, TrustedIssuer::required_claim);
        let issuer = self.scope_claims.into_iter().fold(issuer, TrustedIssuer::scope_claim);
        let issuer = self.role_claims.into_iter().fold(issuer, TrustedIssuer::role_claim);
        let issuer = self.role_object_claims.into_iter().fold(issuer, TrustedIssuer::role_object_claim);
        let objects = table::rows(self.role_object_claims_in);
        let issuer = objects
            .fold(issuer, |issuer, (organization, path)| issuer.role_object_claim_in(path, organization));
        let issuer = super::when(issuer, self.machine_callers, TrustedIssuer::machine_callers);
        Ok(super::with(issuer, self.subject_claim, TrustedIssuer::subject_claim))
    }
}

type Preset = fn(String) -> TrustedIssuer;

const PRESETS: [(&str, Preset); 17] = [
    ("auth0", TrustedIssuer::auth0),
    ("authentik", TrustedIssuer::authentik),
    ("clerk", TrustedIssuer::clerk),
    ("cloudflare_access", TrustedIssuer::cloudflare_access),
    ("cognito", TrustedIssuer::cognito),
    ("entra", TrustedIssuer::entra),
    ("entra_v1", TrustedIssuer::entra_v1),
    ("firebase", TrustedIssuer::firebase),
    ("github_actions", |names| TrustedIssuer::github_actions(names.split_whitespace())),
    ("issuer", TrustedIssuer::new),
    ("keycloak", TrustedIssuer::keycloak),
    ("kubernetes", TrustedIssuer::kubernetes),
    ("oidc", TrustedIssuer::oidc),
    ("okta", TrustedIssuer::okta),
    ("rfc9068", TrustedIssuer::rfc9068),
    ("supabase", TrustedIssuer::supabase),
    ("zitadel", TrustedIssuer::zitadel),
];

fn of_text(text: &str) -> Result<TrustedIssuer, String> {
    let known = text.split_once(':').and_then(|(name, argument)| {
        let (_, preset) = PRESETS.iter().find(|(known, _)| *known == name)?;
        Some(preset(argument.to_owned()))
    });
    known.ok_or_else(|| {
        let names: Vec<_> = PRESETS.iter().map(|(name, _)| *name).collect();
        format!(
            "{text:?} does not begin with the kind of issuer; expected {}: a kind, a colon and its argument, \
             of {}",
            <TrustedSettings as Element>::EXPECTED,
            names.join(", ")
        )
    })
}

fn issuer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = values::given::<D, String>(deserializer)?.unwrap_or_default();
    drop(of_text(&text).map_err(D::Error::custom)?);
    Ok(text)
}

impl Element for TrustedSettings {
    const EXPECTED: &'static str = r#"a list such as ["keycloak:https://id.example/realms/shop", {"issuer": "entra:TENANT", "audience": "api://orders"}]"#;

    fn alone(text: String) -> Result<Self, String> {
        drop(of_text(&text)?);
        Ok(Self { issuer: text, ..Self::default() })
    }
}

/// An element of the list.
pub(super) struct Trusted(TrustedSettings);

impl Element for Trusted {
    const EXPECTED: &'static str = <TrustedSettings as Element>::EXPECTED;

    fn alone(text: String) -> Result<Self, String> {
        TrustedSettings::alone(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for Trusted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable).map(Self)
    }
}

/// One issuer, or a list of them.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TrustedSettings>, D::Error> {
    let list: Vec<Trusted> = values::one_or_many(deserializer)?;
    Ok(list.into_iter().map(|Trusted(issuer)| issuer).collect())
}

struct TextOrTable;

impl<'de> Visitor<'de> for TextOrTable {
    type Value = TrustedSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(<TrustedSettings as Element>::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TrustedSettings, E> {
        TrustedSettings::alone(text.to_owned()).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, table: M) -> Result<TrustedSettings, M::Error> {
        let settings = TrustedSettings::deserialize(MapAccessDeserializer::new(table))?;
        if settings.issuer.is_empty() {
            return Err(M::Error::custom(format_args!(
                "a table without `issuer`; expected {}",
                Trusted::EXPECTED
            )));
        }
        Ok(settings)
    }
}
