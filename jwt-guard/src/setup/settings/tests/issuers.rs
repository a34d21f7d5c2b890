//! What an issuer says and where its keys are: documents elsewhere, roles in objects, machines, key servers that ask who fetches.

use super::*;

/// The settings of a variable, or the text of its problem.
fn var(name: &str, value: &str) -> Result<Settings, String> {
    let variable = (format!("JWT_GUARD_{name}"), value.to_owned());
    Settings::from_vars([variable]).map_err(|error| error.problems().collect())
}

/// The rules of the only issuer.
fn rules(settings: Settings) -> String {
    let guard = settings.into_builder().build().unwrap();
    let rules = guard.config().access.rules().next().unwrap();
    format!("{rules:?}")
}

/// The settings, of the guard's own issuer and of a trusted one.
fn of_both(name: &str, value: &serde_json::Value) -> [Result<Settings, String>; 2] {
    let trusted = json!([{ "issuer": "issuer:https://id.example", name: value }]);
    [read(json!({ name: value })), read(json!({ "trust": trusted }))]
}

#[test]
fn roles_in_objects_are_settings_in_any_organization_or_in_one() {
    let jwks = || format!("{{\"keys\":[{}]}}", fixture("p256.public.jwk"));
    let with_key = |mut settings: Settings| {
        settings.jwks = Some(jwks().into());
        settings.audience = vec!["orders".to_owned()];
        rules(settings)
    };
    for (any, path) in [
        (json!("grants"), r#"["grants"]"#),
        (json!([["app", "grants"]]), r#"["app", "grants"]"#),
        (json!(r#"[["app", "grants"]]"#), r#"["app", "grants"]"#),
    ] {
        let shown = with_key(read(json!({ "role_object_claims": any })).unwrap());
        assert!(shown.contains(path) && shown.contains("organization: None"), "{shown}");
        let shown = with_key(read(json!({ "role_object_claims_in": { "acme": any } })).unwrap());
        assert!(shown.contains(path) && shown.contains(r#"organization: Some("acme")"#), "{shown}");
    }
    let any = var("ROLE_OBJECT_CLAIMS", "grants,other").unwrap();
    assert_eq!(any.role_object_claims, [["grants"], ["other"]]);
    let one = var("ROLE_OBJECT_CLAIMS_IN", r#"{"acme": "grants"}"#).unwrap();
    assert_eq!(one.role_object_claims_in["acme"], [["grants"]]);
    for (name, wrong, part) in [
        ("role_object_claims", json!(["app", "grants"]), "a list of paths such as"),
        ("role_object_claims", json!(7), "a list of paths such as"),
        ("role_object_claims_in", json!("grants"), "expected a table of organizations"),
        ("role_object_claims_in", json!(true), "expected a table of organizations"),
        ("role_object_claims_in", json!({}), "empty; expected a table of organizations"),
        ("role_object_claims_in", json!({ "acme": 7 }), "a list of paths such as"),
    ] {
        for error in of_both(name, &wrong).map(Result::unwrap_err) {
            assert!(error.contains(part), "{name} {wrong}: {error}");
        }
    }
    let nowhere = problems(
        json!({ "role_object_claims_in": { "": "grants" }, "secret": SECRET, "audience": "orders" }),
    );
    assert!(nowhere.len() == 1 && nowhere[0].contains("empty organization"), "{nowhere:#?}");
    let singular = var("ROLE_OBJECT_CLAIM", "grants").unwrap_err();
    assert!(singular.contains("did you mean `JWT_GUARD_ROLE_OBJECT_CLAIMS`?"), "{singular}");
}

#[test]
fn machine_callers_are_a_switch_that_is_off() {
    let with_key = |mut settings: Settings| {
        settings.secret = Some(SECRET.into());
        settings.audience = vec!["orders".to_owned()];
        rules(settings)
    };
    assert!(with_key(Settings::default()).contains("machine_callers: false"));
    for on in [read(json!({ "machine_callers": true })), var("MACHINE_CALLERS", "true")] {
        assert!(with_key(on.unwrap()).contains("machine_callers: true"));
    }
    for error in of_both("machine_callers", &json!("yes")).map(Result::unwrap_err) {
        assert!(error.contains("expected `true` or `false`"), "{error}");
    }
    let error = var("MACHINE_CALLERS", "1").unwrap_err();
    assert_eq!(error, "`JWT_GUARD_MACHINE_CALLERS`: expected `true` or `false`");
}

#[cfg(feature = "remote-keys")]
#[test]
fn the_table_of_a_trusted_issuer_says_the_same() {
    let table = json!({
        "issuer": "issuer:https://id.example",
        "metadata_url": "https://id.internal/doc",
        "role_object_claims": "grants",
        "role_object_claims_in": { "acme": "project" },
        "machine_callers": true,
        "bearer_file": "/nowhere/token",
        "bearer_origins": "https://id.internal",
    });
    let file = read(json!({ "trust": [table], "audience": "orders" })).unwrap();
    let mut variable = var("TRUST", &json!([table]).to_string()).unwrap();
    variable.audience = vec!["orders".to_owned()];
    for settings in [file, variable] {
        let shown = format!("{:?}", settings.into_builder());
        for part in ["https://id.internal/doc", "grants", r#"Some("acme")"#, "machine_callers: true"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}

#[cfg(feature = "remote-keys")]
#[test]
fn the_address_of_a_document_is_a_setting() {
    let url = "https://keycloak.internal:8443/doc";
    for settings in [read(json!({ "metadata_url": url })), var("METADATA_URL", &format!("{url}\n"))] {
        let settings = settings.unwrap();
        assert_eq!(settings.metadata_url.as_deref(), Some(url));
        let named = settings.clone().into_builder().issuer("https://id.example").audience("a");
        named.build().unwrap();
        let nameless = settings.into_builder().audience("a").build().unwrap_err().to_string();
        assert!(nameless.contains("`metadata_url` is set without the name"), "{nameless}");
    }
    let oidc = json!({ "oidc_issuer": "https://id.example", "metadata_url": url, "audience": "a" });
    built(oidc).unwrap();
    for (wrong, part) in [
        (json!({ "metadata_url": url, "jwks_url": url }), "`jwks_url` and `metadata_url` are set"),
        (json!({ "metadata_url": url, "secret": SECRET }), "keep one of them"),
        (json!({ "metadata_url": "http://keycloak/doc" }), "https"),
    ] {
        let mut wrong = wrong;
        wrong["issuer"] = "https://id.example".into();
        wrong["audience"] = "a".into();
        let found = problems(wrong.clone());
        assert!(found.len() == 1 && found[0].contains(part), "{wrong}: {found:#?}");
    }
    for error in of_both("metadata_url", &json!(7)).map(Result::unwrap_err) {
        assert!(error.contains("expected a text, in quotes"), "{error}");
    }
    let empty = var("METADATA_URL", " ").unwrap_err();
    assert!(empty.starts_with("`JWT_GUARD_METADATA_URL`: empty"), "{empty}");
}

#[cfg(feature = "remote-keys")]
#[test]
fn the_token_for_a_key_server_goes_to_named_origins_only() {
    let with = |bearer: serde_json::Value| {
        let mut trusted =
            json!({ "issuer": "issuer:https://id.example", "jwks_url": "https://id.example/keys" });
        trusted.as_object_mut().unwrap().extend(bearer.as_object().unwrap().clone());
        let mut own = json!({ "issuer": "https://id.example", "jwks_url": "https://id.example/keys" });
        own.as_object_mut().unwrap().extend(bearer.as_object().unwrap().clone());
        own["audience"] = "a".into();
        [problems(own), problems(json!({ "trust": [trusted], "audience": "a" }))]
    };
    let file = "/var/run/token";
    for origins in [json!("https://id.example"), json!(["https://id.example", "https://10.0.0.1:6443"])] {
        assert_eq!(with(json!({ "bearer_file": file, "bearer_origins": origins })), [[""; 0]; 2]);
    }
    for (bearer, part) in [
        (json!({ "bearer_file": file }), "`bearer_file` names no origin"),
        (json!({ "bearer_file": file, "bearer_origins": "*" }), "expected `https://HOST`"),
        (json!({ "bearer_file": file, "bearer_origins": "http://id.example" }), "expected `https://HOST`"),
        (json!({ "bearer_origins": "https://id.example" }), "`bearer_origins` is set without `bearer_file`"),
    ] {
        for found in with(bearer.clone()) {
            assert!(found.len() == 1 && found[0].contains(part), "{bearer}: {found:#?}");
        }
    }
    let vars =
        [("BEARER_FILE", "/var/run/token\n"), ("BEARER_ORIGINS", "https://a.example, https://b.example")];
    let vars = vars.map(|(name, value)| (format!("JWT_GUARD_{name}"), value.to_owned()));
    let settings = Settings::from_vars(vars).unwrap();
    assert_eq!(settings.bearer_file.as_deref(), Some(file.as_ref()));
    assert_eq!(settings.bearer_origins, ["https://a.example", "https://b.example"]);
    for (name, expected) in [("bearer_file", "the path of a file"), ("bearer_origins", "a text")] {
        for error in of_both(name, &json!(7)).map(Result::unwrap_err) {
            assert!(error.contains(&format!("expected {expected}")), "{error}");
        }
    }
}

#[cfg(not(feature = "remote-keys"))]
#[test]
fn a_bearer_file_names_the_feature_that_is_off() {
    let bearer = json!({ "bearer_file": "/var/run/token", "bearer_origins": "https://id.example" });
    let found = problems(bearer);
    assert!(found.iter().any(|problem| problem.contains("needs the feature `remote-keys`")), "{found:#?}");
}
