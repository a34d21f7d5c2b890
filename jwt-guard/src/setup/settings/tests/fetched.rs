//! Issuers whose keys are fetched, and presets, whose keys are fetched too.

use super::issuers::of_both;
use super::*;

#[test]
fn every_setting_reaches_the_guard() {
    let store = crate::store::MemoryStore::new();
    let guard = read(everything()).unwrap().into_builder().token_store(store).build().unwrap();
    let config = guard.config();
    let shown = format!("{config:?}");
    for expected in [
        r#"issuers: ["https://id.example", "https://old.example"]"#,
        r#"audience: OneOf(["orders", "invoices"])"#,
        r#"required_claims: ["jti"]"#,
        "profile: AccessToken",
        "leeway: 10s",
        "max_lifetime: Some(7200s)",
        "max_token_age: Some(86400s)",
        "embedded_keys: Refuse",
        "max_token_len: 4096",
        r#"subject_claim: "user""#,
        "machine_callers: true",
        r#"scopes: {"orders:admin": ["audit", "orders:read", "orders:write"], "orders:write": ["orders:read"]}"#,
        r#"roles: {"Site Admin": ["clerk"]}"#,
        "conflict: PreferFirst",
        "credentials: Strip",
        r#"realm: "orders""#,
        r#"access: "__Secure-access_token""#,
        r#"domain: Some("example.com")"#,
        "same_site: Strict",
        r#"csrf_header: "X-Again""#,
        "app.example.com",
        "on_malformed: BadToken",
        r#"name: Some("customers")"#,
        "https://api.example/orders",
        r#"issuers: ["https://sso.example/realms/shop"]"#,
        r#"issuers: ["https://acme.auth0.com/"]"#,
        r#"audience: OneOf(["api"])"#,
        "refresh_ends_access: true",
        "grace: 10s",
        "On",
    ] {
        assert!(shown.contains(expected), "{expected} in {shown}");
    }
    let paths =
        |paths: &[crate::verify::ClaimPath]| paths.iter().map(|path| path.0.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&config.access.rules().next().unwrap().scope_claims), [["permissions"]]);
    assert_eq!(
        paths(&config.access.rules().next().unwrap().role_claims),
        [vec!["realm_access", "roles"], vec!["https://example.com/roles"]]
    );
    assert_eq!(
        config.locations.places,
        [
            TokenLocation::bearer(),
            TokenLocation::scheme("JWT"),
            TokenLocation::header("X-Api-Key"),
            TokenLocation::cookie("access_token"),
            TokenLocation::websocket_protocol("bearer"),
            TokenLocation::header_with_scheme("X-Auth", "Bearer"),
            TokenLocation::cookie("__Secure-access_token"),
        ]
        .map(|location| location.0)
    );
    let issued = config.issuing.as_ref().unwrap().issuer.access("alice").sign().unwrap();
    let refresh = config.issuing.as_ref().unwrap().issuer.refresh("alice").sign().unwrap();
    let lives = refresh.expires_at().duration_since(issued.expires_at()).unwrap();
    let expected = Duration::from_secs(7 * 24 * 3600 - 300);
    assert!(lives.abs_diff(expected) <= Duration::from_secs(5), "{lives:?}");
}

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

