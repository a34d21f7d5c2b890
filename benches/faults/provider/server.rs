//! An identity provider of one address, which answers as it is told.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jwt_guard::SigningKey;
use jwt_guard::keys::KeySet;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::locked;

const PIECES: usize = 20;

const METADATA: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";
pub(super) const EVIL_KEYS: &str = "/evil-keys";

/// What the provider answers.
#[derive(Clone)]
pub(super) enum Reply {
    Text(u16, String),
    /// Half of an answer.
    Stalls,
    /// The good answer in [`PIECES`], with a pause after each.
    Trickles,
    Hangs,
    Endless,
    Closes,
    Redirects(String),
    /// The keys are this text in every second answer.
    EveryOther(String),
}

/// Each path has its good answer, and the faulty one.
pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
pub(super) struct State {
    /// The good answers to [`METADATA`], [`KEYS`] and [`EVIL_KEYS`].
    good: Mutex<[String; 3]>,
    fault: Mutex<Option<Reply>>,
    /// Whether the fault concerns the metadata only.
    pub(super) of_metadata: AtomicBool,
    /// How often the fault was the answer.
    pub(super) faults: AtomicU64,
    pub(super) good_answers: AtomicU64,
    /// The answers with keys.
    keys: AtomicU64,
    /// How many answers trickle at the moment.
    pub(super) trickling: AtomicU64,
}

impl Provider {
    pub(super) async fn start() -> Self {
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

    pub(super) fn publish(&self, keys: &[&SigningKey], evil: &SigningKey) {
        let set = |keys: &[&SigningKey]| {
            KeySet::new(keys.iter().map(|key| key.verifying_key())).expect("keys").to_public_json()
        };
        let metadata = |issuer: &str, keys: &str| {
            format!(r#"{{"issuer":"{issuer}","jwks_uri":"{}{keys}"}}"#, self.issuer)
        };
        *locked(&self.state.good) = [metadata(&self.issuer, KEYS), set(keys), set(&[evil])];
    }

    pub(super) fn fails(&self, reply: Option<Reply>) {
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
        let (reply, pieces) = match fault {
            Some(Reply::Trickles) => (good, PIECES),
            Some(Reply::EveryOther(text))
                if path == KEYS && self.keys.fetch_add(1, Relaxed).is_multiple_of(2) =>
            {
                self.faults.fetch_add(1, Relaxed);
                (Reply::Text(200, text), 1)
            }
            Some(Reply::EveryOther(_)) => (good, 1),
            Some(faulty) => {
                self.faults.fetch_add(1, Relaxed);
                (faulty, 1)
            }
            None => {
                self.good_answers.fetch_add(1, Relaxed);
                (good, 1)
            }
        };
        match reply {
            Reply::Text(status, body) => {
                let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                self.trickling.fetch_add(u64::from(pieces > 1), Relaxed);
                let written = write(&mut stream, answer.as_bytes(), pieces).await;
                self.trickling.fetch_sub(u64::from(pieces > 1), Relaxed);
                written.ok()?;
                // One that trickles counts when the client has it.
                self.faults.fetch_add(u64::from(pieces > 1), Relaxed);
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
            Reply::Closes | Reply::Trickles | Reply::EveryOther(_) => {}
        }
        stream.shutdown().await.ok()
    }
}

async fn write(stream: &mut TcpStream, answer: &[u8], pieces: usize) -> io::Result<()> {
    for piece in answer.chunks(answer.len().div_ceil(pieces)) {
        stream.write_all(piece).await?;
        if pieces > 1 {
            sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(())
}
