//! Tenants with identity providers of their own, over HTTP on loopback: metadata, keys, rotation.

use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::{JWKS, KeyServer, OPENID};

use super::*;

/// An identity provider that publishes one key.
async fn provider(algorithm: Algorithm) -> KeyServer {
    let server = KeyServer::start().await;
    server.describe(OPENID);
    server.publish(&[("k1", &SigningKey::of(algorithm))]);
    server
}

fn claims_of(provider: &KeyServer) -> Payload {
    Payload::good()
        .with("iss", &format!("\"{}\"", provider.issuer()))
        .with("exp", &(NOW + 60 * 60).to_string())
}

/// The guards are built from rows of a table: issuer, audience and algorithm.
fn tenants_of(providers: [&KeyServer; 2], clock: &ManualClock) -> Tenants {
    let rows: BTreeMap<String, Algorithm> =
        [(providers[0].issuer(), Algorithm::Es256), (providers[1].issuer(), Algorithm::Rs256)].into();
    let guards = clock.clone();
    let resolver = move |issuer: String| {
        let (row, clock) = (rows.get(&issuer).copied(), guards.clone());
        async move {
            Ok::<_, ResolverError>(row.map(|algorithm| {
                Tenant::versioned(1, move || {
                    let trusted = TrustedIssuer::oidc(issuer).audience("orders").algorithms([algorithm]);
                    JwtGuard::builder()
                        .trust(trusted)
                        .clock(clock)
                        .danger()
                        .loopback_http("the identity providers are tasks of this test")
                        .build()
                })
            }))
        }
    };
    Tenants::builder(staff(clock).build().unwrap(), resolver).build().unwrap()
}

#[tokio::test]
async fn each_tenant_has_the_keys_of_its_own_provider() {
    let (acme, bolt) = (provider(Algorithm::Es256).await, provider(Algorithm::Rs256).await);
    let clock = ManualClock::new();
    let tenants = tenants_of([&acme, &bolt], &clock);
    let server = Server::start(app().with_tenants(tenants).into_axum()).await;
    let [of_acme, of_bolt] = [(&acme, Algorithm::Es256), (&bolt, Algorithm::Rs256)]
        .map(|(provider, algorithm)| SigningKey::of(algorithm).token_by("k1", &claims_of(provider)));
    for _ in 0..2 {
        server.get("/me", &of_acme).await.is(Outcome::ok("api: alice"));
        server.get("/me", &of_bolt).await.is(Outcome::ok("api: alice"));
    }
    // A provider cannot sign for another one, nor can a stranger cause a request to an address of his.
    let forged = SigningKey::of(Algorithm::Rs256).token_by("k1", &claims_of(&acme));
    server.get("/me", &forged).await.is(Outcome::BAD_TOKEN);
    let stranger = provider(Algorithm::Es256).await;
    let of_stranger = SigningKey::of(Algorithm::Es256).token_by("k1", &claims_of(&stranger));
    server.get("/me", &of_stranger).await.is(Outcome::BAD_TOKEN);
    assert_eq!(stranger.heads(), Vec::<String>::new());
    for provider in [&acme, &bolt] {
        assert_eq!((provider.requests(OPENID), provider.requests(JWKS)), (1, 1));
    }
    // The guards stay with their keys as long as their rows do not change.
    clock.advance(secs(5 * 60));
    server.get("/me", &of_acme).await.is(Outcome::ok("api: alice"));
    assert_eq!((acme.requests(OPENID), acme.requests(JWKS)), (1, 1));
}

#[tokio::test]
async fn the_provider_of_one_tenant_that_is_down_is_503_for_this_tenant_only() {
    let (acme, bolt) = (provider(Algorithm::Es256).await, provider(Algorithm::Rs256).await);
    let clock = ManualClock::new();
    let server = Server::start(app().with_tenants(tenants_of([&acme, &bolt], &clock)).into_axum()).await;
    let of_acme = SigningKey::of(Algorithm::Es256).token_by("k1", &claims_of(&acme));
    acme.reply(JWKS, jwt_guard_tests::key_server::Reply::Closes);
    assert_eq!(server.get("/me", &of_acme).await.status, 503);
    let of_bolt = SigningKey::of(Algorithm::Rs256).token_by("k1", &claims_of(&bolt));
    server.get("/me", &of_bolt).await.is(Outcome::ok("api: alice"));
}
