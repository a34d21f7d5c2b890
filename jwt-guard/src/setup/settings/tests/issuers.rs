//! What an issuer says and where its keys are: documents elsewhere, roles in objects, machines, key servers
//! that ask who fetches.

use super::*;

/// The rules of the only issuer.
fn rules(settings: Settings) -> String {
    let guard = settings.into_builder().build().unwrap();
    let rules = guard.config().access.rules().next().unwrap();
    format!("{rules:?}")
}

/// The settings, of the guard's own issuer and of a trusted one.
pub(super) fn of_both(name: &str, value: &serde_json::Value) -> [Result<Settings, String>; 2] {
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
