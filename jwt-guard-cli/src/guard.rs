//! The guard that a command asks: of settings, or of keys that the command line names.

use std::path::PathBuf;

use clap::Args;
use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::Settings;
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Secret};
use serde_json::Value;

use crate::keys::PublicKeys;
use crate::report::Failure;
use crate::{files, keys};

/// Where the settings of a guard are.
#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// The settings that the service reads, as TOML or JSON; without them, the variables `JWT_GUARD_*`.
    ///
    /// Variables with secrets replace those of the file: `JWT_GUARD_SECRET`, `JWT_GUARD_SIGNING_SECRET`,
    /// `JWT_GUARD_SIGNING_KEY_PEM`, and each with `_FILE`. Names of files begin at the current folder.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The table of the file that has them, such as `auth.guard`.
    #[arg(long, value_name = "NAME", requires = "settings")]
    section: Option<String>,
}

/// Keys and names for a guard without settings.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// A public key in PEM, a JSON Web Key, or a set of them.
    #[arg(long, value_name = "FILE", group = "source", conflicts_with = "settings", requires = "audience")]
    key: Option<PathBuf>,
    /// A shared secret, as text or in base64 after `base64:`.
    #[arg(long, value_name = "FILE", group = "source", conflicts_with = "settings", requires = "audience")]
    secret: Option<PathBuf>,
    /// An OpenID provider, or an authorization server, whose keys are fetched.
    #[arg(long, value_name = "URL", group = "source", conflicts_with = "settings", requires = "audience")]
    oidc_issuer: Option<String>,
    /// The address of a JSON Web Key set that is fetched; needs the name of its issuer.
    #[arg(long, value_name = "URL", group = "source", conflicts_with = "settings")]
    #[arg(requires_all = ["audience", "issuer"])]
    jwks_url: Option<String>,
    /// The algorithm of the key; RSA keys and secrets other than HS256 need it.
    #[arg(long, value_parser = keys::algorithm(), requires = "source")]
    algorithm: Option<Algorithm>,
    /// The name of the key (`kid` of its tokens), where the file does not say it.
    #[arg(long, value_name = "NAME", value_parser = keys::kid, requires = "source")]
    kid: Option<String>,
    /// The accepted issuer (`iss`).
    #[arg(long, value_name = "NAME", requires = "source")]
    issuer: Option<String>,
    /// The accepted audience (`aud`). May be repeated.
    #[arg(long, value_name = "NAME", requires = "source")]
    audience: Vec<String>,
    /// Fetches keys from this machine without TLS. A program that listens on the port can sign tokens.
    #[arg(long)]
    loopback_http: bool,
}

impl SettingsArgs {
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.settings.as_ref()
    }

    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let Some(path) = &self.settings else {
            let is_set =
                std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("JWT_GUARD_"));
            if !is_set {
                return Err(Failure::usage(
                    "no settings: name their file with `--settings`, or set the variables `JWT_GUARD_*`",
                ));
            }
            return of_variables(|_| true);
        };
        let text = files::read_text(path, "the settings")?;
        let settings = parse(&text, self.section.as_deref());
        let mut settings =
            settings.map_err(|reason| Failure::undecided(format!("{}: {reason}", files::name(path))))?;
        let secrets = of_variables(|name| SECRETS.contains(&name))?;
        if secrets.secret.is_some() || secrets.secret_file.is_some() {
            (settings.secret, settings.secret_file) = (secrets.secret, secrets.secret_file);
        }
        let signing = [secrets.signing_secret.is_some(), secrets.signing_secret_file.is_some()];
        let private = [secrets.signing_key_pem.is_some(), secrets.signing_key_file.is_some()];
        if signing.into_iter().chain(private).any(|is_set| is_set) {
            (settings.signing_secret, settings.signing_secret_file) =
                (secrets.signing_secret, secrets.signing_secret_file);
            (settings.signing_key_pem, settings.signing_key_file) =
                (secrets.signing_key_pem, secrets.signing_key_file);
        }
        Ok(settings)
    }
}

/// The variables that replace what a file says.
const SECRETS: [&str; 6] = [
    "JWT_GUARD_SECRET",
    "JWT_GUARD_SECRET_FILE",
    "JWT_GUARD_SIGNING_SECRET",
    "JWT_GUARD_SIGNING_SECRET_FILE",
    "JWT_GUARD_SIGNING_KEY_PEM",
    "JWT_GUARD_SIGNING_KEY_FILE",
];

