//! The tokens of an OpenID provider before a guard that has its keys from the test.

use jwt_guard::keys::KeySet;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenProfile};
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{AUDIENCE, Outcome, Server};

use super::provider::{ALGORITHMS, Fetches, Provider};

/// What `/orders` answers to the tokens of the provider: who calls, and what was granted.
pub(super) const MACHINE: Outcome<'_> = Outcome::ok("machine orders:read");
pub(super) const ALICE: Outcome<'_> = Outcome::ok("alice orders:read");

/// With and without the rules of RFC 9068.
pub(super) const PROFILES: [TokenProfile; 2] = [TokenProfile::Classic, TokenProfile::AccessToken];

#[tokio::test]
async fn access_tokens_of_machines_and_users_are_accepted_and_their_scopes_count() {
    let Some(provider) = Provider::start() else { return };
    let keys = provider.keys().await;
    assert_eq!(keys.iter().map(|key| key.algorithm().name()).collect::<Vec<_>>(), ALGORITHMS);
    for profile in PROFILES {
        let server = serve(guard(&provider, keys.clone()).profile(profile)).await;
        for algorithm in ALGORITHMS {
            let machine = provider.machine(algorithm).await;
            server.get("/orders", &machine).await.is(MACHINE);
            let alice = provider.log_in("web-RS256", algorithm).await;
            server.get("/orders", &alice.access).await.is(ALICE);
            let challenge = r#"Bearer realm="api", error="insufficient_scope", scope="orders:write""#;
            server.get("/orders/write", &alice.access).await.is(Outcome::lacks_scope(challenge));
        }
    }
}

#[tokio::test]
async fn id_tokens_are_refused() {
    let Some(provider) = Provider::start() else { return };
    let keys = provider.keys().await;
    for algorithm in ALGORITHMS {
        let client = format!("web-{algorithm}");
        let tokens = provider.log_in(&client, "RS256").await;
        for profile in PROFILES {
            let server = serve(guard(&provider, keys.clone()).profile(profile)).await;
            server.get("/who", &tokens.id).await.is(Outcome::BAD_TOKEN);
            server.get("/orders", &tokens.id).await.is(Outcome::BAD_TOKEN);
            server.get("/orders", &tokens.access).await.is(ALICE);
        }
        // It is a good token of its kind, for another service.
        let server = serve(guard_for(&client, &provider, keys.clone())).await;
        server.get("/who", &tokens.id).await.is(Outcome::ok("alice"));
    }
}

#[tokio::test]
async fn the_rules_of_rfc_9068_refuse_an_id_token_even_if_the_client_is_called_as_the_service() {
    let Some(provider) = Provider::start() else { return };
    let guard = guard(&provider, provider.keys().await).profile(TokenProfile::AccessToken);
    let server = serve(guard).await;
    let tokens = provider.log_in(AUDIENCE, "RS256").await;
    server.get("/who", &tokens.id).await.is(Outcome::BAD_TOKEN);
    server.get("/who", &tokens.access).await.is(Outcome::ok("alice"));
}

#[tokio::test]
async fn tokens_for_another_service_and_of_another_issuer_are_refused() {
    let Some(provider) = Provider::start() else { return };
    let keys = provider.keys().await;
    let here = serve(guard(&provider, keys.clone())).await;
    let elsewhere = serve(guard_for("billing", &provider, keys.clone())).await;
    let slash = JwtGuard::builder().key_set(keys).issuer(format!("{}/", provider.issuer()));
    let other_issuer = serve(slash.audience(AUDIENCE)).await;
    for algorithm in ALGORITHMS {
        let token = provider.machine(algorithm).await;
        here.get("/orders", &token).await.is(MACHINE);
        elsewhere.get("/orders", &token).await.is(Outcome::BAD_TOKEN);
        other_issuer.get("/orders", &token).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn each_set_of_keys_answers_for_the_tokens_of_its_time() {
    let Some(provider) = Provider::start() else { return };
    let (first, old) = (provider.keys().await, tokens(&provider).await);
    provider.rotate(false).await;
    let (both, middle) = (provider.keys().await, tokens(&provider).await);
    provider.rotate(true).await;
    let (last, new) = (provider.keys().await, tokens(&provider).await);
    assert_eq!([&first, &both, &last].map(KeySet::len), [3, 6, 3]);
    assert_eq!(provider.fetches().await, Fetches { discovery: 3, jwks: 3 });

    for (keys, expected) in
        [(first, [true, false, false]), (both, [true, true, false]), (last, [false, false, true])]
    {
        let server = serve(guard(&provider, keys)).await;
        for (tokens, good) in [&old, &middle, &new].into_iter().zip(expected) {
            for token in tokens {
                let outcome = if good { MACHINE } else { Outcome::BAD_TOKEN };
                server.get("/orders", token).await.is(outcome);
            }
        }
    }
}

fn guard(provider: &Provider, keys: KeySet) -> Builder<HasKeys, HasAudience> {
    guard_for(AUDIENCE, provider, keys)
}

fn guard_for(audience: &str, provider: &Provider, keys: KeySet) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder().key_set(keys).issuer(provider.issuer()).audience(audience)
}

/// An access token of each algorithm.
pub(super) async fn tokens(provider: &Provider) -> Vec<String> {
    let mut tokens = Vec::new();
    for algorithm in ALGORITHMS {
        tokens.push(provider.machine(algorithm).await);
    }
    tokens
}

async fn serve(builder: Builder<HasKeys, HasAudience>) -> Server {
    serve_by(builder.build().unwrap()).await
}

/// The service whose tokens the provider issues.
pub(super) async fn serve_by(guard: JwtGuard) -> Server {
    let router = Router::new()
        .route("/who", routing::get(who))
        .route("/orders", routing::get(orders))
        .route("/orders/write", routing::get(write));
    Server::start(router.with_guard(guard).into_axum()).await
}

#[jwt_guard::authentication_required]
async fn who(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::requires(scope = "orders:read")]
async fn orders(caller: Principal) -> String {
    format!("{} {}", caller.subject().unwrap_or_default(), caller.scopes())
}

#[jwt_guard::requires(scope = "orders:write")]
async fn write() {}
