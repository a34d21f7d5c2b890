//! The server: a process of its own, which runs this same program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, io};

use axum::routing::get;
use jwt_guard::requires;
use jwt_guard_benches::{SIGNERS, Signer};
use rustix::time::{ClockId, clock_gettime};
use tokio::net::TcpListener;
use tokio::runtime;

/// The argument that makes this program the server.
const SERVE: &str = "--serve";

/// The same handler, without a guard or with one.
#[derive(Clone, Copy)]
pub(crate) struct Variant(Option<&'static Signer>);

impl Variant {
    /// Without a guard first.
    pub(crate) fn all() -> Vec<Self> {
        let guarded = SIGNERS.iter().filter(|signer| ["HS256", "ES256"].contains(&signer.name));
        std::iter::once(None).chain(guarded.map(Some)).map(Self).collect()
    }

    pub(crate) fn name(self) -> &'static str {
        self.0.map_or("none", |signer| signer.name)
    }

    /// Who signs the tokens that the guard asks for.
    pub(crate) fn signer(self) -> Option<&'static Signer> {
        self.0
    }

    pub(crate) fn path(self) -> String {
        format!("/{}/orders", self.name())
    }

    fn router(self) -> axum::Router {
        match self.0 {
            None => axum::Router::new().route(&self.path(), get(open)),
            Some(signer) => {
                let guard = signer.guard().build().expect("a good configuration");
                let route = jwt_guard::routing::get(guarded);
                jwt_guard::Router::new().route(&self.path(), route).with_guard(guard).into_axum()
            }
        }
    }
}

async fn open() -> &'static str {
    "ok"
}

#[requires(scope = "orders:read")]
async fn guarded() -> &'static str {
    "ok"
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    port: u16,
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
        BufReader::new(output).read_line(&mut line).expect("a line with its port");
        let port = line.trim().parse().expect("a port");
        Self { process, port }
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

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.process.stdin.take());
        _ = self.process.wait();
    }
}

/// Whether this process is the server.
pub(crate) fn is_meant() -> bool {
    env::args().any(|arg| arg == SERVE)
}

pub(crate) fn serve_until_the_client_ends() {
    let runtime = runtime::Builder::new_multi_thread().enable_io().build().expect("a runtime");
    let routers = Variant::all().into_iter().map(Variant::router);
    let router = routers.fold(axum::Router::new().route("/cpu", get(cpu_time)), axum::Router::merge);
    let listener =
        runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a free port of loopback");
    println!("{}", listener.local_addr().expect("its address").port());
    runtime.spawn(async move { axum::serve(listener, router).await });
    _ = io::copy(&mut io::stdin(), &mut io::sink());
}

async fn cpu_time() -> String {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32).as_nanos().to_string()
}
