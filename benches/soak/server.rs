//! The server: a process of its own, which runs this same program.

use std::future::ready;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::{env, io};

use axum::body::{Body, Bytes, to_bytes};
use axum::response::Response;
use axum::routing::get;
use http::{Request, StatusCode, response};
use jwt_guard::testing::IdentityProvider;
use jwt_guard::{Claims, JwtGuard, requires};
use jwt_guard_benches::{AUDIENCE, SIGNERS, Served, wait_for_the_end_of_input};
use tokio::net::TcpListener;
use tokio::runtime;
use tower_service::Service as _;

use crate::traffic::{BARE, GUARDED, HOSTILE, Kind};

/// The argument that makes this program the server.
const SERVE: &str = "--serve";

#[requires(scope = "orders:read")]
async fn orders(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

/// The cheapest refusal: no guard, no challenge, no body.
async fn bare() -> StatusCode {
    StatusCode::UNAUTHORIZED
}

/// The orders behind a guard that remembers tokens, as the program of the README.
pub(crate) fn orders_app() -> jwt_guard::Router {
    let [hs256, ..] = &SIGNERS;
    let guard = hs256.guard().build().expect("a good configuration");
    jwt_guard::Router::new().route(GUARDED, jwt_guard::routing::get(orders)).with_guard(guard)
}

/// The server of the orders, one whose guard fetches keys from an identity provider, and one without a guard.
async fn serve() -> io::Result<()> {
    let provider = IdentityProvider::start().await;
    let fetching = JwtGuard::builder().oidc_issuer(provider.issuer()).audience(AUDIENCE);
    let fetching = fetching.danger().loopback_http("the provider is a task of this bench");
    let fetching = fetching.build().expect("a good configuration");
    let own = orders_app();
    let shop = jwt_guard::Router::new().route(GUARDED, jwt_guard::routing::get(orders)).with_guard(fetching);
    let mut open = axum::Router::new().route(BARE, get(bare));
    for kind in HOSTILE {
        let guarded = if kind == Kind::UnknownKey { &shop } else { &own };
        let answer = Answer::of(guarded.clone(), kind.request(provider.issuer(), 0)).await;
        open = open.route(&kind.by_hand(), get(move || ready(answer.again())));
    }
    let [first, second, third] = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let (first, second, third) = (first.await?, second.await?, third.await?);
    for listener in [&first, &second, &third] {
        print!("{} ", listener.local_addr()?.port());
    }
    println!("{}", provider.issuer());
    tokio::try_join!(axum::serve(first, own), axum::serve(second, shop), axum::serve(third, open)).map(drop)
}

/// What a guard answered.
#[derive(Clone)]
struct Answer(Arc<(response::Parts, Bytes)>);

impl Answer {
    async fn of(mut app: jwt_guard::Router, request: Request<()>) -> Self {
        let Ok(answer) = app.call(request.map(|()| Body::empty())).await;
        let (head, body) = answer.into_parts();
        Self(Arc::new((head, to_bytes(body, usize::MAX).await.expect("a whole body"))))
    }

    /// The same once more, as a handler that has it ready would answer.
    fn again(&self) -> Response {
        let (head, body) = &*self.0;
        let mut answer = Response::new(Body::from(body.clone()));
        *answer.status_mut() = head.status;
        *answer.headers_mut() = head.headers.clone();
        answer
    }
}

/// Whether this process is to be the server.
pub(crate) fn is_meant() -> bool {
    env::args().any(|arg| arg == SERVE)
}

pub(crate) fn serve_until_the_client_ends() {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.spawn(async { serve().await.expect("two ports of loopback") });
    wait_for_the_end_of_input();
}

/// A running server.
pub(crate) struct Server {
    process: Served,
    pub(crate) port: u16,
    /// Where keys are fetched, and from whom.
    pub(crate) shop: u16,
    /// Where no guard is.
    pub(crate) open: u16,
    pub(crate) issuer: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let process = Served::start(&[SERVE]);
        let words: Vec<&str> = process.line().split(' ').collect();
        let [port, shop, open, issuer] = words[..] else {
            panic!("expected three ports and an issuer, found {words:?}")
        };
        let port_of = |text: &str| text.parse().expect("a port");
        let (port, shop, open) = (port_of(port), port_of(shop), port_of(open));
        let issuer = issuer.to_owned();
        Self { process, port, shop, open, issuer }
    }

    /// The memory that is in use, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        self.process.memory()
    }
}
