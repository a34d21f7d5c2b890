//! Where a request may carry its token, over a socket.

use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Response;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation};
use jwt_guard::{Algorithm, Principal, Router, routing};
use jwt_guard_tests::{Outcome, Request, Server, guard, hs256, token};

use crate::app::{self, ALICE, ANONYMOUS, OPEN, PROTECTED};

#[tokio::test]
async fn another_scheme_takes_the_place_of_bearer() {
    let server = serve([TokenLocation::scheme("JWT")]).await;
    let jwt = Outcome { challenge: Some(r#"JWT realm="api""#), ..Outcome::NO_TOKEN };
    for scheme in ["JWT", "jwt", "Jwt"] {
        let request = Request::get(PROTECTED).header("authorization", format!("{scheme} {}", token(&[])));
        server.send(request).await.is(ALICE);
    }
    server.get(PROTECTED, &token(&[])).await.is(jwt);
    server.get(OPEN, &token(&[])).await.is(ANONYMOUS);
    let bad = Request::get(OPEN).header("authorization", "JWT a.b.c");
    server
        .send(bad)
        .await
        .is(Outcome { challenge: Some(r#"JWT realm="api", error="invalid_token""#), ..Outcome::BAD_TOKEN });
}

#[tokio::test]
async fn another_header_is_the_token_alone() {
    let server = serve([TokenLocation::header("X-Api-Key")]).await;
    let send = |value: String| server.send(Request::get(PROTECTED).header("x-api-key", value));
    send(token(&[])).await.is(ALICE);
    send(format!("Bearer {}", token(&[]))).await.is(Outcome::BAD_TOKEN);
    send("\u{e9}".to_owned()).await.is(Outcome::BAD_TOKEN);
    send(String::new()).await.is(Outcome::NO_TOKEN);
    let twice = Request::get(PROTECTED).header("x-api-key", token(&[])).header("x-api-key", "a.b.c");
    server.send(twice).await.is(Outcome::BAD_REQUEST);
    server.get(PROTECTED, &token(&[])).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn another_header_has_a_scheme_before_the_token() {
    let server = serve([TokenLocation::header_with_scheme("X-Auth", "Bearer")]).await;
    let send = |value: String| server.send(Request::get(PROTECTED).header("x-auth", value));
    let good = token(&[]);
    for scheme in ["Bearer ", "bearer  "] {
        send(format!("{scheme}{good}")).await.is(ALICE);
    }
    for nothing in ["", "Bearer", "Basic abc", "Token x"] {
        send(nothing.to_owned()).await.is(Outcome::NO_TOKEN);
    }
    send(good.clone()).await.is(Outcome::BAD_REQUEST);
    send("Bearer a.b.c".to_owned()).await.is(Outcome::BAD_TOKEN);
    let twice = Request::get(PROTECTED).header("x-auth", "Bearer a").header("x-auth", "Basic b");
    server.send(twice).await.is(Outcome::BAD_REQUEST);
    server.get(PROTECTED, &good).await.is(Outcome::NO_TOKEN);
    server.send(Request::get(OPEN).header("x-auth", "Basic abc")).await.is(ANONYMOUS);
    for location in [
        TokenLocation::header_with_scheme("X-Auth", "two words"),
        TokenLocation::header_with_scheme("Authorization", "Bearer"),
        TokenLocation::header_with_scheme("Accept", "Bearer"),
    ] {
        assert!(guard(Algorithm::Hs256).locations([location]).build().is_err());
    }
}

#[tokio::test]
async fn a_cookie_carries_a_token() {
    let server = serve([TokenLocation::cookie("session")]).await;
    let send = |value: String| server.send(Request::get(PROTECTED).header("cookie", value));
    let good = token(&[]);
    send(format!("session={good}")).await.is(ALICE);
    send(format!("a=1; session={good}; b=2")).await.is(ALICE);
    send(format!("session={good}; session=a.b.c")).await.is(Outcome::BAD_REQUEST);
    send("session=a.b.c".to_owned()).await.is(Outcome::BAD_TOKEN);
    send("session=; other=1".to_owned()).await.is(Outcome::NO_TOKEN);
    send(format!("Session={good}")).await.is(Outcome::NO_TOKEN);
    send(format!("xsession={good}; session2={good}")).await.is(Outcome::NO_TOKEN);
    let split = Request::get(PROTECTED).header("cookie", "a=1").header("cookie", format!("session={good}"));
    server.send(split).await.is(ALICE);
    let split =
        Request::get(PROTECTED).header("cookie", "session=a.b.c").header("cookie", format!("session={good}"));
    server.send(split).await.is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn a_websocket_offers_its_token_as_a_sub_protocol_and_the_server_selects_the_other() {
    let server = serve([TokenLocation::bearer(), TokenLocation::websocket_protocol("bearer")]).await;
    let offer = format!("chat, bearer, {}", token(&[]));
    let handshake = Request::websocket("/socket").header("sec-websocket-protocol", offer);
    let (answer, mut socket) = server.open(handshake).await;
    assert_eq!(answer.status, 101);
    assert_eq!(answer.header("sec-websocket-protocol"), Some("bearer"));
    assert_eq!(socket.exchange("hello").await, "alice: hello");
}

#[tokio::test]
async fn a_websocket_without_a_good_token_is_refused_before_the_upgrade() {
    let server = serve([TokenLocation::websocket_protocol("bearer")]).await;
    let good = token(&[]);
    let offer = |offer: String| Request::websocket("/socket").header("sec-websocket-protocol", offer);
    let cases = [
        (Request::websocket("/socket"), 401, None),
        (offer("chat".to_owned()), 401, None),
        (offer("bearer, a.b.c".to_owned()), 401, Some("invalid_token")),
        (offer(format!("Bearer, {good}")), 401, None),
        (offer("bearer".to_owned()), 401, None),
        (offer(format!("bearer, {good}, bearer, {good}")), 400, Some("invalid_request")),
    ];
    for (handshake, status, error) in cases {
        let (answer, _) = server.open(handshake.clone()).await;
        let challenge = answer.header("www-authenticate").unwrap();
        assert_eq!(answer.status, status, "{handshake:?}");
        match error {
            Some(error) => assert!(challenge.ends_with(&format!("error=\"{error}\"")), "{challenge}"),
            None => assert_eq!(challenge, r#"Bearer realm="api""#),
        }
    }
}

#[tokio::test]
async fn a_websocket_takes_its_token_from_the_header_too() {
    let server = Server::start(routes().with_guard(hs256()).into_axum()).await;
    let (answer, mut socket) = server.open(Request::websocket("/socket").bearer(&token(&[]))).await;
    assert_eq!(answer.status, 101);
    assert_eq!(socket.exchange("hi").await, "alice: hi");
}

#[tokio::test]
async fn a_sub_protocol_outside_a_handshake_is_not_a_token() {
    let server = serve([TokenLocation::websocket_protocol("bearer")]).await;
    let request = Request::get(PROTECTED).header("sec-websocket-protocol", format!("bearer, {}", token(&[])));
    server.send(request).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn a_query_parameter_is_read_by_danger_only() {
    let good = token(&[]);
    let by_query = |text: &str| Request::get(&format!("{PROTECTED}?{text}"));
    let closed = Server::start(routes().with_guard(hs256()).into_axum()).await;
    closed.send(by_query(&format!("token={good}"))).await.is(Outcome::NO_TOKEN);
    closed.send(by_query(&format!("access_token={good}"))).await.is(Outcome::NO_TOKEN);

    let guard = guard(Algorithm::Hs256).danger().query_parameter("token", "a test");
    let open = app::serve(guard.build().unwrap()).await;
    open.send(by_query(&format!("a=1&token={good}"))).await.is(ALICE);
    open.send(by_query("token=%FF")).await.is(Outcome::BAD_TOKEN);
    open.send(by_query("token=")).await.is(Outcome::NO_TOKEN);
    open.send(by_query(&format!("xtoken={good}"))).await.is(Outcome::NO_TOKEN);
    open.send(by_query(&format!("token={good}&token={good}"))).await.is(Outcome::BAD_REQUEST);
    open.send(by_query(&format!("token={good}")).bearer(&good)).await.is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_in_two_locations_are_a_bad_request_even_if_both_are_the_same() {
    let server = serve([TokenLocation::bearer(), TokenLocation::cookie("session")]).await;
    let both =
        |one: &str, two: &str| Request::get(PROTECTED).bearer(one).header("cookie", format!("session={two}"));
    let good = token(&[]);
    for (one, two) in [(good.as_str(), good.as_str()), (&good, "a.b.c"), ("a.b.c", &good)] {
        server.send(both(one, two)).await.is(Outcome::BAD_REQUEST);
    }
    let basic = Request::get(PROTECTED)
        .header("authorization", "Basic dXNlcg==")
        .header("cookie", format!("session={good}"));
    server.send(basic).await.is(ALICE);
}

#[tokio::test]
async fn the_first_location_decides_where_it_is_preferred_and_is_not_rescued() {
    let both =
        |one: &str, two: &str| Request::get(PROTECTED).bearer(one).header("cookie", format!("session={two}"));
    let locations = [TokenLocation::bearer(), TokenLocation::cookie("session")];
    let guard = guard(Algorithm::Hs256).locations(locations).prefer_first();
    let server = app::serve(guard.build().unwrap()).await;
    let (good, bob) = (token(&[]), token(&[("sub", "\"bob\"")]));
    server.send(both(&good, &bob)).await.is(ALICE);
    server.send(both(&bob, &good)).await.is(Outcome::ok("bob"));
    server.send(both("a.b.c", &good)).await.is(Outcome::BAD_TOKEN);
    server.send(both("a b", &good)).await.is(Outcome::BAD_REQUEST);
    let cookie = Request::get(PROTECTED).header("cookie", format!("session={good}"));
    server.send(cookie).await.is(ALICE);
    // Two of one kind are still two.
    let twice = Request::get(PROTECTED).bearer(&good).bearer(&good);
    server.send(twice).await.is(Outcome::BAD_REQUEST);
}

async fn serve(locations: impl IntoIterator<Item = TokenLocation>) -> Server {
    let guard: Builder<HasKeys, HasAudience> = guard(Algorithm::Hs256).locations(locations);
    Server::start(routes().with_guard(guard.build().unwrap()).into_axum()).await
}

fn routes() -> Router {
    app::router().route("/socket", routing::get(socket))
}

#[jwt_guard::authentication_required]
async fn socket(caller: Principal, upgrade: WebSocketUpgrade) -> Response {
    let name = caller.subject().unwrap_or_default().to_owned();
    upgrade.protocols(["bearer"]).on_upgrade(async move |mut socket| {
        while let Some(Ok(Message::Text(text))) = socket.recv().await {
            if socket.send(Message::text(format!("{name}: {text}"))).await.is_err() {
                return;
            }
        }
    })
}
