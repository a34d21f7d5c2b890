//! Application code that a guard calls may panic: the client gets 500 without details, and the request is refused.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::respond::{Refusal, RenderRefusal};
use jwt_guard::session::Sessions;
use jwt_guard::setup::Clock;
use jwt_guard::store::{Lookup, MemoryStore, RevocationStore, StoreError, TokenInfo, TokenStatus};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Router, anonymous_allowed, authentication_required,
    extract::{CurrentUser, Session},
    requires, routing,
};
use jwt_guard_tests::{NOW, Outcome, Request, Server, events, guard, token};
use serde::{Deserialize, Deserializer};
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store;

#[authentication_required]
async fn bare() -> &'static str {
    "let in"
}

#[authentication_required]
async fn claims(_: Claims) -> &'static str {
    "let in"
}

#[anonymous_allowed]
async fn open(_: Option<Claims>) -> &'static str {
    "let in"
}

#[anonymous_allowed(expired = "anonymous")]
async fn soft() -> &'static str {
    "let in"
}

#[requires(role = "clerk", deny_as = "not_found")]
async fn hidden() -> &'static str {
    "let in"
}

#[requires(role = "clerk", redirect = "/login")]
async fn page() -> &'static str {
    "let in"
}

const ROUTES: [&str; 6] = ["/bare", "/claims", "/open", "/soft", "/hidden", "/page"];

fn routes() -> Router {
    Router::new()
        .route("/bare", routing::get(bare))
        .route("/claims", routing::get(claims))
        .route("/open", routing::get(open))
        .route("/soft", routing::get(soft))
        .route("/hidden", routing::get(hidden))
        .route("/page", routing::get(page))
}

/// Every route answers 500, a line of the log says so, and each panic is counted.
async fn every_route_is_500(guard: JwtGuard, request: impl Fn(&str) -> Request) {
    let server = Server::start(routes().with_guard(guard.clone()).into_axum()).await;
    for (index, route) in ROUTES.into_iter().enumerate() {
        let log = events::capture();
        let answer = server.send(request(route).header("accept", "text/html")).await;
        assert_eq!(answer.outcome(), Outcome::SERVER_ERROR, "{route}");
        let told = log.take();
        assert!(told.iter().any(|event| event.level == tracing::Level::ERROR), "{route}: {told:?}");
        assert_eq!(guard.caught_panics(), index as u64 + 1, "{route}");
    }
}

fn with_token(route: &str) -> Request {
    Request::get(route).bearer(&token(&[("jti", "\"t\"")]))
}

/// A store that panics, when it is asked or when its answer is waited for.
struct Broken {
    later: bool,
}

impl RevocationStore for Broken {
    fn token_status(&self, _: &TokenInfo<'_>, _: SystemTime) -> Lookup<'_> {
        assert!(self.later, "the list is broken");
        Lookup::Pending(Box::pin(broken_later::<Result<TokenStatus, StoreError>>()))
    }
}

async fn broken_later<T>() -> T {
    tokio::task::yield_now().await;
    panic!("it breaks after it was waited for");
}

#[tokio::test]
async fn a_store_of_revocations_that_panics_is_500() {
    let closure = |_: &TokenInfo<'_>| -> bool { panic!("the list is broken") };
    every_route_is_500(guard(Algorithm::Hs256).revocation(closure).build().unwrap(), with_token).await;
    for later in [false, true] {
        let guard = guard(Algorithm::Hs256).revocation(Broken { later }).build().unwrap();
        every_route_is_500(guard, with_token).await;
    }
}

/// A clock that panics from its n-th reading on.
#[derive(Clone, Debug)]
struct Faulty {
    readings: Arc<AtomicU64>,
    good: u64,
}

impl Clock for Faulty {
    fn now(&self) -> SystemTime {
        assert!(self.readings.fetch_add(1, Ordering::SeqCst) < self.good, "the clock stopped");
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }
}

#[tokio::test]
async fn a_clock_that_panics_at_any_reading_is_500() {
    for store in [false, true] {
        let mut let_in = false;
        for good in 0..5 {
            let clock = Faulty { readings: Arc::default(), good };
            let builder = guard(Algorithm::Hs256).clock(clock);
            let builder = if store { builder.token_store(MemoryStore::new()) } else { builder };
            let server = Server::start(routes().with_guard(builder.build().unwrap()).into_axum()).await;
            let outcome = server.send(with_token("/bare")).await;
            let_in = outcome.status == 200;
            assert!(let_in || outcome.outcome() == Outcome::SERVER_ERROR, "{good}: {outcome:?}");
        }
        assert!(let_in, "a clock that works long enough lets in");
    }
}

#[tokio::test]
async fn a_loader_of_users_that_panics_is_500() {
    #[authentication_required]
    async fn me(_: CurrentUser<u8>) {}

    let now = guard(Algorithm::Hs256).load_user(|_: Claims| -> Pin<Box<Load>> { panic!("no users") });
    let later =
        guard(Algorithm::Hs256).load_user(|_: Claims| broken_later::<Result<Option<u8>, StoreError>>());
    for builder in [now, later] {
        let guard = builder.build().unwrap();
        every_route_is_500(guard.clone(), with_token).await;
        let server =
            Server::start(Router::new().route("/", routing::get(me)).with_guard(guard).into_axum()).await;
        server.send(with_token("/")).await.is(Outcome::SERVER_ERROR);
    }
}

type Load = dyn Future<Output = Result<Option<u8>, StoreError>> + Send;

/// A store of sessions that panics at each load.
#[derive(Debug)]
struct Shelf {
    later: bool,
}

impl Shelf {
    async fn broken<T>(&self) -> T {
        assert!(self.later, "the shelf is broken");
        broken_later().await
    }
}

#[async_trait::async_trait]
impl SessionStore for Shelf {
    async fn save(&self, _: &Record) -> session_store::Result<()> {
        self.broken().await
    }

