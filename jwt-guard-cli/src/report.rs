//! What a command prints, and its exit status.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::shown;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();

/// The result of a command.
pub(crate) struct Report {
    pub(crate) status: Status,
    /// For people. What comes from outside was escaped; the styles are ours.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
    /// For people, and beside the result: on standard error.
    pub(crate) note: Option<String>,
}

/// How a command ended that had a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is done, or the token is accepted, or nothing differs.
    Done,
    /// The token is refused, or something differs.
    Refused,
}

/// Why a command has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line asks for what cannot be.
    Usage(String),
    /// A file, a setting or the network failed.
    Undecided(String),
}

impl Failure {
    pub(crate) fn undecided(reason: impl fmt::Display) -> Self {
        Self::Undecided(reason.to_string())
    }

    pub(crate) fn usage(reason: impl fmt::Display) -> Self {
        Self::Usage(reason.to_string())
    }
}

impl Report {
    pub(crate) fn done(text: impl Into<String>, json: Value) -> Self {
        Self { status: Status::Done, text: text.into(), json, note: None }
    }

    pub(crate) fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// A word in a style.
pub(crate) fn styled(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints, and returns the exit status.
pub(crate) fn finish(result: Result<Report, Failure>, json: bool) -> ExitCode {
    let (status, printed) = match result {
        Ok(Report { status, text, json: value, note }) => {
            let printed = if json { to_stdout(&shown::ascii_json(&value)) } else { to_stdout(&text) };
            let note = note.filter(|_| !json).map_or(Ok(()), |note| to_stderr(&note));
            (status as u8, printed.and(note))
        }
        Err(Failure::Usage(reason)) => (2, to_stderr(&error(&reason))),
        Err(Failure::Undecided(reason)) => (3, to_stderr(&error(&reason))),
    };
    match printed {
        Ok(()) => ExitCode::from(status),
        // The reader has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(status),
        Err(_) => ExitCode::from(3),
    }
}

fn error(reason: &str) -> String {
    let lines: Vec<_> = reason.lines().map(shown::printable).collect();
    format!("{} {}", styled(BAD, "error:"), lines.join("\n"))
}

fn to_stdout(text: &str) -> io::Result<()> {
    let out = io::stdout();
    print(&mut anstream::AutoStream::auto(out.lock()), text)
}

fn to_stderr(text: &str) -> io::Result<()> {
    let out = io::stderr();
    print(&mut anstream::AutoStream::auto(out.lock()), text)
}

fn print(out: &mut impl io::Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Says what is waited for, if a person sits before the terminal.
pub(crate) fn say_that_it_reads(what: &str) {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        _ = writeln!(io::stderr(), "Paste {what}, and end with Ctrl-D:");
    }
}
