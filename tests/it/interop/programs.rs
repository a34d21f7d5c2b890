//! The scripts of `tests/interop` as processes.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jwt_guard_tests::{AUDIENCE, ISSUER, sources};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

/// A library that signs and verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    Jose,
    PyJwt,
}

impl Library {
    pub(super) const ALL: [Self; 2] = [Self::Jose, Self::PyJwt];

    /// Keys and tokens of its own making: one entry for each algorithm.
    pub(super) async fn sign(self) -> Option<Vec<Value>> {
        let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice" });
        let script = match self {
            Self::Jose => node("sign.mjs"),
            Self::PyJwt => python("pyjwt_sign.py"),
        };
        Some(run(script?, &json!({ "claims": claims })).await)
    }

    /// What it says to each of these jobs: `claims` or `error`.
    pub(super) async fn verify(self, jobs: Vec<Value>) -> Option<Vec<Value>> {
        let script = match self {
            Self::Jose => node("verify.mjs"),
            Self::PyJwt => python("pyjwt_verify.py"),
        };
        Some(run(script?, &json!({ "issuer": ISSUER, "audience": AUDIENCE, "jobs": jobs })).await)
    }
}

/// A script of node. `None`, and a printed reason, if it cannot run on this machine. In CI that is a failure.
pub(super) fn node(script: &str) -> Option<Command> {
    let mut command = Command::new("node");
    command.arg(home().join(script));
    let version = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    let missing = match version {
        Err(error) => Some(format!("node is missing: {error}")),
        Ok(_) => not_installed("package-lock.json", &home().join("node_modules/installed.json")),
    };
    unless(missing, command)
}

/// A script of Python, as [`node`].
pub(crate) fn python(script: &str) -> Option<Command> {
    // Where `tests/interop/install` puts it.
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-python");
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(home().join(script));
    unless(not_installed("requirements.txt", &environment.join("installed.txt")), command)
}

fn home() -> PathBuf {
    sources::workspace().join("tests/interop")
}

/// Why the packages of a lock file are not there.
fn not_installed(lock: &str, installed: &Path) -> Option<String> {
    let lock_file = fs::read(home().join(lock)).expect("a lock file");
    let same = fs::read(installed).is_ok_and(|found| found == lock_file);
    (!same).then(|| format!("the packages of tests/interop/{lock} are not installed"))
}

fn unless(missing: Option<String>, command: Command) -> Option<Command> {
    let Some(reason) = missing else { return Some(command) };
    assert!(env::var_os("CI").is_none(), "{reason}");
    // Not by `eprintln!`, whose output a passing test hides.
    writeln!(io::stderr(), "skipped: {reason}; see tests/interop/README.md").ok();
    None
}

/// Hands a script its task, and reads what it made.
pub(crate) async fn run(command: Command, task: &Value) -> Vec<Value> {
    let mut command = tokio::process::Command::from(command);
    // Only the test connects to it.
    command.env("no_proxy", "127.0.0.1").env("NO_PROXY", "127.0.0.1").kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(task.to_string().as_bytes()).await.expect("the script reads");
    drop(stdin);
    let output = child.wait_with_output().await.expect("the script ends");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("a list")
}
