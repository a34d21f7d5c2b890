//! A server of Redis or Valkey on a private port, with a directory of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
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
    extra: Vec<String>,
    /// A library that shifts its clock.
    clock: Option<PathBuf>,
}

impl RedisServer {
    /// `None`, and a printed reason, if there is no server on this machine. In CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    pub(super) async fn start_with(extra: &[&str]) -> Option<Self> {
        Self::start_at(extra, 0).await
    }

    /// A server whose clock is so many seconds ahead.
    pub(crate) async fn start_at(extra: &[&str], ahead: i32) -> Option<Self> {
        let program = program();
        if let Err(error) = Command::new(&program).arg("--version").stdout(Stdio::null()).status() {
            assert!(std::env::var_os("CI").is_none(), "{program} is missing: {error}");
            eprintln!("skipped: {program} is not installed ({error}); the package is `redis-server`");
            return None;
        }
        // Another program may take the free port before the server does.
        for _ in 0..10 {
            let directory = Directory::new();
            let port = free_port();
            let extra: Vec<String> = extra.iter().map(|word| (*word).to_owned()).collect();
            let clock = match ahead {
                0 => None,
                ahead => Some(shifted_clock(&directory, ahead)?),
            };
            let process = spawn(&directory, port, &extra, clock.as_deref());
            let mut server = Self { process, directory, port, extra, clock };
            if server.answers().await {
                return Some(server);
            }
        }
        panic!("no free port");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Makes it hang: its connections stay, and nothing answers.
    pub(crate) fn stop(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Starts it anew, with what it has on the disk.
    pub(crate) async fn restart(&mut self) {
        self.process = spawn(&self.directory, self.port, &self.extra, self.clock.as_deref());
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
        self.info("server", "process_id:")?.parse().ok()
    }

    /// A value that the server tells of itself.
    pub(crate) fn info(&self, section: &str, name: &str) -> Option<String> {
        let info = self.command(&["INFO", section])?;
        info.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_end().to_owned())
    }

    /// Sends one command that is done.
    pub(super) fn ok(&self, words: &[&str]) {
        assert_eq!(self.command(words).as_deref(), Some("+OK"), "{words:?}");
    }

    /// The value of an option that it was started with.
    pub(super) fn extra_after(&self, option: &str) -> &str {
        let position = self.extra.iter().position(|word| word == option).expect("the option");
        &self.extra[position + 1]
    }

    /// Sends one command, and returns the first line of the answer, or the text that it announces.
    pub(crate) fn command(&self, words: &[&str]) -> Option<String> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        connection.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            command += &format!("${}\r\n{word}\r\n", word.len());
        }
        connection.write_all(command.as_bytes()).ok()?;
        let mut answer = BufReader::new(connection);
        let mut line = String::new();
        answer.read_line(&mut line).ok()?;
        let Some(length) = line.strip_prefix('$').and_then(|length| length.trim_end().parse().ok()) else {
            return Some(line.trim_end().to_owned());
        };
        let mut text = vec![0; length];
        answer.read_exact(&mut text).ok()?;
        String::from_utf8(text).ok()
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

pub(super) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A library that shifts the clock of a program into which it is loaded, by so many seconds. `None`, and a printed reason, if
/// there is no C compiler on this machine. In CI that is a failure.
fn shifted_clock(directory: &Directory, ahead: i32) -> Option<PathBuf> {
    let (source, library) = (directory.path().join("clock.c"), directory.path().join("clock.so"));
    std::fs::write(&source, include_str!("shifted_clock.c")).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-w", &format!("-DAHEAD=({ahead})"), "-o"]).arg(&library).arg(&source);
    match compile.status() {
        Ok(status) => assert!(status.success(), "the library compiles"),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "cc is missing: {error}");
            eprintln!("skipped: there is no C compiler ({error})");
            return None;
        }
    }
    Some(library)
}

fn spawn(directory: &Directory, port: u16, extra: &[String], clock: Option<&Path>) -> Child {
    let mut command = Command::new(program());
    if let Some(clock) = clock {
        command.env("LD_PRELOAD", clock);
    }
    command
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"])
        .args(extra)
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("a server")
}
