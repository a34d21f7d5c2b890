//! An identity provider that fails and lies, and a guard that fetches its keys.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jwt_guard::keys::{GeneratedKey, KeySet};
use jwt_guard::testing::ManualClock;
use jwt_guard::{Algorithm, JwtGuard, SigningKey};
use jwt_guard_benches::{AUDIENCE, Wire};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use crate::app::{Node, send};
use crate::load::Found;

pub(crate) const NAMES: [&str; 10] = [
    "500",
    "gone",
    "hangs",
    "slow, in the middle of an answer",
    "flapping",
    "garbage",
    "an answer without end",
    "redirects to other keys",
    "metadata of another issuer, with other keys",
    "two other keys of one name beside its own",
];

/// The clock moves so far in one step, and the fault lasts this many steps: 25 minutes.
const STEP: Duration = Duration::from_secs(5);
const STEPS: u32 = 300;

/// Steps of 45 minutes: the metadata is read again within the fault.
const BEFORE: u32 = 540;

const PAUSE: Duration = Duration::from_millis(10);

const METADATA: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";
const EVIL_KEYS: &str = "/evil-keys";

/// What the provider answers.
#[derive(Clone)]
enum Reply {
    Text(u16, String),
    /// Half of an answer.
    Stalls,
    Hangs,
    Endless,
    Closes,
    Redirects(String),
}

/// What a path answers: the good answer, or the faulty one.
struct Provider {
    issuer: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// The good answers to [`METADATA`], [`KEYS`] and [`EVIL_KEYS`].
    good: Mutex<[String; 3]>,
    fault: Mutex<Option<Reply>>,
    /// Whether the fault concerns the metadata only.
    of_metadata: AtomicBool,
    /// How often the fault was the answer.
    faults: AtomicU64,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move { state.answer(stream).await });
            }
        });
        Self { issuer: format!("http://localhost:{port}"), state, task }
    }

    fn publish(&self, keys: &[&SigningKey], evil: &SigningKey) {
        let set = |keys: &[&SigningKey]| {
            KeySet::new(keys.iter().map(|key| key.verifying_key())).expect("keys").to_public_json()
        };
        let metadata = |issuer: &str, keys: &str| {
            format!(r#"{{"issuer":"{issuer}","jwks_uri":"{}{keys}"}}"#, self.issuer)
        };
        *locked(&self.state.good) = [metadata(&self.issuer, KEYS), set(keys), set(&[evil])];
    }

    fn fails(&self, reply: Option<Reply>) {
        *locked(&self.state.fault) = reply;
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    /// Answers one request; `None` when the client is gone.
    async fn answer(&self, mut stream: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let place = [METADATA, KEYS, EVIL_KEYS].iter().position(|known| *known == path);
        let good = place.map_or(Reply::Text(404, String::new()), |place| {
            Reply::Text(200, locked(&self.good)[place].clone())
        });
        let is_faulty = match path.as_str() {
            METADATA => true,
            KEYS => !self.of_metadata.load(Relaxed),
            _ => false,
        };
        let fault = locked(&self.fault).clone().filter(|_| is_faulty);
        self.faults.fetch_add(u64::from(fault.is_some()), Relaxed);
        match fault.unwrap_or(good) {
            Reply::Text(status, body) => {
                let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.ok()?;
            }
            Reply::Redirects(target) => {
                let answer = format!("HTTP/1.1 302 -\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.ok()?;
            }
            Reply::Stalls => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"keys\":[").await.ok()?;
                sleep(Duration::from_secs(30)).await;
            }
            Reply::Hangs => sleep(Duration::from_secs(30)).await,
            Reply::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
                loop {
                    stream
                        .write_all(&[b"2000\r\n".as_slice(), &[b' '; 0x2000], b"\r\n"].concat())
                        .await
                        .ok()?;
                }
            }
            Reply::Closes => {}
        }
        stream.shutdown().await.ok()
    }
}

fn signed(signer: &JwtGuard) -> String {
    let token = signer.issuer().expect("a signing key").access("ada").sign().expect("a token");
    token.as_str().to_owned()
}

fn new_key(name: &str) -> SigningKey {
    GeneratedKey::new(Algorithm::Es256).expect("a key").with_id(name).signing_key().clone()
}

