//! Where the keys and the document of a preset are.

use super::*;
use crate::guard::JwtGuard;
use crate::problems::ConfigError;

#[test]
fn a_preset_finds_its_keys_unless_they_are_given() {
    let is_fixed = |issuer: TrustedIssuer| {
        let mut draft = Draft::new();
        draft.trusted.push(issuer.audience("orders").0);
        draft.finish().unwrap().access.fixed_keys().is_some()
    };
    let key = VerifyingKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap();
    let realm = || TrustedIssuer::keycloak("https://id.example/realms/shop");
    assert!(!is_fixed(realm()));
    assert!(is_fixed(realm().key(key)));
    assert!(!is_fixed(realm().jwks_url("https://id.example/keys")));
    for found in [
        TrustedIssuer::entra("aaaabbbb-0000-cccc-1111-dddd2222eeee"),
        TrustedIssuer::auth0("acme.eu.auth0.com"),
        TrustedIssuer::cognito("eu-central-1_AbCdEf123"),
        TrustedIssuer::okta("https://acme.okta.com/oauth2/default"),
        TrustedIssuer::rfc9068("https://as.example"),
        TrustedIssuer::firebase("acme-shop"),
        TrustedIssuer::clerk("https://clerk.acme.example"),
        TrustedIssuer::supabase("https://abc.supabase.co"),
        TrustedIssuer::cloudflare_access("https://acme.cloudflareaccess.com"),
        TrustedIssuer::github_actions(["acme"]),
        TrustedIssuer::kubernetes("https://cluster.example"),
        TrustedIssuer::zitadel("https://id.example"),
        TrustedIssuer::authentik("https://id.example/application/o/orders/"),
    ] {
        assert!(!is_fixed(found));
    }
}

/// The problems of an issuer whose keys are fetched, with doors of `danger()`.
fn fetching(issuer: TrustedIssuer, loopback: bool, hosts: &[&str]) -> Vec<String> {
    let mut builder = JwtGuard::builder().trust(issuer.audience("orders"));
    if loopback {
        builder = builder.danger().loopback_http("a provider for tests");
    }
    if !hosts.is_empty() {
        builder = builder.danger().plain_http(hosts.iter().copied(), "a network of ours");
    }
    builder.build().map_or_else(|error| error.problems().collect(), |_| Vec::new())
}

#[test]
fn a_preset_without_tls_needs_danger_for_its_host_where_its_keys_are_fetched() {
    let here = || TrustedIssuer::keycloak("http://localhost:8080/realms/shop");
    let beside = || TrustedIssuer::keycloak("http://keycloak:8080/realms/shop");
    assert_eq!(fetching(here(), true, &[]), [""; 0]);
    assert_eq!(fetching(beside(), false, &["keycloak"]), [""; 0]);
    assert!(fetching(here(), false, &["keycloak"])[0].contains("loopback_http"));
    assert!(fetching(beside(), true, &[])[0].contains(r#"plain_http(["keycloak"]"#));
    for issuer in [
        "http://localhost.evil.example/realms/shop",
        "http://127.0.0.1.evil.example/realms/shop",
        "http://keycloak.evil.example/realms/shop",
    ] {
        let found = fetching(TrustedIssuer::keycloak(issuer), true, &["keycloak"]);
        assert!(found.len() == 1 && found[0].contains("plain_http"), "{issuer}: {found:#?}");
    }
    let found = fetching(TrustedIssuer::rfc9068("http://as.example"), false, &[]);
    assert!(found.len() == 1 && found[0].contains("plain_http"), "{found:#?}");
    // An issuer whose keys are elsewhere is a name in tokens only: nothing is fetched from it, so plain HTTP is allowed.
    assert_eq!(fetching(here().jwks_url("https://id.internal/keys"), false, &[]), [""; 0]);
    assert_eq!(fetching(here().jwks_url("http://keycloak:8080/keys"), false, &["keycloak"]), [""; 0]);
    assert_eq!(problems(beside()), [""; 0]);
}

#[test]
fn a_host_without_tls_is_named_exactly() {
    let realm = || TrustedIssuer::keycloak("https://id.example/realms/shop");
    for host in ["", "keycloak:8080", "http://keycloak", "*.internal", "a b"] {
        let found = fetching(realm(), false, &["keycloak", host]);
        assert!(found.len() == 1 && found[0].contains(&format!("{host:?}")), "{host}: {found:#?}");
    }
    let none = JwtGuard::builder().trust(realm().audience("orders"));
    let none = none.danger().plain_http([""; 0], "no host").build().unwrap_err().to_string();
    assert!(none.contains("names no host"), "{none}");
}

#[test]
fn the_document_of_an_issuer_may_be_elsewhere_and_is_one_place_of_keys() {
    let url = "https://keycloak.internal/realms/shop/.well-known/openid-configuration";
    let endpoint = |issuer: TrustedIssuer| {
        let guard = JwtGuard::builder().trust(issuer.audience("orders")).build()?;
        Ok::<_, ConfigError>(guard.keys().status()[0].endpoint().map(str::to_owned))
    };
    for issuer in [
        TrustedIssuer::keycloak("https://id.example/realms/shop"),
        TrustedIssuer::oidc("https://id.example"),
        TrustedIssuer::new("https://id.example"),
    ] {
        assert_eq!(endpoint(issuer.metadata_url(url)).unwrap().as_deref(), Some(url));
    }
    let both = TrustedIssuer::new("https://id.example").jwks_url(url).metadata_url(url);
    assert!(endpoint(both).unwrap_err().to_string().contains("keep the one"));
    let plain = TrustedIssuer::oidc("https://id.example").metadata_url("http://keycloak/doc");
    assert!(endpoint(plain).unwrap_err().to_string().contains("plain_http"));
}