#[test]
fn issuers_with_published_keys_are_settings() {
    let shown = |settings: serde_json::Value| format!("{:?}", built(settings).unwrap().config().access);
    let oidc = shown(json!({ "oidc_issuer": "https://id.example", "audience": "orders" }));
    assert!(oidc.contains(r#"issuers: ["https://id.example"]"#), "{oidc}");
    built(json!({ "jwks_url": "https://id.example/keys", "issuer": "https://id.example", "audience": "a" }))
        .unwrap();
    let both = problems(
        json!({ "jwks_url": "https://a.example", "oidc_issuer": "https://a.example", "audience": "a" }),
    );
    assert!(both[0].starts_with("`oidc_issuer` and `jwks_url` are set"), "{both:#?}");
    let plain = problems(json!({ "jwks_url": "http://id.example/keys", "audience": "a" }));
    assert!(plain.len() == 1 && plain[0].contains("https"), "{plain:#?}");
    let with_key =
        problems(json!({ "jwks_url": "https://id.example/keys", "secret": SECRET, "audience": "a" }));
    assert!(with_key.len() == 1 && with_key[0].contains("keep one of them"), "{with_key:#?}");
}

#[test]
fn every_preset_is_a_setting_alone_or_among_several() {
    for (text, name) in [
        ("auth0:acme.auth0.com", "https://acme.auth0.com/"),
        ("cognito:eu-west-1_AbCdEf", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf"),
        ("entra:9188040d-6c67-4c5b-b112-36a304b66dad", "9188040d-6c67-4c5b-b112-36a304b66dad"),
        ("keycloak:https://id.example/realms/shop", "https://id.example/realms/shop"),
        ("oidc:https://id.example", "https://id.example"),
        ("okta:https://acme.okta.com/oauth2/default", "https://acme.okta.com/oauth2/default"),
        ("rfc9068:https://as.example", "https://as.example"),
        ("authentik:https://id.example/application/o/orders/", "https://id.example/application/o/orders/"),
        ("clerk:https://clerk.acme.example", "https://clerk.acme.example"),
        ("cloudflare_access:https://acme.cloudflareaccess.com", "https://acme.cloudflareaccess.com"),
        ("entra_v1:9188040d-6c67-4c5b-b112-36a304b66dad", "https://sts.windows.net/9188040d"),
        ("firebase:acme-shop", "https://securetoken.google.com/acme-shop"),
        ("github_actions:acme/shop acme/lib", "\"acme/lib\""),
        ("kubernetes:https://kubernetes.default.svc", "https://kubernetes.default.svc"),
        ("supabase:https://abc.supabase.co", "https://abc.supabase.co/auth/v1"),
        ("zitadel:https://id.example", "https://id.example"),
    ] {
        for form in [json!(text), json!([text]), json!([{ "issuer": text }])] {
            let mut settings = read(json!({ "trust": form, "audience": "orders" })).unwrap();
            settings.trust[0].clients = vec!["web".to_owned()];
            let guard = settings.into_builder().build().unwrap();
            let shown = format!("{:?}", guard.config().access);
            assert!(shown.contains(name), "{text}: {shown}");
        }
    }
    let clerk = json!([{ "issuer": "clerk:https://clerk.acme.example", "clients_as_audience": "https://app.acme.example" }]);
    read(json!({ "trust": clerk })).unwrap().into_builder().build().unwrap();
    let several = var("TRUST", "keycloak:https://id.example/realms/a, auth0:acme.auth0.com").unwrap();
    assert_eq!(several.trust.len(), 2);
    several.into_builder().audience("orders").build().unwrap();
    let tables = r#"[{"issuer": "issuer:https://as.example", "jwks_url": "https://as.example/keys", "audience": "a,b"}]"#;
    assert!(var("TRUST", tables).unwrap_err().contains("a comma in a text"));
    let tables = var("TRUST", &tables.replace("\"a,b\"", "[\"a\", \"b\"]")).unwrap();
    assert_eq!(tables.trust[0].audience, ["a", "b"]);
    tables.into_builder().build().unwrap();
    for (wrong, part) in [
        (json!("https://id.example/realms/a"), "does not begin with the kind of issuer"),
        (json!("keycloack:https://id.example/realms/a"), "keycloak"),
        (json!([{ "audience": "a" }]), "without `issuer`"),
        (json!([{ "issuer": "auth0:acme.auth0.com", "secret": "x" }]), "unknown field"),
        (json!([]), "empty"),
        (json!(7), "a list such as"),
    ] {
        let error = read(json!({ "trust": wrong })).unwrap_err();
        assert!(error.contains(part), "{wrong}: {error}");
    }
    let invalid = problems(json!({ "trust": "keycloak:https://id.example", "audience": "a" }));
    assert!(invalid[0].contains("https://HOST/realms/NAME"), "{invalid:#?}");
}