pub(crate) async fn measure(name: &str) -> Option<Found> {
    let provider = Provider::start().await;
    let [first, second, evil] = ["first", "second", "evil"].map(new_key);
    provider.publish(&[&first], &evil);
    let clock = ManualClock::new();
    let guard = JwtGuard::builder().oidc_issuer(&provider.issuer).audience(AUDIENCE).clock(clock.clone());
    let guard = guard.danger().loopback_http("the provider is a task of this bench").build().expect("legal");
    guard.keys().ready().await.expect("its keys");
    let node = Node::start(guard.clone()).await;
    // What signs as the provider does, with each of the keys.
    let of = |key: &SigningKey| {
        let signer = JwtGuard::builder().signing_key(key.clone()).issuer(&provider.issuer).audience(AUDIENCE);
        signer.clock(clock.clone()).build().expect("legal")
    };
    let [good, new, forged] = [&first, &second, &evil].map(of);

    let state = Arc::new(Tally::default());
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..3 {
        callers.spawn(ask(Arc::clone(&state), node.port, good.clone(), true));
        callers.spawn(ask(Arc::clone(&state), node.port, forged.clone(), false));
    }
    let steps = async |number: u32| {
        for step in 0..number {
            if name == "flapping" {
                provider.fails((step % 2 == 0).then(|| Reply::Text(500, String::new())));
            }
            clock.advance(STEP);
            sleep(PAUSE).await;
        }
    };
    let of_metadata = name == "metadata of another issuer, with other keys";
    if of_metadata {
        // It is read again after an hour.
        steps(BEFORE).await;
    }
    provider.state.of_metadata.store(of_metadata, Relaxed);
    provider.fails(fault(name, &provider.issuer, [&first, &evil]));
    steps(STEPS).await;
    // One that flaps may have been up whenever it was asked.
    while name == "flapping" && provider.state.faults.load(Relaxed) == 0 {
        steps(2).await;
    }
    provider.fails(None);
    assert!(provider.state.faults.load(Relaxed) > 0, "the guard has asked meanwhile");
    // The provider signs with a new key as soon as it is back.
    provider.publish(&[&first, &second], &evil);
    let mut wire = Wire::to(node.port);
    let (mut back, mut waited) = (None, Duration::ZERO);
    while back.is_none() && waited < Duration::from_secs(1800) {
        if send(&mut wire, "GET", "/me", &signed(&new)).await == 200 {
            back = Some(waited);
        }
        clock.advance(STEP);
        waited += STEP;
        sleep(PAUSE).await;
    }
    state.stop.store(true, Relaxed);
    callers.join_all().await;
    Some(Found {
        rate: state.answers.load(Relaxed) as f64 / start.elapsed().as_secs_f64(),
        wrong: state.wrong.load(Relaxed),
        lost: state.lost.load(Relaxed),
        unavailable: [state.unavailable.load(Relaxed), 0],
        odd: state.odd.load(Relaxed),
        gaps: [Duration::from_micros(state.gap.load(Relaxed)), Duration::ZERO],
        back,
        ..Found::default()
    })
}

/// What the provider answers meanwhile; its keys are the first one.
fn fault(name: &str, issuer: &str, [first, evil]: [&SigningKey; 2]) -> Option<Reply> {
    Some(match name {
        "500" => Reply::Text(500, String::new()),
        "gone" => Reply::Closes,
        "hangs" => Reply::Hangs,
        "slow, in the middle of an answer" => Reply::Stalls,
        "flapping" => return None,
        "garbage" => Reply::Text(200, "<html>\u{0}not found</html>".repeat(100)),
        "an answer without end" => Reply::Endless,
        "redirects to other keys" => Reply::Redirects(format!("{issuer}{EVIL_KEYS}")),
        "metadata of another issuer, with other keys" => Reply::Text(
            200,
            format!(r#"{{"issuer":"https://evil.example","jwks_uri":"{issuer}{EVIL_KEYS}"}}"#),
        ),
        _ => {
            // A list without the first key would withdraw it.
            let other = new_key("evil");
            let listed = [first, evil, &other].map(|key| {
                let alone = KeySet::new([key.verifying_key()]).expect("a key").to_public_json();
                alone.trim_start_matches(r#"{"keys":["#).trim_end_matches("]}").to_owned()
            });
            Reply::Text(200, format!(r#"{{"keys":[{}]}}"#, listed.join(",")))
        }
    })
}

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    answers: AtomicU64,
    wrong: AtomicU64,
    lost: AtomicU64,
    unavailable: AtomicU64,
    odd: AtomicU64,
    gap: AtomicU64,
}

/// Asks with new tokens of one key, which must always be admitted, or never.
async fn ask(tally: Arc<Tally>, port: u16, signer: JwtGuard, is_good: bool) {
    let mut wire = Wire::to(port);
    let mut last = Instant::now();
    while !tally.stop.load(Relaxed) {
        let status = send(&mut wire, "GET", "/me", &signed(&signer)).await;
        tally.answers.fetch_add(1, Relaxed);
        match (is_good, status) {
            (true, 200) => {
                tally.gap.fetch_max(last.elapsed().as_micros() as u64, Relaxed);
                last = Instant::now();
            }
            (false, 200) => drop(tally.wrong.fetch_add(1, Relaxed)),
            (true, 401) => drop(tally.lost.fetch_add(1, Relaxed)),
            (false, 401) => {}
            (_, 503) => drop(tally.unavailable.fetch_add(1, Relaxed)),
            _ => drop(tally.odd.fetch_add(1, Relaxed)),
        }
        sleep(Duration::from_millis(1)).await;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
