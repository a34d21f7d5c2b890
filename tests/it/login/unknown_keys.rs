//! Logouts with tokens of keys that this node does not have: such a token is dead if no node can accept it, and else the logout is 503.

use std::time::Duration;

use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Router, routing};
use jwt_guard_tests::key_server::{JWKS, KeyServer, Reply};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, ManualClock, NOW, Outcome, Payload, Server, SigningKey};

use super::{ADA, UNAVAILABLE, post};

/// Two nodes of one service, and the issuer of its tokens.
struct Service {
    issuer: KeyServer,
    clock: ManualClock,
    here: Server,
    there: Server,
    guard: JwtGuard,
    old: SigningKey,
    new: SigningKey,
}

impl Service {
    /// The issuer publishes the old key, which `here` has fetched.
    async fn start() -> Self {
        Self::start_with(|guard| guard.issuer(ISSUER)).await
    }

    async fn start_with(accept: fn(Builder<HasKeys, HasAudience>) -> Builder<HasKeys, HasAudience>) -> Self {
        let issuer = KeyServer::start().await;
        let [old, new] = [Algorithm::Rs256, Algorithm::Es256].map(SigningKey::of);
        issuer.publish(&[("old", &old)]);
        let (clock, store) = (ManualClock::new(), MemoryStore::new());
        let guard = || {
            let guard = JwtGuard::builder().jwks_url(issuer.url(JWKS)).audience(AUDIENCE);
            let guard = accept(guard).clock(clock.clone()).token_store(store.clone());
            guard.danger().loopback_http("the issuer is a task of this test").build().unwrap()
        };
        let serve = async |guard: JwtGuard| {
            let app = Router::new()
                .route("/leave", routing::post(super::leave))
                .route("/me", routing::get(super::me))
                .with_guard(guard);
            Server::start(app.into_axum()).await
        };
        let guards = [guard(), guard()];
        let (here, there) = (serve(guards[0].clone()).await, serve(guards[1].clone()).await);
        let [guard, _] = guards;
        guard.keys().ready().await.unwrap();
        Self { issuer, clock, here, there, guard, old, new }
    }

    fn passes(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A stranger has this node fetch, if it may.
    async fn stranger_asks(&self) {
        let token = self.new.token_by("invented", &issued(0));
        self.here.get("/me", &token).await.is(Outcome::BAD_TOKEN);
    }

    async fn leave(&self, key_id: &str, payload: &Payload) -> Answer {
        self.here.send(post("/leave").bearer(&self.new.token_by(key_id, payload))).await
    }
}

/// The claims of a token that was issued so many seconds after the start of the test.
fn issued(after: u64) -> Payload {
    let payload = Payload::good().with("jti", "\"t\"").with("sub", "\"ada\"");
    payload.with("iat", &(NOW + after).to_string()).with("exp", &(NOW + after + 600).to_string())
}

/// Other nodes may have fetched a key that is new. A logout here that calls its token dead would end nothing there.
#[tokio::test]
async fn a_token_of_a_key_that_cannot_be_fetched_is_not_dead() {
    let service = Service::start().await;
    let Service { issuer, there, old, new, .. } = &service;
    service.stranger_asks().await;
    service.passes(5);
    issuer.publish(&[("old", old), ("new", new)]);
    let payload = issued(5);
    let token = new.token_by("new", &payload);
    there.get("/me", &token).await.is(ADA);

    service.leave("new", &payload).await.is(UNAVAILABLE);
    service.passes(26);
    issuer.reply(JWKS, Reply::With(500, String::new(), Vec::new()));
    service.leave("new", &payload).await.is(UNAVAILABLE);
    issuer.publish(&[("old", old), ("new", new)]);
    service.passes(31);
    assert_eq!(service.leave("new", &payload).await.status, 204);
    there.get("/me", &token).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_key_that_the_issuer_does_not_list_when_it_is_asked_is_dead() {
    let service = Service::start().await;
    service.passes(31);
    assert_eq!(service.leave("gone", &issued(31)).await.status, 204);
}

/// Strangers who have this node fetch all the time must not keep logouts at 503.
#[tokio::test]
async fn a_list_that_a_stranger_had_fetched_shows_that_the_key_of_an_older_token_is_gone() {
    let service = Service::start().await;
    service.passes(100);
    service.stranger_asks().await;
    service.passes(5);
    // The clocks may differ by half a minute.
    for (after, is_dead) in [(0, true), (70, true), (71, false), (104, false)] {
        let answer = service.leave("gone", &issued(after)).await;
        assert_eq!(answer.status, if is_dead { 204 } else { 503 }, "{after}");
    }
    let ageless = issued(0).with("iat", "");
    service.leave("gone", &ageless).await.is(UNAVAILABLE);
    // Later the list of a fetch of the application counts, and no token may cause one.
    service.passes(23);
    service.guard.keys().refresh().await.unwrap();
    service.passes(1);
    assert_eq!(service.leave("gone", &issued(98)).await.status, 204);
    service.leave("gone", &issued(99)).await.is(UNAVAILABLE);
    // A list counts for as long as it keeps others from asking.
    service.issuer.reply(JWKS, Reply::With(500, String::new(), Vec::new()));
    service.passes(28);
    assert_eq!(service.leave("gone", &issued(0)).await.status, 204);
    service.passes(1);
    service.leave("gone", &issued(0)).await.is(UNAVAILABLE);
}

/// An issuer whose keys cannot be had does not stand in the way of a logout with what it could not make good.
#[tokio::test]
async fn a_token_that_is_expired_or_of_another_issuer_by_its_own_words_is_dead() {
    let service = Service::start().await;
    service.issuer.reply(JWKS, Reply::With(500, String::new(), Vec::new()));
    service.passes(100);
    let payload = issued(100);
    service.leave("sibling", &payload).await.is(UNAVAILABLE);
    for iss in ["\"https://sibling.example\"", "[\"https://id.example\"]", "7", ""] {
        assert_eq!(service.leave("sibling", &payload.clone().with("iss", iss)).await.status, 204, "{iss}");
    }
    for (expires, is_dead) in [(70, true), (71, false)] {
        let answer = service.leave("sibling", &issued(0).with("exp", &(NOW + expires).to_string())).await;
        assert_eq!(answer.status, if is_dead { 204 } else { 503 }, "{expires}");
    }
    assert_eq!(service.leave("sibling", &payload.and("sub", "1")).await.status, 204, "never valid JSON");
    let service = Service::start_with(|guard| guard).await;
    service.stranger_asks().await;
    service.passes(1);
    service.leave("sibling", &issued(1).with("iss", "\"any\"")).await.is(UNAVAILABLE);
}
