//! A server of Redis or Valkey on a private port, with a directory of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Directory, until};

/// Names another program than `redis-server`, such as `valkey-server`.
const PROGRAM: &str = "REDIS_SERVER";

/// A running server. It is killed when the test ends.
pub(crate) struct RedisServer {
    process: Child,
    directory: Directory,
    port: u16,
    extra: &'static [&'static str],
}

impl RedisServer {
    /// `None`, and a printed reason, if there is no server on this machine. In CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    pub(super) async fn start_with(extra: &'static [&'static str]) -> Option<Self> {
        let program = program();
        if let Err(error) = Command::new(&program).arg("--version").stdout(Stdio::null()).status() {
            assert!(std::env::var_os("CI").is_none(), "{program} is missing: {error}");
            eprintln!("skipped: {program} is not installed ({error}); the package is `redis-server`");
            return None;
        }
        // Somebody else may take the free port before the server does.
        for _ in 0..10 {
            let directory = Directory::new();
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
            let process = spawn(&directory, port, extra);
            let mut server = Self { process, directory, port, extra };
            if server.answers().await {
                return Some(server);
            }
        }
        panic!("no free port");
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends it as a power failure would.
    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it anew, with what it has on the disk.
    pub(super) async fn restart(&mut self) {
        self.process = spawn(&self.directory, self.port, self.extra);
        assert!(self.answers().await, "the port is taken");
    }

    /// Waits until this very process answers at its port; false if it ended instead.
    async fn answers(&mut self) -> bool {
        until("the server answers", async || {
            if self.process.try_wait().unwrap().is_some() {
                return Some(false);
            }
            let pong = self.command(&["PING"]).filter(|line| line == "+PONG");
            pong.filter(|_| self.process_id() == Some(self.process.id())).map(|_| true)
        })
        .await
    }

    /// The process that answers at the port.
    fn process_id(&self) -> Option<u32> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        connection.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        connection.write_all(b"INFO server\r\n").ok()?;
        let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
        lines.find_map(|line| line.strip_prefix("process_id:")?.trim_end().parse().ok())
    }

    /// Sends one command, and returns the first line of the answer.
    pub(super) fn command(&self, words: &[&str]) -> Option<String> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            command += &format!("${}\r\n{word}\r\n", word.len());
        }
        connection.write_all(command.as_bytes()).ok()?;
        let mut line = String::new();
        BufReader::new(connection).read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    }

    /// Cuts every connection but the one that says so.
    pub(crate) fn cut_all(&self) {
        self.command(&["CLIENT", "KILL", "TYPE", "normal"]).expect("an answer");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn program() -> String {
    std::env::var(PROGRAM).unwrap_or_else(|_| "redis-server".to_owned())
}

fn spawn(directory: &Directory, port: u16, extra: &[&str]) -> Child {
    Command::new(program())
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"])
        .args(extra)
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("a server")
}
