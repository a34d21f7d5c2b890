//! Settings from JSON and from variables: accepted ones, refused ones, and all problems at once.

#[cfg(feature = "remote-keys")]
mod fetched;
mod forms;
mod issuers;
#[cfg(not(feature = "remote-keys"))]
mod not_fetched;
mod table;
mod values;
mod variables;

use std::fs;

use serde_json::json;

use super::*;
use crate::guard::JwtGuard;

const SECRET: &str = "a 40 byte long secret, hunter2, hunter2.";

fn read(json: serde_json::Value) -> Result<Settings, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}

/// The settings of a variable, or the text of its problem.
fn var(name: &str, value: &str) -> Result<Settings, String> {
    let variable = (format!("JWT_GUARD_{name}"), value.to_owned());
    Settings::from_vars([variable]).map_err(|error| error.problems().collect())
}

fn built(json: serde_json::Value) -> Result<JwtGuard, Vec<String>> {
    read(json).unwrap().into_builder().build().map_err(|error| error.problems().collect())
}

fn problems(json: serde_json::Value) -> Vec<String> {
    built(json).err().unwrap_or_default()
}

/// Every setting at once, except keys that exclude each other.
fn everything() -> serde_json::Value {
    json!({
        "secret": SECRET,
        "algorithm": "HS256",
        "key_id": "2026",
        "algorithms": ["HS256", "EdDSA"],
        "signing_key_pem": fixture("ed25519.private.pem"),
        "signing_algorithm": "EdDSA",
        "signing_key_id": "2027",
        "issuer": ["https://id.example", "https://old.example"],
        "audience": ["orders", "invoices"],
        "required_claims": ["jti"],
        "profile": "access_token",
        "leeway": "10s",
        "max_lifetime": "2h",
        "max_token_age": "1d",
        "refuse_embedded_keys": true,
        "max_token_len": 4096,
        "subject_claim": "user",
        "scope_claims": [["permissions"]],
        "role_claims": [["realm_access", "roles"], ["https://example.com/roles"]],
        "machine_callers": true,
        "bearer_file": "/nowhere/token",
        "bearer_origins": ["https://sso.example"],
        "scope_implies": { "orders:admin": ["orders:write", "audit"], "orders:write": "orders:read" },
        "role_implies": { "Site Admin": "clerk" },
        "locations": ["bearer", "scheme:JWT", "header:X-Api-Key", "cookie:access_token", "websocket:bearer", "header:X-Auth:Bearer"],
        "prefer_first": true,
        "strip_credentials": true,
        "cookies": { "domain": "example.com", "refresh_path": "/refresh", "same_site": "strict", "csrf_header": "X-Again" },
        "trusted_origins": ["https://app.example.com"],
        "token_cache": { "at_first_sight": true, "bytes": 1_000_000, "lifetime": "10s" },
        "malformed_as_invalid_token": true,
        "name": "customers",
        "resource": "https://api.example/orders",
        "trust": ["keycloak:https://sso.example/realms/shop", { "issuer": "auth0:acme.auth0.com", "audience": "api" }],
        "refresh_ends_access": true,
        "realm": "orders",
        "access_lifetime": "5m",
        "refresh_lifetime": "7d",
        "refresh_grace": "10s",
        "allow_list": true,
    })
}

fn fixture(name: &str) -> String {
    fs::read_to_string(fixture_path(name)).unwrap()
}

fn fixture_path(name: &str) -> String {
    format!("{}/../tests/fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn settings_that_are_not_given_are_the_defaults_of_the_builder() {
    let guard = built(json!({ "secret": SECRET, "audience": "orders" })).unwrap();
    let usual = JwtGuard::builder().secret(SECRET).audience("orders").build().unwrap();
    assert_eq!(format!("{:?}", guard.config()), format!("{:?}", usual.config()));
}

#[test]
fn an_unknown_setting_is_an_error() {
    let error = read(json!({ "secrte": SECRET })).unwrap_err();
    assert_eq!(error, "`secrte` is not a setting; did you mean `secret`?");
    for switch in ["verify", "verify_signature", "disabled", "any_audience", "unlimited_lifetime"] {
        assert!(read(json!({ switch: true })).is_err(), "{switch}");
    }
}

/// `Settings::deserialize(..)` is not the function of the trait, but one that serde's derive makes beside it.
#[test]
fn an_unknown_setting_is_an_error_by_whichever_function_settings_are_read() {
    let error = Settings::deserialize(json!({ "audiences": "orders" })).unwrap_err().to_string();
    assert!(error.contains("unknown field `audiences`"), "{error}");
    let error = <Settings as serde::Deserialize>::deserialize(json!({ "audiences": "orders" })).unwrap_err();
    assert_eq!(error.to_string(), "`audiences` is not a setting; did you mean `audience`?");
    let settings = Settings::deserialize(json!({ "secret": SECRET, "audience": "orders" })).unwrap();
    assert!(settings.into_builder().build().is_ok());
}

#[test]
fn nothing_set_lacks_a_key_and_an_audience() {
    let found = problems(json!({}));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("no key: set one of `secret`"), "{found:#?}");
    assert!(found[1].starts_with("no audience: set `audience`"), "{found:#?}");
}

#[test]
fn what_settings_lack_may_be_given_in_code() {
    Settings::default().into_builder().secret(SECRET).audience("orders").build().unwrap();
    let any = Settings::default().into_builder().secret(SECRET).danger().any_audience("alone");
    any.build().unwrap();
}

