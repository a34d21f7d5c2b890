//! Issuers, secrets, keys, cookies and the cache in the forms in which deployments have them.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;

/// 33 bytes whose base64 has characters of which the alphabets differ.
const BINARY: [u8; 33] = *b"\xfb\xff\xbf0123456789abcdefghijklmnopqrst";

/// Whether a guard of the settings accepts tokens of the secret.
fn accepts(settings: Settings, secret: &[u8]) -> bool {
    let issuer = JwtGuard::builder()
        .signing_key(crate::keys::SigningKey::secret(Algorithm::Hs256, secret).unwrap())
        .audience("orders")
        .build()
        .unwrap();
    let token = issuer.issuer().unwrap().access("a").sign().unwrap();
    let guard = settings.into_builder().audience("orders").build().unwrap();
    guard.config().access.verify(token.as_str().as_bytes()).is_ok()
}

#[test]
fn a_secret_in_base64_is_named_as_such_in_every_spelling() {
    for text in [
        STANDARD.encode(BINARY),
        STANDARD_NO_PAD.encode(BINARY),
        URL_SAFE.encode(BINARY),
        URL_SAFE_NO_PAD.encode(BINARY),
    ] {
        for end in ["", "\n", "\r\n"] {
            assert!(accepts(var("SECRET", &format!("base64:{text}{end}")).unwrap(), &BINARY), "{text}");
            assert!(accepts(read(json!({ "secret": format!("base64:{text}{end}") })).unwrap(), &BINARY));
        }
        // Without the prefix it is the text itself.
        assert!(accepts(var("SECRET", &text).unwrap(), text.as_bytes()));
    }
    for bad in ["base64:", "base64:hunter2!", "base64:a b", "base64:====", "base64:aGk=\n\n"] {
        let problems = match var("SECRET", bad) {
            Err(problem) => problem,
            Ok(settings) => settings.into_builder().audience("a").build().unwrap_err().to_string(),
        };
        assert!(!problems.contains("hunter2") && !problems.is_empty(), "{problems}");
    }
}

