//! How tenants reach a handler, and which guard wins.

use axum::extract::Request as AxumRequest;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get as axum_get;
use jwt_guard::Claims;
use jwt_guard::setup::TokenLocation;
use jwt_guard_tests::Outcome;

use super::*;

fn two(clock: &ManualClock) -> (Tenants, Directory) {
    let directory = Directory::of_two(clock);
    (Tenants::builder(staff(clock).build().unwrap(), directory.clone()).build().unwrap(), directory)
}

/// The default guard of other tenants, or a guard.
fn inner(clock: &ManualClock) -> JwtGuard {
    guard(Algorithm::Hs256)
        .issuer("https://inner.example")
        .realm("inner")
        .clock(clock.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_innermost_wins_and_a_guard_inside_asks_no_resolver() {
    let clock = ManualClock::new();
    let inside = |router: Router| router.route("/me", routing::get(me));
    let (tenants, directory) = two(&clock);
    directory.mode(Mode::Fails);
    let challenge = |answer: &Answer| answer.header("www-authenticate").map(str::to_owned);
    let inner = || inner(&clock);
    let guarded = [
        ("a route's own guard", Router::new().route("/me", routing::get(me).with_guard(inner()))),
        ("a nested router", Router::new().nest("/n", inside(Router::new()).with_guard(inner()))),
        ("a merged router", Router::new().merge(inside(Router::new()).with_guard(inner()))),
        ("a layer", inside(Router::new()).layer(inner().layer())),
        ("a layer of a route", Router::new().route("/me", routing::get(me).layer(inner().layer()))),
        ("a layer that requires a token", inside(Router::new()).layer(inner().require_authentication())),
    ];
    for (what, router) in guarded {
        let table = router.clone().with_tenants(tenants.clone()).access_table();
        assert_eq!(table.rows()[0].guard, "inner", "{what}");
        let router = router.with_tenants(tenants.clone());
        let server = Server::start(router.into_axum()).await;
        let path = if what == "a nested router" { "/n/me" } else { "/me" };
        let answer = server.get(path, &token(ACME)).await;
        assert_eq!(
            challenge(&answer).as_deref(),
            Some(r#"Bearer realm="inner", error="invalid_token""#),
            "{what}"
        );
    }
    assert_eq!(directory.calls(), 0);

    directory.mode(Mode::Answers);
    let by_tenants = [
        ("the router", inside(Router::new()).with_tenants(tenants.clone())),
        ("before the routes", inside(Router::new().with_tenants(tenants.clone()))),
        ("a nested router", Router::new().nest("/n", inside(Router::new()).with_tenants(tenants.clone()))),
        ("a layer", inside(Router::new()).layer(tenants.layer())),
        ("a layer of a route", Router::new().route("/me", routing::get(me).layer(tenants.layer()))),
        ("a layer of all methods", Router::new().route("/me", routing::get(me).route_layer(tenants.layer()))),
        ("a layer that requires a token", inside(Router::new()).layer(tenants.require_authentication())),
        ("twice", inside(Router::new()).layer(tenants.layer()).layer(tenants.require_authentication())),
        (
            "its default guard outside",
            inside(Router::new()).layer(tenants.layer()).layer(tenants.default_guard().layer()),
        ),
    ];
    for (what, router) in by_tenants {
        // The guard of a router is outside of its layers.
        let is_of_router = ["the router", "before the routes"].contains(&what);
        let router = if is_of_router { router } else { router.layer(inner().layer()) };
        assert_eq!(router.access_table().rows()[0].guard, "tenants, else staff", "{what}");
        let server = Server::start(router.into_axum()).await;
        let path = if what == "a nested router" { "/n/me" } else { "/me" };
        server
            .get(path, &token(ACME))
            .await
            .is(Outcome::ok("https://acme.example: ada of https://acme.example"));
        server.get(path, &staff_token()).await.is(Outcome::ok("staff: alice"));
        server.send(Request::get(path)).await.is(Outcome::NO_TOKEN);
    }
}

#[tokio::test]
async fn a_default_guard_inside_of_its_tenants_decides_alone() {
    let clock = ManualClock::new();
    let (tenants, directory) = two(&clock);
    let inside = app().with_guard(tenants.default_guard().clone());
    let server = Server::start(Router::new().merge(inside).with_tenants(tenants).into_axum()).await;
    server.get("/me", &token(ACME)).await.is(Outcome::BAD_TOKEN);
    assert_eq!(directory.calls(), 0);
}

#[tokio::test]
async fn under_a_router_of_axum_tenants_are_a_layer() {
    let clock = ManualClock::new();
    let (tenants, _) = two(&clock);
    let plain = || axum::Router::new().route("/me", axum_get(me)).route("/health", axum_get(async || "up"));
    let server = Server::start(plain().layer(tenants.layer())).await;
    server
        .get("/me", &token(BOLT))
        .await
        .is(Outcome::ok("https://bolt.example: ada of https://bolt.example"));

    let required = plain().route("/plain", axum_get(async || "in"));
    let server = Server::start(required.layer(tenants.require_authentication().except("/health"))).await;
    server.get("/plain", &token(BOLT)).await.is(Outcome::ok("in"));
    server.get("/plain", &token(STRANGER)).await.is(Outcome::BAD_TOKEN);
    server
        .get("/me", &token(BOLT))
        .await
        .is(Outcome::ok("https://bolt.example: ada of https://bolt.example"));
    server.send(Request::get("/plain")).await.is(Outcome::NO_TOKEN);
    server.send(Request::get("/health")).await.is(Outcome::ok("up"));
}

#[tokio::test]
async fn a_middleware_that_asks_for_the_caller_and_the_handler_know_the_same_one() {
    async fn note(guard: JwtGuard, claims: Option<Claims>, request: AxumRequest, next: Next) -> Response {
        let mut response = next.run(request).await;
        let name = format!("{}: {}", guard.name(), claims.as_ref().map_or("anonymous", Claims::subject));
        response.headers_mut().insert("x-caller", name.parse().unwrap());
        response
    }
    let clock = ManualClock::new();
    let (tenants, directory) = two(&clock);
    let server =
        Server::start(app().layer(middleware::from_fn(note)).with_tenants(tenants).into_axum()).await;
    let answer = server.get("/me", &token(ACME)).await;
    assert_eq!(answer.header("x-caller"), Some(&*answer.body));
    let anonymous = server.send(Request::get("/open")).await;
    assert_eq!(anonymous.header("x-caller"), Some("staff: anonymous"));
    server.get("/me", &token(STRANGER)).await.is(Outcome::BAD_TOKEN);
    assert_eq!(directory.asked(), [ACME, STRANGER]);
}

#[tokio::test]
async fn tenants_are_provided_by_hand_for_tests_without_a_server() {
    use axum::extract::FromRequestParts;

    let clock = ManualClock::new();
    let (tenants, _) = two(&clock);
    for provides_guard_last in [false, true] {
        let request = http::Request::get("/").header("authorization", format!("Bearer {}", token(ACME)));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        tenants.provide(&mut parts.extensions);
        if provides_guard_last {
            tenants.default_guard().provide(&mut parts.extensions);
        }
        let claims = <Claims as FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
        assert_eq!(claims.is_ok(), !provides_guard_last);
    }
}

#[tokio::test]
async fn a_token_is_looked_for_in_the_places_of_the_default_guard() {
    let clock = ManualClock::new();
    let places = || [TokenLocation::bearer(), TokenLocation::cookie("token")];
    let rows = [ACME, BOLT].map(|issuer| {
        (issuer, tenant(issuer, &clock).locations(places()).strip_credentials().build().unwrap())
    });
    let staff = staff(&clock).locations(places()).strip_credentials().build().unwrap();
    let tenants = Tenants::builder(staff, Directory::of(rows)).build().unwrap();
    async fn headers(guard: JwtGuard, request: AxumRequest) -> String {
        format!("{}: {:?}", guard.name(), request.headers().get("cookie").is_some())
    }
    #[jwt_guard::authentication_required]
    async fn guarded(guard: JwtGuard, request: AxumRequest) -> String {
        headers(guard, request).await
    }
    let router = Router::new().route("/me", routing::get(guarded).post(guarded)).with_tenants(tenants);
    let server = Server::start(router.into_axum()).await;
    let cookie =
        |method: &str| Request::new(method, "/me").header("cookie", format!("token={}", token(ACME)));
    // The token is taken out of the request, and a page of another site cannot use it.
    server
        .send(cookie("GET").header("sec-fetch-site", "same-origin"))
        .await
        .is(Outcome::ok("https://acme.example: false"));
    assert_eq!(server.send(cookie("POST").header("sec-fetch-site", "cross-site")).await.status, 403);
    server.send(cookie("GET").bearer(&token(BOLT))).await.is(Outcome::BAD_REQUEST);
}

#[test]
#[should_panic(expected = "this router has a guard already; `nest` or `merge` a router for each guard")]
fn tenants_beside_a_guard_are_a_mistake_at_start_up() {
    let clock = ManualClock::new();
    let _: Router = Router::new().with_guard(inner(&clock)).with_tenants(two(&clock).0);
}

#[tokio::test]
async fn a_handler_that_ignores_credentials_gets_the_default_guard_even_if_a_layer_has_asked_for_the_caller()
{
    async fn asking(claims: Option<Claims>, request: AxumRequest, next: Next) -> Response {
        assert!(claims.is_some());
        next.run(request).await
    }
    let clock = ManualClock::new();
    let (tenants, _) = two(&clock);
    for (what, app) in [
        ("an extractor", app().layer(middleware::from_fn(asking))),
        ("a policy", app().layer(tenants.require_authentication())),
    ] {
        let server = Server::start(app.with_tenants(tenants.clone()).into_axum()).await;
        for (token, name) in [(token(ACME), ACME), (staff_token(), "staff")] {
            server.get("/ignored", &token).await.is(Outcome::ok("staff"));
            let me = server.get("/me", &token).await;
            assert!(me.body.starts_with(&format!("{name}: ")), "{what}: {me:?}");
        }
    }
}

#[tokio::test]
async fn tenants_that_strip_credentials_find_them_again_for_another_kind_of_token() {
    use jwt_guard::login::LoginError;
    use jwt_guard::store::MemoryStore;

    #[jwt_guard::requires(token = "refresh")]
    async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
        guard.refresh(&caller).respond().await
    }
    let clock = ManualClock::new();
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(9)).unwrap();
    let own = JwtGuard::builder()
        .signing_key(key)
        .issuer("https://orders.example")
        .audience("orders")
        .token_store(MemoryStore::new())
        .clock(clock.clone())
        .cookies(jwt_guard::cookies::CookieSettings::new())
        .strip_credentials()
        .build()
        .unwrap();
    let login = Answer::read(own.login("carol").cookies().respond().await.unwrap()).await;
    let lines = login.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let cookies: Vec<_> = lines.map(|line| line.split(';').next().unwrap()).collect();
    let tenants = Tenants::builder(own, Directory::of_two(&clock)).build().unwrap();
    let router = Router::new().route("/refresh", routing::get(refresh));
    let router = router.layer(tenants.require_authentication()).with_tenants(tenants);
    let server = Server::start(router.into_axum()).await;
    let request = Request::get("/refresh").header("cookie", cookies.join("; "));
    assert_eq!(server.send(request).await.status, 204);
}
