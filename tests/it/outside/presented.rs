//! `PresentedToken`: the text of the token, for a service that relays it.

use jwt_guard::routing::get;
use jwt_guard::session::Sessions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, Router, anonymous_allowed, authentication_required, extract::PresentedToken};
use jwt_guard_tests::{Outcome, Request, Server, guard, token};

#[authentication_required]
async fn relay(token: PresentedToken) -> String {
    assert!(token.bearer().is_sensitive());
    assert_eq!(token.bearer(), format!("Bearer {}", token.expose()));
    assert!(!format!("{token:?}").contains(token.expose()));
    token.expose().to_owned()
}

#[anonymous_allowed(expired = "anonymous")]
async fn open(token: PresentedToken) -> String {
    token.expose().to_owned()
}

async fn serve(strip: bool) -> Server {
    let sessions = Sessions::builder(tower_sessions_memory_store::MemoryStore::default()).build().unwrap();
    let builder = guard(Algorithm::Hs256)
        .locations([TokenLocation::bearer(), TokenLocation::cookie("jwt")])
        .sessions(sessions);
    let builder = if strip { builder.strip_credentials() } else { builder };
    let app: Router = Router::new().route("/relay", get(relay)).route("/open", get(open));
    Server::start(app.with_guard(builder.build().unwrap())).await
}

#[tokio::test]
async fn the_text_is_that_of_the_verified_token_wherever_it_was() {
    for strip in [false, true] {
        let server = serve(strip).await;
        let good = token(&[]);
        server.get("/relay", &good).await.is(Outcome::ok(&good));
        let cookie = Request::get("/relay").header("cookie", format!("a=1; jwt={good}"));
        server.send(cookie).await.is(Outcome::ok(&good));
        server.get("/open", &good).await.is(Outcome::ok(&good));
    }
}

#[tokio::test]
async fn a_token_that_does_not_count_is_not_handed_on() {
    for strip in [false, true] {
        let server = serve(strip).await;
        let expired = token(&[("iat", "1799990000"), ("exp", "1799999000")]);
        // The policy lets it in as an anonymous caller, who has no token.
        server.get("/open", &expired).await.is(Outcome::NO_TOKEN);
        server.get("/open", "a.b.c").await.is(Outcome::BAD_TOKEN);
        server.send(Request::get("/open")).await.is(Outcome::NO_TOKEN);
        server.send(Request::get("/relay")).await.is(Outcome::NO_TOKEN);
    }
}