#[test]
fn one_line_end_behind_a_text_is_not_part_of_it_and_every_byte_given_in_code_is() {
    for end in ["", "\n", "\r\n"] {
        assert!(accepts(var("SECRET", &format!("{SECRET}{end}")).unwrap(), SECRET.as_bytes()), "{end:?}");
        assert!(accepts(read(json!({ "secret": format!("{SECRET}{end}") })).unwrap(), SECRET.as_bytes()));
        for (name, shown) in [
            ("ISSUER", r#"issuer: ["https://id.example"]"#),
            ("REALM", r#"realm: Some("https://id.example")"#),
            ("OIDC_ISSUER", r#"oidc_issuer: Some("https://id.example")"#),
            ("SECRET_FILE", r#"secret_file: Some("https://id.example")"#),
        ] {
            let settings = format!("{:?}", var(name, &format!("https://id.example{end}")).unwrap());
            assert!(settings.contains(shown), "{name}: {settings}");
        }
        assert_eq!(var("LEEWAY", &format!("5s{end}")).unwrap().leeway, Some(Duration::from_secs(5)));
        assert_eq!(var("MAX_TOKEN_LEN", &format!("900{end}")).unwrap().max_token_len, Some(900));
        assert!(var("PREFER_FIRST", &format!("true{end}")).unwrap().prefer_first);
        assert_eq!(var("AUDIENCE", &format!("a,b{end}")).unwrap().audience, ["a", "b"]);
        assert_eq!(var("ALGORITHM", &format!("HS384{end}")).unwrap().algorithm, Some(Algorithm::Hs384));
    }
    let two = format!("{SECRET}\n\n");
    assert!(
        accepts(var("SECRET", &two).unwrap(), format!("{SECRET}\n").as_bytes()),
        "one line end, and no more"
    );
    let given = format!("{SECRET}\n");
    let settings = Settings { secret: Some(Secret::from(given.clone())), ..Settings::default() };
    assert!(accepts(settings, given.as_bytes()), "bytes given in code");
    let mut binary = BINARY;
    binary[32] = b'\n';
    assert!(accepts(var("SECRET", &format!("base64:{}", STANDARD.encode(binary))).unwrap(), &binary));
}

#[test]
fn files_of_secrets_are_read_as_variables_are_but_for_binary_ones() {
    let folder = std::env::temp_dir().join(format!("jwt-guard-forms-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("secret");
    let from_file = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        Settings { secret_file: Some(file.clone()), ..Settings::default() }
    };
    assert!(accepts(from_file(format!("base64:{}\n", STANDARD.encode(BINARY)).as_bytes()), &BINARY));
    let mut binary = BINARY;
    binary[32] = b'\n';
    assert!(accepts(from_file(&binary), &binary));
    let problems = from_file(b"base64:hunter2!").into_builder().audience("a").build().unwrap_err();
    assert!(problems.to_string().contains("`secret_file`: what follows `base64:`"), "{problems}");
    assert!(!problems.to_string().contains("hunter2"), "{problems}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_secret_in_place_of_the_name_of_its_file_is_not_shown() {
    for secret in
        ["base64:aHVudGVyMg==", "eyJBAAAA.e30.x", "{\"k\":\"aHVudGVy\"}", "-----BEGIN aHVudGVy-----"]
    {
        let settings = Settings { secret_file: Some(secret.into()), ..Settings::default() };
        let problems = settings.into_builder().audience("a").build().unwrap_err().to_string();
        assert!(problems.contains("the setting `secret`") && !problems.contains("aHVudGVy"), "{problems}");
        assert!(!problems.contains("eyJ"), "{problems}");
    }
}

#[test]
fn the_name_of_a_file_that_may_be_a_secret_is_not_shown() {
    let problems = |name: &str| {
        let settings = Settings { secret_file: Some(name.into()), ..Settings::default() };
        settings.into_builder().audience("a").build().unwrap_err().to_string()
    };
    for secret in ["9f86d081884c7d659a2feaa0c55ad015", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="] {
        let problems = problems(secret);
        assert!(
            problems.contains("`secret_file` cannot be read") && !problems.contains(secret),
            "{problems}"
        );
    }
    for name in
        ["/nowhere/9f86d081884c7d659a2feaa0c55ad015", "secrets/9f86d081884c7d659a2feaa0c55ad015.key", "key"]
    {
        assert!(problems(name).contains(name), "{name}");
    }
}

#[test]
#[cfg(unix)]
fn a_file_without_an_end_is_read_up_to_a_limit() {
    let settings = Settings { secret_file: Some("/dev/zero".into()), ..Settings::default() };
    let problems = settings.into_builder().audience("a").build().unwrap_err().to_string();
    assert!(
        problems.contains("`secret_file` cannot be read from /dev/zero: it has more than 1 MiB"),
        "{problems}"
    );
}

#[test]
fn pem_may_have_its_line_ends_as_two_characters() {
    for (name, pem, algorithm) in [
        ("public_key_pem", fixture("rsa-2048.public.pem"), "RS256"),
        ("signing_key_pem", fixture("p256.private.pem"), "ES256"),
    ] {
        let key = if name == "public_key_pem" { "algorithm" } else { "signing_algorithm" };
        for (end, with) in [("\n", "\\n"), ("\n", "\\r\\n"), ("\n", "\n"), ("\n", "\r\n")] {
            let text = pem.replace(end, with);
            assert_eq!(
                problems(json!({ name: text, key: algorithm, "audience": "a" })),
                [""; 0],
                "{name} {with:?}"
            );
        }
    }
}

#[test]
fn cookies_and_cache_are_one_word_or_a_table() {
    for text in ["true", " true\n", "{}"] {
        assert_eq!(var("COOKIES", text).unwrap().cookies, Some(CookieSettings::new()), "{text}");
    }
    assert_eq!(read(json!({ "cookies": true })).unwrap().cookies, Some(CookieSettings::new()));
    let named = CookieSettings::new().names("a", "refresh_token").without_prefixes();
    assert_eq!(
        var("COOKIES", r#"{"access_name": "a", "without_prefixes": true}"#).unwrap().cookies,
        Some(named)
    );
    for wrong in
        [json!(false), json!("yes"), json!(1), json!({ "secure": false }), json!({ "same_site": "Lax" })]
    {
        assert!(read(json!({ "cookies": wrong })).is_err(), "{wrong}");
    }
    for (form, part) in [
        (json!("off"), "is_on: false"),
        (json!("on"), "is_on: true"),
        (json!({ "at_first_sight": "true" }), "at_first_sight: true"),
    ] {
        let cache = read(json!({ "token_cache": form })).unwrap().token_cache.unwrap();
        assert!(format!("{cache:?}").contains(part), "{cache:?}");
    }
    for wrong in [json!(true), json!("maybe"), json!({ "bytes": -1 }), json!({ "size": 1 })] {
        assert!(read(json!({ "token_cache": wrong })).is_err(), "{wrong}");
    }
}

#[test]
fn what_takes_code_is_named_with_its_method_in_variables_and_files() {
    for (name, part) in [
        ("token_store", "`.token_store(..)`"),
        ("load_user", "`.load_user(..)`"),
        ("revocation", "`.revocation(..)`"),
        ("any_audience", "`.danger().any_audience("),
        ("plain_http", "`.danger().loopback_http("),
        ("proxy", "`.remote_keys(RemoteKeySettings::new().proxy(..))`"),
        ("root_certificate", "`.remote_keys(RemoteKeySettings::new().root_certificate(..))`"),
        ("query_parameter", "`.danger().query_parameter("),
    ] {
        let file = read(json!({ name: "x" })).unwrap_err();
        let variable = var(&name.to_uppercase(), "x").unwrap_err();
        for error in [&file, &variable] {
            assert!(error.contains("it takes code") && error.contains(part), "{error}");
        }
        assert!(variable.starts_with(&format!("`JWT_GUARD_{}`", name.to_uppercase())), "{variable}");
    }
    for (name, meant) in [
        ("JWKS_URI", "`JWT_GUARD_JWKS_URL`"),
        ("OIDC_DISCOVERY_URL", "`JWT_GUARD_OIDC_ISSUER`"),
        ("ISSUER_URL", "`JWT_GUARD_OIDC_ISSUER`"),
        ("PROVIDER", "`JWT_GUARD_TRUST`"),
        ("COOKIE_DOMAIN", "`JWT_GUARD_COOKIES`"),
        ("AUDIENCES", "`JWT_GUARD_AUDIENCE`"),
    ] {
        let error = var(name, "x").unwrap_err();
        assert!(error.ends_with(&format!("did you mean {meant}?")), "{error}");
    }
}
