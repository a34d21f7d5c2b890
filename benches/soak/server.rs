//! The server: a process of its own, which runs this same program.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

use axum::routing::get;
use http::StatusCode;
use jwt_guard::testing::IdentityProvider;
use jwt_guard::{Claims, JwtGuard, requires};
use jwt_guard_benches::{AUDIENCE, SIGNERS};
use tokio::net::TcpListener;
use tokio::runtime;

/// The argument that makes this program the server.
const SERVE: &str = "--serve";

#[requires(scope = "orders:read")]
async fn orders(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

/// The cheapest refusal there is: no guard, no body.
async fn bare() -> StatusCode {
    StatusCode::UNAUTHORIZED
}

/// The orders behind a guard that remembers tokens, as the program of the README.
pub(crate) fn orders_app() -> jwt_guard::Router {
    let [hs256, ..] = &SIGNERS;
    let guard = hs256.guard().build().expect("a good configuration");
    jwt_guard::Router::new().route("/my-order", jwt_guard::routing::get(orders)).with_guard(guard)
}

/// The server of the orders, and one whose guard fetches keys from an identity provider.
async fn serve() -> io::Result<()> {
    let provider = IdentityProvider::start().await;
    let fetching = JwtGuard::builder().oidc_issuer(provider.issuer()).audience(AUDIENCE);
    let fetching = fetching.danger().loopback_http("the provider is a task of this bench");
    let fetching = fetching.build().expect("a good configuration");
    let others = axum::Router::new().route("/no-order", get(bare));
    let own = orders_app().unguarded("the cheapest answer", others.clone());
    let shop = jwt_guard::Router::new().route("/my-order", jwt_guard::routing::get(orders));
    let shop = shop.unguarded("the cheapest answer", others).with_guard(fetching);
    let [first, second] = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let (first, second) = (first.await?, second.await?);
    println!("{} {} {}", first.local_addr()?.port(), second.local_addr()?.port(), provider.issuer());
    tokio::try_join!(axum::serve(first, own), axum::serve(second, shop)).map(drop)
}

/// Whether this process is to be the server.
pub(crate) fn is_meant() -> bool {
    env::args().any(|arg| arg == SERVE)
}

pub(crate) fn serve_until_the_client_ends() {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.spawn(async { serve().await.expect("two ports of loopback") });
    _ = io::copy(&mut io::stdin(), &mut io::sink());
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    /// Where keys are fetched, and from whom.
    pub(crate) shop: u16,
    pub(crate) issuer: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program, once more");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line with its ports");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [port, shop, issuer] = words[..] else {
            panic!("expected two ports and an issuer, found {line:?}")
        };
        let port_of = |text: &str| text.parse().expect("a port");
        Self { process, port: port_of(port), shop: port_of(shop), issuer: issuer.to_owned() }
    }

    /// The memory that is in use, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("KiB")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.process.stdin.take());
        _ = self.process.wait();
    }
}
