//! Providers without TLS inside a private network, and providers with a public name and an internal address.

use jwt_guard::TrustedIssuer;
use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::{OPENID, Reply};

use super::*;
use crate::app::{self, ALICE, PROTECTED};

const OURS: &str = "the network of this test has our tasks only";

/// The name of the provider in tokens, which no test can reach.
const PUBLIC: &str = "https://id.example/realms/shop";

/// A service whose keys may come from `localhost` without TLS, by its name and not as this machine.
async fn service(builder: Builder<HasKeys, HasAudience>) -> (app::Served, JwtGuard) {
    let guard = builder.clock(ManualClock::new()).danger().plain_http(["localhost"], OURS).build().unwrap();
    (app::serve(guard.clone()).await, guard)
}

fn token_of(issuer: &str) -> String {
    key(Algorithm::Es256).token_by("a", &payload().with("iss", &format!("{issuer:?}")))
}

/// The address of a path of the server, by another name of the same machine.
fn by_number(server: &KeyServer, path: &str) -> String {
    server.url(path).replace("localhost", "127.0.0.1")
}

#[tokio::test]
async fn a_named_host_is_asked_without_tls_by_discovery_and_by_its_key_set() {
    let provider = server().await;
    provider.describe(OPENID);
    let name = provider.issuer();
    let own = JwtGuard::builder().oidc_issuer(&name).audience(AUDIENCE);
    let trusted = JwtGuard::builder().trust(TrustedIssuer::oidc(&name).audience(AUDIENCE));
    let set = JwtGuard::builder().jwks_url(provider.url(JWKS)).issuer(&name).audience(AUDIENCE);
    for builder in [own, trusted, set] {
        let (service, _guard) = service(builder).await;
        service.get(PROTECTED, &token_of(&name)).await.is(ALICE);
        service.get(PROTECTED, &token_of(PUBLIC)).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn no_other_name_of_the_same_machine_is_asked() {
    let provider = server().await;
    provider.describe(OPENID);
    let number = by_number(&provider, "");
    let own = JwtGuard::builder().oidc_issuer(&number).audience(AUDIENCE);
    let set = JwtGuard::builder().jwks_url(by_number(&provider, JWKS)).audience(AUDIENCE);
    let trusted = JwtGuard::builder().trust(TrustedIssuer::oidc(&number).audience(AUDIENCE));
    for builder in [own, set, trusted] {
        let error = builder.danger().plain_http(["localhost"], OURS).build().unwrap_err().to_string();
        assert!(error.contains("127.0.0.1") && error.contains("loopback_http"), "{error}");
    }
    assert_eq!(provider.heads().len(), 0);
}

#[tokio::test]
async fn a_document_leads_to_no_host_without_tls_that_was_not_named() {
    let secret = server().await;
    for tls in [true, false] {
        let provider = if tls { KeyServer::start_with_tls().await } else { KeyServer::start().await };
        let name = provider.issuer();
        provider.says(OPENID, &format!(r#"{{"issuer":"{name}","jwks_uri":"{}"}}"#, by_number(&secret, JWKS)));
        let settings = jwt_guard::keys::remote::RemoteKeySettings::new();
        let settings = if tls { settings.root_certificate(provider.root()) } else { settings };
        let own = JwtGuard::builder().oidc_issuer(&name).audience(AUDIENCE).remote_keys(settings);
        let (service, guard) = service(own).await;
        let error = guard.keys().ready().await.unwrap_err().to_string();
        assert!(error.contains("jwks_uri") && error.contains("127.0.0.1"), "{error}");
        assert_eq!(service.get(PROTECTED, &token_of(&name)).await.status, 503);
        assert!(provider.requests(OPENID) > 0);
    }
    assert_eq!(secret.heads().len(), 0, "nothing was sent there");
}

#[tokio::test]
async fn a_redirect_leads_to_no_host_even_if_it_was_named() {
    let elsewhere = server().await;
    elsewhere.describe(OPENID);
    let provider = KeyServer::start().await;
    for path in [OPENID, JWKS] {
        provider.reply(path, Reply::With(302, format!("location: {}\r\n", elsewhere.url(path)), Vec::new()));
    }
    let own = JwtGuard::builder().oidc_issuer(provider.issuer()).audience(AUDIENCE);
    let set = JwtGuard::builder().jwks_url(provider.url(JWKS)).audience(AUDIENCE);
    for builder in [own, set] {
        let (_service, guard) = service(builder).await;
        assert!(guard.keys().ready().await.is_err());
    }
    assert_eq!(elsewhere.heads().len(), 0);
}

#[tokio::test]
async fn tokens_name_the_public_address_and_keys_come_from_the_internal_one() {
    let provider = server().await;
    provider.says(OPENID, &format!(r#"{{"issuer":"{PUBLIC}","jwks_uri":"{}"}}"#, provider.url(JWKS)));
    let keycloak = || TrustedIssuer::keycloak(PUBLIC).audience(AUDIENCE);
    let of_preset = |issuer: &str| {
        key(Algorithm::Es256).token_by(
            "a",
            &payload().with("iss", &format!("{issuer:?}")).with("typ", r#""Bearer""#).with("azp", r#""web""#),
        )
    };
    let document = || provider.url(OPENID);
    let set = || provider.url(JWKS);
    for builder in [
        JwtGuard::builder().issuer(PUBLIC).jwks_url(set()).audience(AUDIENCE),
        JwtGuard::builder().issuer(PUBLIC).metadata_url(document()).audience(AUDIENCE),
        JwtGuard::builder().oidc_issuer(PUBLIC).metadata_url(document()).audience(AUDIENCE),
        JwtGuard::builder().metadata_url(document()).oidc_issuer(PUBLIC).audience(AUDIENCE),
        JwtGuard::builder().trust(keycloak().jwks_url(set())),
        JwtGuard::builder().trust(keycloak().metadata_url(document())),
    ] {
        let (service, _guard) = service(builder).await;
        service.get(PROTECTED, &of_preset(PUBLIC)).await.is(ALICE);
        let internal = provider.issuer();
        for other in [internal.as_str(), "https://id.example/realms/shop/", "http://id.example/realms/shop"] {
            service.get(PROTECTED, &of_preset(other)).await.is(Outcome::BAD_TOKEN);
        }
    }
}

#[tokio::test]
async fn a_document_at_an_internal_address_must_name_the_public_issuer() {
    let provider = server().await;
    for name in [provider.issuer(), format!("{PUBLIC}/"), "http://id.example/realms/shop".to_owned()] {
        provider.says(OPENID, &format!(r#"{{"issuer":"{name}","jwks_uri":"{}"}}"#, provider.url(JWKS)));
        let own = JwtGuard::builder().issuer(PUBLIC).metadata_url(provider.url(OPENID)).audience(AUDIENCE);
        let (service, guard) = service(own).await;
        let error = guard.keys().ready().await.unwrap_err().to_string();
        assert!(error.contains("byte for byte"), "{error}");
        assert_eq!(service.get(PROTECTED, &token_of(PUBLIC)).await.status, 503);
    }
    assert_eq!(provider.requests(JWKS), 0);
    let nameless = JwtGuard::builder().metadata_url(provider.url(OPENID)).audience(AUDIENCE);
    let error = nameless.danger().plain_http(["localhost"], OURS).build().unwrap_err().to_string();
    assert!(error.contains("`.issuer("), "{error}");
}

#[test]
fn neither_a_variable_nor_a_file_names_hosts_without_tls() {
    let settings = |name: &str| {
        let vars = [(name, "keycloak"), ("JWT_GUARD_AUDIENCE", "orders")];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        jwt_guard::setup::Settings::from_vars(vars).and_then(|settings| settings.into_builder().build())
    };
    for name in ["JWT_GUARD_PLAIN_HTTP", "JWT_GUARD_DANGER_PLAIN_HTTP", "JWT_GUARD_LOOPBACK_HTTP"] {
        assert!(settings(name).unwrap_err().to_string().contains(name), "{name}");
    }
    for text in [r#"{"plain_http":["keycloak"]}"#, r#"{"danger":{"plain_http":["keycloak"]}}"#] {
        assert!(serde_json::from_str::<jwt_guard::setup::Settings>(text).is_err(), "{text}");
    }
}
