//! Keys that are withdrawn, moved, renamed or listed twice, as tokens see it.

use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::{OPENID, Reply};

use super::*;
use crate::app::{self, ALICE, PROTECTED};

/// Well-formed sets in which nothing can be used, and which do not list the key `a`.
fn useless() -> Vec<String> {
    let rsa = key(Algorithm::Rs256).public_jwk().trim().to_owned();
    [
        "17",
        "{}",
        r#"{"kty":"EC","crv":"P-521","kid":"b","x":"AA","y":"AA"}"#,
        // Another key under the old name.
        r#"{"kty":"EC","crv":"P-521","kid":"a","x":"AA","y":"AA"}"#,
        r#"{"kty":"OKP","crv":"X25519","kid":"b","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#,
        r#"{"kty":"oct","kid":"b","alg":"HS256","k":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}"#,
        // RSA without `alg`, of which no algorithm follows.
        &rsa,
    ]
    .map(|element| format!(r#"{{"keys":[{element}]}}"#))
    .to_vec()
}

#[tokio::test]
async fn a_key_that_a_set_without_usable_keys_does_not_list_is_dead_at_once() {
    for set in useless() {
        let issuer = server().await;
        let (builder, clock) = guard(&issuer);
        let guard = builder.build().unwrap();
        let service = app::serve(guard.clone()).await;
        let token = token(Algorithm::Es256, "a");
        for _ in 0..3 {
            service.get(PROTECTED, &token).await.is(ALICE);
        }
        issuer.says(JWKS, &set);
        clock.advance(secs(60));
        guard.keys().refresh().await.unwrap_err();
        for _ in 0..8 {
            service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
            clock.advance(secs(60));
            _ = guard.keys().refresh().await;
        }
        issuer.publish(&[("a", &key(Algorithm::Es256))]);
        clock.advance(secs(60));
        guard.keys().refresh().await.unwrap();
        service.get(PROTECTED, &token).await.is(ALICE);
    }
}

#[tokio::test]
async fn a_key_that_is_still_listed_outlives_the_others_until_the_hard_limit() {
    let issuer = KeyServer::start().await;
    issuer.publish(&[("a", &key(Algorithm::Rs256)), ("b", &key(Algorithm::Es384))]);
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    let [listed, gone] = [(Algorithm::Rs256, "a"), (Algorithm::Es384, "b")].map(|(of, id)| token(of, id));
    service.get(PROTECTED, &listed).await.is(ALICE);
    service.get(PROTECTED, &gone).await.is(ALICE);
    // The issuer leaves `alg` out of its RSA key, and the other key away.
    let rsa = key(Algorithm::Rs256).published("a").replace(r#""alg":"RS256","#, "");
    issuer.says(JWKS, &format!(r#"{{"keys":[{rsa}]}}"#));
    clock.advance(secs(60));
    guard.keys().refresh().await.unwrap_err();
    service.get(PROTECTED, &listed).await.is(ALICE);
    service.get(PROTECTED, &gone).await.is(Outcome::BAD_TOKEN);
    clock.advance(secs(3600));
    assert_eq!(service.get(PROTECTED, &listed).await.status, 503);
}

#[tokio::test]
async fn keys_that_have_moved_are_found_by_the_metadata() {
    let issuer = server().await;
    issuer.describe(OPENID);
    let clock = ManualClock::new();
    let builder = JwtGuard::builder().oidc_issuer(issuer.issuer()).audience(AUDIENCE).clock(clock.clone());
    let guard = builder.danger().loopback_http(REASON).build().unwrap();
    let service = app::serve(guard.clone()).await;
    let payload = payload().with("iss", &format!("\"{}\"", issuer.issuer()));
    let token = key(Algorithm::Es256).token_by("a", &payload);
    service.get(PROTECTED, &token).await.is(ALICE);
    issuer.says("/moved", &format!(r#"{{"keys":[{}]}}"#, key(Algorithm::Es384).published("b")));
    let metadata = format!(r#"{{"issuer":"{}","jwks_uri":"{}"}}"#, issuer.issuer(), issuer.url("/moved"));
    issuer.says(OPENID, &metadata);
    issuer.reply(JWKS, Reply::With(404, String::new(), Vec::new()));
    clock.advance(secs(600));
    until("the timer has failed", || guard.keys().status()[0].failures() == 1).await;
    service.get(PROTECTED, &token).await.is(ALICE);
    clock.advance(secs(2));
    until("the timer has found the keys", || issuer.requests("/moved") == 1).await;
    let moved = key(Algorithm::Es384).token_by("b", &payload);
    service.get(PROTECTED, &moved).await.is(ALICE);
}

#[tokio::test]
async fn a_published_key_without_a_name_swallows_no_new_one() {
    let issuer = KeyServer::start().await;
    let other = r#"{"kty":"EC","crv":"P-256","alg":"ES256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    issuer.says(JWKS, &format!(r#"{{"keys":[{other}]}}"#));
    let (builder, _clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    guard.keys().ready().await.unwrap();
    let service = app::serve(guard).await;
    issuer.publish(&[("new", &key(Algorithm::Es256))]);
    service.get(PROTECTED, &token(Algorithm::Es256, "new")).await.is(ALICE);
    assert_eq!(issuer.requests(JWKS), 2, "the start and the new name");
}

#[tokio::test]
async fn a_published_key_without_a_name_answers_to_its_thumbprint_and_to_tokens_without_one() {
    let issuer = KeyServer::start().await;
    issuer.says(JWKS, &format!(r#"{{"keys":[{}]}}"#, key(Algorithm::Es256).public_jwk()));
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.build().unwrap()).await;
    let thumbprint = key(Algorithm::Es256).verifying().thumbprint().unwrap();
    service.get(PROTECTED, &token(Algorithm::Es256, &thumbprint)).await.is(ALICE);
    service.get(PROTECTED, &key(Algorithm::Es256).token(&payload())).await.is(ALICE);
    service.get(PROTECTED, &token(Algorithm::Es256, "other")).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_key_that_is_used_before_it_is_published_is_accepted_after_one_cooldown() {
    for cooldown in [10, 30, 120] {
        let issuer = server().await;
        let (builder, clock) = guard(&issuer);
        let settings = jwt_guard::keys::remote::RemoteKeySettings::new().cooldown(secs(cooldown));
        let guard = builder.remote_keys(settings).build().unwrap();
        guard.keys().ready().await.unwrap();
        let service = app::serve(guard).await;
        clock.advance(secs(130));
        service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.is(Outcome::BAD_TOKEN);
        issuer.publish(&[("a", &key(Algorithm::Es256)), ("b", &key(Algorithm::Es384))]);
        clock.advance(secs(cooldown - 1));
        service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.is(Outcome::BAD_TOKEN);
        assert_eq!(issuer.requests(JWKS), 2, "{cooldown}");
        clock.advance(secs(1));
        service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.is(ALICE);
    }
}

#[tokio::test]
async fn a_key_that_is_published_twice_is_used() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let issuer = KeyServer::start().await;
        let element = key(algorithm).published("a");
        issuer.says(JWKS, &format!(r#"{{"keys":[{element},{element}]}}"#));
        let (builder, _clock) = guard(&issuer);
        let guard = builder.build().unwrap();
        let service = app::serve(guard.clone()).await;
        service.get(PROTECTED, &token(algorithm, "a")).await.is(ALICE);
        assert_eq!(guard.keys().status()[0].key_count(), 1);
    }
}