fn of_variables(is_read: impl Fn(&str) -> bool) -> Result<Settings, Failure> {
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| is_read(name)) else { continue };
        match value.into_string() {
            Ok(value) => variables.push((name.to_owned(), value)),
            Err(_) if name.starts_with("JWT_GUARD_") => {
                return Err(Failure::undecided(format!("the variable `{name}` is not UTF-8")));
            }
            Err(_) => {}
        }
    }
    Settings::from_vars(variables).map_err(Failure::undecided)
}

/// The settings of a text. The error does not quote a line, which may hold a secret.
fn parse(text: &str, section: Option<&str>) -> Result<Settings, String> {
    let is_json = text.trim_start().starts_with('{');
    let line = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        before.map_or_else(String::new, |before| format!(" (line {})", before.matches('\n').count() + 1))
    };
    let of_toml = |error: toml::de::Error| format!("{}{}", error.message(), line(&error));
    let Some(section) = section else {
        return if is_json {
            serde_json::from_str(text).map_err(|error| error.to_string())
        } else {
            toml::from_str(text).map_err(of_toml)
        };
    };
    let mut value: Value = if is_json {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(text).map_err(of_toml)?
    };
    for name in section.split('.') {
        value =
            value.get_mut(name).map(Value::take).ok_or_else(|| format!("there is no table `{section}`"))?;
    }
    serde_json::from_value(value).map_err(|error| format!("`{section}`: {error}"))
}

/// A guard, and what its verdict leaves open.
pub(crate) struct AskedGuard {
    pub(crate) guard: JwtGuard,
    pub(crate) notes: Vec<String>,
}

impl KeyArgs {
    /// The guard of these keys, or else of the settings.
    pub(crate) fn guard_or(&self, settings: &SettingsArgs) -> Result<AskedGuard, Failure> {
        if !self.names_source() {
            let settings = settings.settings()?;
            let asks_store = settings.allow_list;
            let notes = asks_store.then(|| {
                "the service has an allow list, which is not asked: it refuses a token that its store does not know"
                    .to_owned()
            });
            let guard = build(settings, Vec::new(), self.loopback_http)?;
            return Ok(AskedGuard { guard, notes: notes.into_iter().collect() });
        }
        let (keys, notes) = match &self.key {
            Some(path) => {
                let PublicKeys { keys, notes } = keys::public_keys(path, self.algorithm)?;
                (keys::named(keys, self.kid.as_deref())?, notes)
            }
            None => (Vec::new(), Vec::new()),
        };
        Ok(AskedGuard { guard: build(self.settings()?, keys, self.loopback_http)?, notes })
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.key.iter().chain(&self.secret)
    }

    fn names_source(&self) -> bool {
        self.files().next().is_some() || self.oidc_issuer.is_some() || self.jwks_url.is_some()
    }

    fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        settings.audience.clone_from(&self.audience);
        settings.issuer = self.issuer.iter().cloned().collect();
        settings.oidc_issuer.clone_from(&self.oidc_issuer);
        settings.jwks_url.clone_from(&self.jwks_url);
        if let Some(path) = &self.secret {
            files::refuse_secret(path)?;
            // A file may also be binary.
            if files::is_standard(path) {
                let text = files::read_text(path, "the secret")?;
                settings.secret = of_secret(&text)?;
            } else {
                settings.secret_file = Some(path.clone());
            }
            (settings.algorithm, settings.key_id) = (self.algorithm, self.kid.clone());
        } else if self.key.is_none() {
            settings.algorithms = self.algorithm.into_iter().collect();
        }
        Ok(settings)
    }
}

/// The secret of a text, as a setting is read.
fn of_secret(text: &str) -> Result<Option<Secret>, Failure> {
    let settings: Result<Settings, _> = serde_json::from_value(serde_json::json!({ "secret": text }));
    settings.map(|settings| settings.secret).map_err(Failure::undecided)
}

/// A guard with these keys besides.
pub(crate) fn build(
    settings: Settings,
    keys: Vec<VerifyingKey>,
    loopback_http: bool,
) -> Result<JwtGuard, Failure> {
    let needs_store = settings.allow_list || settings.refresh_ends_access || settings.refresh_grace.is_some();
    let mut builder = settings.into_builder();
    for key in keys {
        builder = builder.key(key);
    }
    // What the store of the service knows is not asked here.
    if needs_store {
        builder = builder.token_store(MemoryStore::new());
    }
    if loopback_http {
        builder = builder.danger().loopback_http("the person at the command line asks for it");
    }
    builder.build().map_err(Failure::undecided)
}
