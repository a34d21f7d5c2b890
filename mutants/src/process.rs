//! Runs tests in a process of their own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::tree::Program;

/// How a process ended.
#[derive(Debug, Eq, PartialEq)]
pub enum End {
    Passed,
    /// With the test, unless the process ended without naming one.
    Failed(Option<String>),
    TimedOut,
}

/// Runs these tests, one after the other, and ends the process with the first that fails.
pub fn run(program: &Program, tests: &[&str], variable: (&str, &Path), most: Duration) -> Result<End> {
    let mut child = Command::new(&program.path)
        .args(["--exact", "--test-threads", "1"])
        .args(tests)
        .current_dir(&program.folder)
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env(variable.0, variable.1)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // With the servers that a test starts.
        .process_group(0)
        .spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    let end = now() + most;
    let outcome = loop {
        match lines.recv_timeout(end.saturating_duration_since(now())) {
            Ok(line) => {
                if let Some(failed) =
                    line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED"))
                {
                    let name = failed.strip_suffix(" - should panic").unwrap_or(failed);
                    break Some(End::Failed(Some(name.to_owned())));
                }
                // A server that a test left behind keeps the output open.
                if line.starts_with("test result: ok") {
                    break None;
                }
            }
            Err(RecvTimeoutError::Timeout) => break Some(End::TimedOut),
            Err(RecvTimeoutError::Disconnected) => break None,
        }
    };
    if let Some(outcome) = outcome {
        end_group(&mut child)?;
        return Ok(outcome);
    }
    let status = wait(&mut child, end)?;
    end_group(&mut child)?;
    Ok(match status {
        None => End::TimedOut,
        Some(true) => End::Passed,
        Some(false) => End::Failed(None),
    })
}

/// Whether the process succeeded; `None` if it runs too long.
fn wait(child: &mut Child, end: Instant) -> Result<Option<bool>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if now() > end {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Ends a process and what it started.
fn end_group(child: &mut Child) -> Result<()> {
    let group = format!("-{}", child.id());
    Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status()?;
    child.wait()?;
    Ok(())
}

/// The time of tests that run as they are.
#[expect(clippy::disallowed_methods, reason = "a tool does not decide about tokens")]
pub fn now() -> Instant {
    Instant::now()
}