    async fn load(&self, _: &Id) -> session_store::Result<Option<Record>> {
        self.broken().await
    }

    async fn delete(&self, _: &Id) -> session_store::Result<()> {
        self.broken().await
    }
}

#[tokio::test]
async fn a_store_or_a_clock_of_sessions_that_panics_is_500() {
    let stopped = Faulty { readings: Arc::default(), good: 0 };
    for sessions in [
        Sessions::new(Shelf { later: false }),
        Sessions::new(Shelf { later: true }),
        Sessions::builder(tower_sessions_memory_store::MemoryStore::default())
            .clock(stopped)
            .build()
            .unwrap(),
    ] {
        let guard = guard(Algorithm::Hs256).sessions(sessions).build().unwrap();
        let cookie = format!("__Host-session={}", "A".repeat(43));
        every_route_is_500(guard, |route| Request::get(route).header("cookie", &cookie)).await;
    }
}

/// A renderer that panics for what it is told to.
struct Artist;

impl RenderRefusal for Artist {
    fn render(&self, _: &Refusal) -> Response<Body> {
        panic!("no body today")
    }

    fn render_not_found(&self) -> Response<Body> {
        panic!("nor here")
    }
}

#[tokio::test]
async fn a_renderer_that_panics_is_500_with_a_body_of_the_guards_own() {
    let closure = |_: &Refusal| -> Response<Body> { panic!("no body today") };
    let guards = [
        guard(Algorithm::Hs256).refusal_body(closure).build().unwrap(),
        guard(Algorithm::Hs256).refusal_body(Artist).build().unwrap(),
    ];
    for (guard, has_own_not_found) in guards.into_iter().zip([false, true]) {
        let server = Server::start(routes().with_guard(guard.clone()).into_axum()).await;
        let log = events::capture();
        server.send(Request::get("/bare")).await.is(Outcome::SERVER_ERROR);
        let told = log.take();
        assert!(told.iter().any(|event| event.level == tracing::Level::ERROR), "{told:?}");
        server.send(Request::get("/open").bearer("bad")).await.is(Outcome::SERVER_ERROR);
        assert_eq!(guard.caught_panics(), 2);
        let hidden = server.send(Request::get("/hidden")).await;
        assert_eq!(hidden.status, if has_own_not_found { 500 } else { 404 });
        // An admitted request does not reach the renderer.
        server.send(with_token("/bare")).await.is(Outcome::ok("let in"));
    }
}

/// Claims that cannot be read without a panic.
struct Picky;

impl<'de> Deserialize<'de> for Picky {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("not these")
    }
}

#[tokio::test]
async fn a_type_of_claims_that_panics_is_500() {
    #[authentication_required]
    async fn read(_: Claims<Picky>) {}
    #[anonymous_allowed]
    async fn maybe(_: Option<Claims<Picky>>) {}
    #[authentication_required]
    async fn session(_: Session<Picky>) {}

    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let id = sessions.create(jwt_guard::session::NewSession::new("alice")).await.unwrap();
    let guard = guard(Algorithm::Hs256).sessions(sessions).build().unwrap();
    let router = Router::new()
        .route("/read", routing::get(read))
        .route("/maybe", routing::get(maybe))
        .route("/session", routing::get(session));
    let server = Server::start(router.with_guard(guard).into_axum()).await;
    for route in ["/read", "/maybe"] {
        server.send(with_token(route)).await.is(Outcome::SERVER_ERROR);
    }
    let cookie = format!("__Host-session={}", id.as_str());
    server.send(Request::get("/session").header("cookie", cookie)).await.is(Outcome::SERVER_ERROR);
}

/// A body that breaks while it is read.
struct Torn;

impl axum::body::HttpBody for Torn {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        panic!("the body is torn")
    }
}

#[tokio::test]
async fn a_form_whose_body_panics_is_500() {
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience("orders")
        .cookies(CookieSettings::new())
        .build()
        .unwrap();
    let app = axum::Router::new()
        .route("/", axum::routing::post(async |_: HeaderMap| "handed on"))
        .layer(guard.csrf_form_field("csrf"))
        .layer(axum::middleware::map_request(async |request: axum::extract::Request| {
            request.map(|_| Body::new(Torn))
        }));
    let server = Server::start(app).await;
    let form = Request::post_form("/", "csrf=x").header("cookie", "__Host-access_token=a.b.c");
    server.send(form).await.is(Outcome::SERVER_ERROR);
    assert_eq!(guard.caught_panics(), 1);
}
