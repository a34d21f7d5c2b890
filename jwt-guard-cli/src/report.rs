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
    /// Takes the place of `json`, where a value cannot hold what is said.
    raw_json: Option<String>,
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
        Self { status: Status::Done, text: text.into(), json, raw_json: None, note: None }
    }

    pub(crate) fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// With valid JSON on one line.
    pub(crate) fn with_raw_json(self, json: String) -> Self {
        Self { raw_json: Some(json), ..self }
    }

    pub(crate) fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// A line for each note, which may quote a file.
    pub(crate) fn with_notes(self, notes: &[String]) -> Self {
        let lines: Vec<_> = notes.iter().map(|note| shown::printable(note)).collect();
        if lines.is_empty() { self } else { self.with_note(lines.join("\n")) }
    }
}

/// A word in a style.
pub(crate) fn styled(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints, and returns the exit status.
pub(crate) fn finish(result: Result<Report, Failure>, json: bool) -> ExitCode {
    let (status, printed) = match result {
        Ok(Report { status, text, json: value, raw_json, note }) => {
            let to_json = || shown::ascii(&raw_json.unwrap_or_else(|| value.to_string()));
            let printed = to_stdout(&if json { to_json() } else { text });
            let note = note.filter(|_| !json).map_or(Ok(()), |note| to_stderr(&note));
            (status as u8, printed.and(note))
        }
        Err(Failure::Usage(reason)) => (2, to_stderr(&error(&reason))),
        Err(Failure::Undecided(reason)) => (3, to_stderr(&error(&reason))),
    };
    match printed {
        Ok(()) => ExitCode::from(status),
        // The reader has seen enough, such as `head`.
        Err(failed) if failed.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(status),
        Err(failed) => {
            _ = to_stderr(&error(&format!("the output cannot be written: {failed}")));
            ExitCode::from(3)
        }
    }
}

/// Prints what clap says.
pub(crate) fn finish_help(help: &clap::Error) -> ExitCode {
    let status = u8::try_from(help.exit_code()).unwrap_or(2);
    match help.print() {
        Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
            _ = to_stderr(&error(&format!("the output cannot be written: {failed}")));
            ExitCode::from(3)
        }
        _ => ExitCode::from(status),
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
