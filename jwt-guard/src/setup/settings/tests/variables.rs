//! Settings from variables: the same as from a file, and every bad one is reported.

use super::*;

fn vars<const N: usize>(vars: [(&str, &str); N]) -> Result<Settings, Vec<String>> {
    let vars = vars.map(|(name, value)| (format!("JWT_GUARD_{name}"), value.to_owned()));
    Settings::from_vars(vars).map_err(|error| error.problems().collect())
}

#[test]
fn variables_say_the_same_as_a_file() {
    let settings = everything();
    let variables = settings.as_object().unwrap().iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (format!("JWT_GUARD_{}", name.to_uppercase()), text)
    });
    let variables = Settings::from_vars(variables).unwrap();
    assert_eq!(format!("{variables:?}"), format!("{:?}", read(settings).unwrap()));
}

#[test]
fn lists_in_variables_are_separated_by_commas_or_are_json() {
    let settings = vars([
        ("AUDIENCE", " orders, invoices "),
        ("ISSUER", r#"["https://id.example/a,b"]"#),
        ("LOCATIONS", "bearer,cookie:access_token"),
        ("SCOPE_CLAIMS", "permissions,https://example.com/scopes"),
        ("ROLE_CLAIMS", r#"[["realm_access","roles"]]"#),
    ])
    .unwrap();
    assert_eq!(settings.audience, ["orders", "invoices"]);
    assert_eq!(settings.issuer, ["https://id.example/a,b"]);
    assert_eq!(settings.locations, [TokenLocation::bearer(), TokenLocation::cookie("access_token")]);
    assert_eq!(settings.scope_claims, [["permissions"], ["https://example.com/scopes"]]);
    assert_eq!(settings.role_claims, [["realm_access", "roles"]]);
}

#[test]
fn a_comma_in_one_text_of_a_file_or_a_table_is_refused_and_in_a_list_part_of_a_name() {
    let file = |text: &str| serde_json::from_str::<Settings>(text).map_err(|error| error.to_string());
    for text in [
        r#"{"audience": "orders,invoices"}"#,
        r#"{"issuer": "https://id.example/a,b"}"#,
        r#"{"locations": "bearer,cookie:access_token"}"#,
        r#"{"role_claims": "roles,groups"}"#,
        r#"{"required_claims": "tenant,site"}"#,
        r#"{"role_implies": {"admin": "Sales,EU"}}"#,
    ] {
        assert!(file(text).unwrap_err().starts_with("a comma in a text that is one of a list"), "{text}");
    }
    let table = vars([("ROLE_IMPLIES", r#"{"admin": "Sales,EU"}"#)]).unwrap_err().concat();
    assert!(table.contains("a comma in a text"), "{table}");
    assert_eq!(file(r#"{"issuer": ["https://id.example/a,b"]}"#).unwrap().issuer, ["https://id.example/a,b"]);
    assert_eq!(
        file(r#"{"role_implies": {"admin": ["Sales,EU"]}}"#).unwrap().role_implies["admin"],
        ["Sales,EU"]
    );
    assert_eq!(file(r#"{"realm": "orders, and more"}"#).unwrap().realm.unwrap(), "orders, and more");
}

#[test]
fn tables_in_variables_are_json_and_name_nothing_twice() {
    let settings = vars([("SCOPE_IMPLIES", r#" {"a": "b", "b": ["c", "d"]} "#)]).unwrap();
    assert_eq!(settings.scope_implies["b"], ["c", "d"]);
    assert_eq!(settings.scope_implies["a"], ["b"]);
    for (text, inside) in [
        ("a:b", "as JSON"),
        (r#"{"a": "b"} {}"#, "trailing"),
        (r#"{"a": "b", "a": "c"}"#, "\"a\" is there twice"),
        (r#""hunter2""#, "not a table"),
        ("{}", "empty"),
    ] {
        let found = vars([("ROLE_IMPLIES", text)]).unwrap_err().concat();
        assert!(found.starts_with("`JWT_GUARD_ROLE_IMPLIES`: ") && found.contains(inside), "{text}: {found}");
        assert!(!found.contains("hunter2"), "{found}");
    }
}

#[test]
fn every_bad_variable_is_named() {
    let found = vars([
        ("SECRETS", SECRET),
        ("NONSENSE_OF_ANOTHER_KIND", "x"),
        ("AUDIENCE", ""),
        ("ISSUER", "a,,b"),
        ("LEEWAY", "30"),
        ("PREFER_FIRST", "yes"),
        ("MAX_TOKEN_LEN", "8k"),
        ("ROLE_CLAIMS", "[realm_access]"),
        ("REALM", "  "),
        ("SERVICE_HOSTS", "10.0.0.1"),
        ("secret", SECRET),
    ])
    .unwrap_err();
    assert_eq!(found.len(), 11, "{found:#?}");
    let says = |start: &str, inside: &str| {
        let named = found.iter().any(|problem| problem.starts_with(start) && problem.contains(inside));
        assert!(named, "{start} .. {inside}: {found:#?}");
    };
    says("`JWT_GUARD_SECRETS` is not a setting", "did you mean `JWT_GUARD_SECRET`?");
    says("`JWT_GUARD_NONSENSE_OF_ANOTHER_KIND` is not a setting", "`jwt_guard::setup::Settings`");
    says("`JWT_GUARD_AUDIENCE`: empty", "");
    says("`JWT_GUARD_ISSUER`: empty", "");
    says("`JWT_GUARD_LEEWAY`: ", "\"15m\"");
    says("`JWT_GUARD_PREFER_FIRST`: ", "`true` or `false`");
    says("`JWT_GUARD_MAX_TOKEN_LEN`: ", "number");
    says("`JWT_GUARD_ROLE_CLAIMS`: ", "JSON");
    says("`JWT_GUARD_REALM`: empty", "");
    says("`JWT_GUARD_secret` is not a setting", "");
}

#[test]
fn other_variables_are_passed_over() {
    let other = [("HOME", "/"), ("JWT_SECRET", "x"), ("XJWT_GUARD_SECRET", "x"), ("JWT_GUARDIAN", "")];
    let settings =
        Settings::from_vars(other.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default()));
}

#[test]
fn the_service_links_of_kubernetes_are_passed_over() {
    let links = [
        ("SERVICE_HOST", "10.0.0.11"),
        ("SERVICE_PORT", "8080"),
        ("SERVICE_PORT_HTTPS", "8443"),
        ("PORT", "tcp://10.0.0.11:8080"),
        ("PORT_8080_TCP", "tcp://10.0.0.11:8080"),
        ("PORT_8080_TCP_PROTO", "tcp"),
        ("PORT_8080_TCP_ADDR", "10.0.0.11"),
        ("DEMO_SERVICE_HOST", "10.0.0.12"),
        ("DEMO_PORT", "udp://10.0.0.12:53"),
    ];
    assert_eq!(format!("{:?}", vars(links).unwrap()), format!("{:?}", Settings::default()));
    for (name, value) in [("PORT", "8080"), ("PORT_X_TCP", "x"), ("SERVICE", "x")] {
        assert_eq!(vars([(name, value)]).unwrap_err().len(), 1, "{name}");
    }
}