#[test]
fn every_problem_is_told_at_once() {
    let found = problems(json!({
        "secret": "short",
        "jwks_file": "/nowhere/keys.json",
        "signing_key_file": "/nowhere/key.pem",
        "signing_algorithm": "ES256",
        "leeway": "1h",
        "max_token_age": "0s",
        "realm": "a\nb",
        "allow_list": true,
    }));
    let starts = [
        "`secret` and `jwks_file` are set; keep one of them",
        "`signing_key_file` cannot be read from /nowhere/key.pem: ",
        "no audience",
        "the realm",
        "a leeway of 3600s is too much",
        "a `max_token_age` of zero",
        "`allow_list` needs a `token_store`",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for start in starts {
        assert!(found.iter().any(|problem| problem.starts_with(start)), "{start}: {found:#?}");
    }
}

#[test]
fn a_key_goes_with_its_algorithm() {
    let pem = fixture("rsa-2048.public.pem");
    let jwk = fixture("p256.public.jwk");
    let jwks = format!("{{\"keys\":[{jwk}]}}");
    let with = |settings: serde_json::Value| {
        let mut all = settings;
        all["audience"] = "orders".into();
        problems(all)
    };
    assert_eq!(with(json!({ "public_key_pem": pem, "algorithm": "RS256" })), [""; 0]);
    assert_eq!(
        with(json!({ "public_key_file": fixture_path("p256.public.pem"), "algorithm": "ES256" })),
        [""; 0]
    );
    assert_eq!(with(json!({ "jwks": jwks })), [""; 0]);
    for (settings, expected) in [
        (json!({ "public_key_pem": pem }), "`public_key_pem` needs `algorithm`"),
        (json!({ "public_key_pem": pem, "algorithm": "ES256" }), ""),
        (json!({ "public_key_pem": pem, "algorithm": "HS256" }), ""),
        (json!({ "jwks": jwks, "algorithm": "ES256" }), "`algorithm` does not go with `jwks`"),
        (json!({ "secret": SECRET, "signing_algorithm": "ES256" }), "`signing_algorithm` is set without"),
        (json!({ "secret": SECRET, "signing_key_id": "a" }), "`signing_key_id` is set without"),
        (json!({ "signing_secret": SECRET, "key_id": "a" }), "`key_id` is set without"),
        (json!({ "jwks": jwks, "key_id": "a" }), "`key_id` does not go with `jwks`"),
        (json!({ "signing_secret": SECRET, "algorithm": "HS256" }), "`algorithm` is set without"),
        (
            json!({ "signing_key_pem": fixture("p256.private.pem") }),
            "`signing_key_pem` needs `signing_algorithm`",
        ),
        (
            json!({ "signing_secret": SECRET, "signing_key_file": "x", "signing_algorithm": "HS256" }),
            "`signing_secret` and `signing_key_file` are set",
        ),
        (json!({ "secret": SECRET, "access_lifetime": "5m" }), "`issuing` or the lifetime"),
    ] {
        let found = with(settings.clone());
        assert_eq!(found.len(), 1, "{settings}: {found:#?}");
        assert!(found[0].starts_with(expected), "{settings}: {found:#?}");
    }
}

#[test]
fn the_line_end_of_a_text_file_is_not_a_part_of_a_secret() {
    let folder = std::env::temp_dir().join(format!("jwt-guard-settings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let tag = |bytes: &[u8]| {
        let file = folder.join("secret");
        fs::write(&file, bytes).unwrap();
        let guard = built(json!({ "signing_secret_file": file, "audience": "orders" })).unwrap();
        let token = guard.config().issuing.as_ref().unwrap().issuer.access("a").sign().unwrap();
        let accepts = |secret: &[u8]| {
            let config = JwtGuard::builder().secret(secret).audience("orders").build().unwrap();
            config.config().access.verify(token.as_str().as_bytes()).is_ok()
        };
        (accepts(bytes), accepts(bytes.trim_ascii_end()))
    };
    assert_eq!(tag(SECRET.as_bytes()), (true, true));
    assert_eq!(tag(format!("{SECRET}\n").as_bytes()), (false, true));
    assert_eq!(tag(format!("{SECRET}\r\n").as_bytes()), (false, true));
    assert_eq!(tag(format!("{SECRET}\n\n").as_bytes()), (false, false), "one line end, and no more");
    let mut binary = crate::keys::tests::secret(9)[..33].to_vec();
    binary[32] = b'\n';
    assert_eq!(tag(&binary), (true, false), "every byte of a binary file counts");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn debug_and_errors_show_no_secret_and_no_key() {
    let secret = || Some(Secret::from(SECRET));
    let settings = Settings {
        secret: secret(),
        public_key_pem: secret(),
        jwks: secret(),
        signing_secret: secret(),
        signing_key_pem: secret(),
        ..Settings::default()
    };
    let builder = settings.clone().into_builder();
    let error = settings.clone().into_builder().build().unwrap_err();
    let short = problems(json!({ "secret": "hunter2", "signing_secret": "hunter2" }));
    let pem = problems(json!({
        "jwks": "hunter2", "signing_key_pem": "hunter2", "signing_algorithm": "ES256", "audience": "a",
    }));
    let shown = format!("{settings:?} {settings:#?} {builder:?} {error:?} {error} {short:?} {pem:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("104, 117"), "{shown}");
    for wrong in [json!(7_381_951), json!(-7_381_951), json!(7_381_951.5), json!([7_381_951])] {
        for name in ["secret", "jwks", "signing_key_pem", "audience", "leeway"] {
            let error = read(json!({ name: wrong.clone() })).unwrap_err();
            assert!(!error.contains("7381951"), "{name}: {error}");
        }
    }
}
