//! The store and a server that answers as a test says.

mod calls;
mod feed;
mod nodes;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::*;

/// Longer than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a fake server does with a command.
enum Reply {
    /// Sends this, in the protocol of Redis.
    Send(String),
    /// Closes the connection.
    Break,
    /// Answers no more on this connection.
    Hang,
}

/// A server that is a primary, keeps nothing, and answers commands that run scripts as its test says.
struct Fake {
    port: u16,
    connections: Arc<AtomicUsize>,
    scripts: Arc<AtomicUsize>,
    closed: UnboundedReceiver<()>,
}

impl Fake {
    /// `reply` gets the words of each command, and how many scripts came before; `None` is the usual answer.
    fn start(reply: impl Fn(&[String], usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, scripts) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (closing, closed) = unbounded_channel();
        let (opened, ran, reply) = (connections.clone(), scripts.clone(), Arc::new(reply));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                opened.fetch_add(1, Ordering::SeqCst);
                let (ran, reply, closing) = (ran.clone(), reply.clone(), closing.clone());
                std::thread::spawn(move || serve(connection.unwrap(), &ran, &*reply, &closing));
            }
        });
        Self { port, connections, scripts, closed }
    }

    /// A server whose scripts answer so: the first one with the first, and all that follow the last with the last.
    fn that_answers<const N: usize>(answers: [&'static str; N]) -> Self {
        Self::start(move |words, before| match (&*words[0], answers[before.min(N - 1)]) {
            ("EVALSHA", "break") => Some(Reply::Break),
            ("EVALSHA", answer) => Some(Reply::Send(format!("{answer}\r\n"))),
            _ => None,
        })
    }

    fn url(&self) -> String {
        format!("redis://:secret@127.0.0.1:{}/", self.port)
    }

    /// How many connections it had.
    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many scripts it was to run.
    fn scripts(&self) -> usize {
        self.scripts.load(Ordering::SeqCst)
    }

    /// Waits until a client has closed a connection.
    async fn is_left(&mut self) {
        let limit = Duration::from_secs(10);
        tokio::time::timeout(limit, self.closed.recv()).await.expect("a client leaves").unwrap();
    }
}

fn serve(
    mut connection: TcpStream,
    scripts: &AtomicUsize,
    reply: &impl Fn(&[String], usize) -> Option<Reply>,
    closing: &UnboundedSender<()>,
) {
    let mut commands = BufReader::new(connection.try_clone().unwrap());
    let mut hangs = false;
    while let Some(words) = read_command(&mut commands) {
        let is_script = usize::from(words[0] == "EVALSHA");
        let before = scripts.fetch_add(is_script, Ordering::SeqCst);
        match reply(&words, before) {
            Some(Reply::Break) => break,
            Some(Reply::Hang) => hangs = true,
            _ if hangs => {}
            Some(Reply::Send(text)) => drop(connection.write_all(text.as_bytes())),
            None => drop(connection.write_all(usual(&words).as_bytes())),
        }
    }
    drop(connection.shutdown(std::net::Shutdown::Both));
    closing.send(()).ok();
}

fn usual(words: &[String]) -> String {
    let info = "role:master\r\nmaster_replid:abc\r\nmaxmemory:0\r\n";
    match &*words[0] {
        "EXISTS" => ":0\r\n".to_owned(),
        "INFO" => format!("${}\r\n{info}\r\n", info.len()),
        _ => "+OK\r\n".to_owned(),
    }
}

/// The words of the next command; `None` at the end.
fn read_command(commands: &mut impl BufRead) -> Option<Vec<String>> {
    let mut number = |sign: char| -> Option<usize> {
        let mut line = String::new();
        commands.read_line(&mut line).ok()?;
        line.trim_end().strip_prefix(sign)?.parse().ok()
    };
    let count = number('*')?;
    (0..count).map(|_| read_word(commands)).collect()
}

fn read_word(commands: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    commands.read_line(&mut line).ok()?;
    let mut word = vec![0; line.trim_end().strip_prefix('$')?.parse::<usize>().ok()? + 2];
    commands.read_exact(&mut word).ok()?;
    word.truncate(word.len() - 2);
    Some(String::from_utf8_lossy(&word).into_owned())
}

/// Options for a server that may be slow.
fn patient() -> RedisOptions {
    RedisOptions::new().timeout(PATIENCE)
}

fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

fn token(id: &str) -> Revocation {
    Revocation::Token { id: id.to_owned(), expires_at: at(5_000) }
}
