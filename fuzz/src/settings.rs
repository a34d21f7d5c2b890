//! Settings as JSON and as variables: what is wrong is a problem in words, and no text of the library shows a secret.
//!
//! JSON if the input begins with a brace; else each line is a variable without its prefix, `AUDIENCE=orders`.

use std::future::{Future, ready};
use std::pin::Pin;

use jwt_guard::keys::remote::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};
use jwt_guard::setup::{Settings, TrustedSettings};
use serde_json::Value;

use crate::common::{NOW, Stopped, encode};

/// Settings with a secret as their text.
const SECRETS: [&str; 5] = ["secret", "signing_secret", "jwks", "signing_key_pem", "public_key_pem"];

pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.starts_with('{') {
        json(text);
    } else {
        variables(text);
    }
}

fn json(text: &str) {
    let value: Option<Value> = serde_json::from_str(text).ok();
    let secrets = match &value {
        Some(Value::Object(members)) => {
            SECRETS.iter().filter_map(|name| members.get(*name)?.as_str()).collect()
        }
        _ => Vec::new(),
    };
    let hidden = Hidden { all: text, secrets };
    match serde_json::from_str::<Settings>(text) {
        Ok(settings) => build(settings, &hidden),
        Err(error) => hidden.assert_not_in(&error.to_string()),
    }
}

fn variables(text: &str) {
    let pairs: Vec<_> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let is_secret = |name: &str| SECRETS.iter().any(|known| known.to_uppercase() == name);
    let secrets = pairs.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| *value).collect();
    let hidden = Hidden { all: text, secrets };
    let named = pairs.iter().map(|(name, value)| (format!("JWT_GUARD_{name}"), (*value).to_owned()));
    match Settings::from_vars(named) {
        Ok(settings) => build(settings, &hidden),
        Err(error) => {
            assert!(error.problems().count() > 0);
            hidden.assert_not_in(&error.to_string());
        }
    }
}

/// Files are not read here: their names come from the input.
fn build(settings: Settings, hidden: &Hidden<'_>) {
    hidden.assert_not_in(&format!("{settings:?}"));
    let files = [
        &settings.secret_file,
        &settings.public_key_file,
        &settings.jwks_file,
        &settings.signing_secret_file,
        &settings.signing_key_file,
        &settings.bearer_file,
    ];
    if files.iter().any(|file| file.is_some()) {
        return;
    }
    let has_own_key = settings.secret.is_some()
        || settings.jwks.is_some()
        || settings.public_key_pem.is_some()
        || settings.signing_secret.is_some()
        || settings.signing_key_pem.is_some()
        || settings.jwks_url.is_some()
        || settings.oidc_issuer.is_some();
    let has_key = has_own_key || !settings.trust.is_empty();
    // An own key is for the audience of the guard; each trusted issuer may have its own.
    let has_audience =
        !settings.audience.is_empty() || !has_own_key && settings.trust.iter().all(has_audience);
    match settings.into_builder().clock(Stopped).key_fetcher(NoNetwork).build() {
        Ok(guard) => {
            assert!(has_key && has_audience, "a guard without keys or audience");
            hidden.assert_not_in(&format!("{guard:?}"));
            // No settings let a token without a signature in.
            let payload = format!(r#"{{"sub":"a","aud":"api","iss":"i","exp":{}}}"#, NOW + 60);
            let token = format!("eyJhbGciOiJub25lIn0.{}.AA", encode(payload));
            assert!(!guard.explain(&token).is_accepted());
        }
        Err(error) => {
            assert!(error.problems().count() > 0);
            hidden.assert_not_in(&error.to_string());
        }
    }
}

/// Whether tokens of the issuer are limited to some service, or to some clients.
fn has_audience(trusted: &TrustedSettings) -> bool {
    // The presets whose tokens have an audience that is known, or none.
    let (preset, _) = trusted.issuer.split_once(':').unwrap_or_default();
    !trusted.audience.is_empty()
        || !trusted.clients_as_audience.is_empty()
        || matches!(preset, "firebase" | "supabase")
        || preset == "cognito" && !trusted.clients.is_empty()
}

/// Without a fetcher a guard whose issuers publish keys would be refused, whatever else its settings say.
#[derive(Debug)]
struct NoNetwork;

impl FetchKeys for NoNetwork {
    fn get<'a>(
        &'a self,
        _: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        Box::pin(ready(Err(KeyFetchError::new("no network"))))
    }
}

/// The secrets of an input.
struct Hidden<'t> {
    all: &'t str,
    secrets: Vec<&'t str>,
}

impl Hidden<'_> {
    fn assert_not_in(&self, shown: &str) {
        for secret in self.secrets.iter().flat_map(|secret| secret.split(['\n', '\r'])).map(str::trim) {
            // Of what is shorter, or stands in another setting, or looks like a word of the library, it is unknown which one is
            // shown.
            let is_unique =
                self.all.matches(secret).count() == 1 && secret.bytes().any(|byte| byte.is_ascii_digit());
            assert!(secret.len() < 12 || !is_unique || !shown.contains(secret), "{shown}");
        }
    }
}
