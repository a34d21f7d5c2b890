//! The servers: processes of their own, which run this same program.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;
use std::{env, io};

use axum::routing::get;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, requires};
use jwt_guard_benches::{SIGNERS, Served, Signer, wait_for_the_end_of_input};
use rustix::time::{ClockId, clock_gettime};
use tokio::net::TcpListener;
use tokio::runtime;

/// The handler's path.
pub(crate) const PATH: &str = "/orders";

/// The argument that makes this program a server of the variant that is named next.
const SERVE: &str = "--serve";

/// The same handler, without a guard or with one.
#[derive(Clone, Copy)]
pub(crate) enum Variant {
    Open {
        /// Who signs the tokens that it is sent as well, or its requests would be shorter.
        signer: &'static Signer,
    },
    Guarded {
        signer: &'static Signer,
        /// Whether the guard remembers tokens.
        cache: bool,
    },
}

impl Variant {
    /// By the algorithm of the tokens, each time without a guard first.
    pub(crate) fn all() -> Vec<Self> {
        let signers = SIGNERS.iter().filter(|signer| ["HS256", "ES256"].contains(&signer.name));
        let variants = |signer| {
            [
                Self::Open { signer },
                Self::Guarded { signer, cache: true },
                Self::Guarded { signer, cache: false },
            ]
        };
        signers.flat_map(variants).collect()
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Open { signer } => format!("{}, no guard", signer.name),
            Self::Guarded { signer, cache: true } => signer.name.to_owned(),
            Self::Guarded { signer, cache: false } => format!("{}, no cache", signer.name),
        }
    }

    pub(crate) fn signer(self) -> &'static Signer {
        match self {
            Self::Open { signer } | Self::Guarded { signer, .. } => signer,
        }
    }

    /// The same without a guard.
    pub(crate) fn open(self) -> Self {
        Self::Open { signer: self.signer() }
    }

    /// Whether the target counts for it.
    pub(crate) fn is_judged(self) -> bool {
        matches!(self, Self::Guarded { cache: true, .. })
    }

    /// Serves the handler, guarded as in the program of the README, and the clock of this process beside it.
    async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let clock = axum::Router::new().route("/cpu", get(cpu_time));
        let Self::Guarded { signer, cache } = self else {
            return axum::serve(listener, clock.route(PATH, get(open))).await;
        };
        let cache = if cache { TokenCache::new() } else { TokenCache::off() };
        let guard = signer.guard().token_cache(cache).build().expect("a good configuration");
        let app = jwt_guard::Router::new().route(PATH, jwt_guard::routing::get(guarded));
        axum::serve(listener, app.unguarded("the clock of the bench", clock).with_guard(guard)).await
    }
}

async fn open() -> String {
    "orders of 5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned()
}

#[requires(scope = "orders:read")]
async fn guarded(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

/// A running server.
pub(crate) struct Server {
    port: u16,
    _process: Served,
}

impl Server {
    pub(crate) fn start(variant: Variant) -> Self {
        let process = Served::start(&[SERVE, &variant.name()]);
        Self { port: process.line().parse().expect("a port"), _process: process }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The CPU time of the server so far, of all its threads, in its own code and in the kernel.
    pub(crate) fn cpu_time(&self) -> Duration {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("the server");
        let request = "GET /cpu HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        connection.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        let nanoseconds = answer.rsplit("\r\n").next().and_then(|body| body.parse().ok());
        Duration::from_nanos(nanoseconds.expect("nanoseconds"))
    }
}

/// What this process is to serve, if it is a server.
pub(crate) fn meant() -> Option<Variant> {
    let name = env::args().skip_while(|arg| arg != SERVE).nth(1)?;
    Variant::all().into_iter().find(|variant| variant.name() == name)
}

pub(crate) fn serve_until_the_client_ends(variant: Variant) {
    let runtime = runtime::Builder::new_multi_thread().enable_io().build().expect("a runtime");
    let listener =
        runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a free port of loopback");
    println!("{}", listener.local_addr().expect("its address").port());
    runtime.spawn(variant.serve(listener));
    wait_for_the_end_of_input();
}

async fn cpu_time() -> String {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32).as_nanos().to_string()
}
