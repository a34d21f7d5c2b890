//! The command `jwt-guard`: keys, tokens, explanations and access locks, by the library that guards the service.
//!
//! 1. `args.rs` describes the command line.
//! 2. A file in `command` does what one subcommand says, and returns a [`Report`], or why there is none.
//! 3. `report.rs` prints it, for people or as JSON, and chooses the exit status.
//!
//! Decisions are those of the library; nothing here verifies.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable
    )
)]

mod args;
mod command;
mod files;
mod guard;
mod keys;
mod new_files;
mod report;
mod shown;
mod written;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::args::{Args, Command};
use crate::report::{Failure, Report};

fn main() -> ExitCode {
    match Args::try_parse() {
        Ok(Args { command, json }) => report::finish(run(&command, json), json),
        Err(error) => args::explain(&error),
    }
}

fn run(command: &Command, json: bool) -> Result<Report, Failure> {
    match command {
        Command::Keygen(args) => command::keygen::run(args, json),
        Command::Token(args) => command::token::run(args),
        Command::Inspect(args) => command::inspect::run(args),
        Command::Verify(args) => command::explain::verify(args),
        Command::Explain(args) => command::explain::run(args),
        Command::Jwks(args) => command::jwks::run(args),
        Command::Routes(args) => command::routes::run(args),
        Command::Diff(args) => command::diff::run(args),
        Command::Completions { shell } => command::shell::completions(Args::command(), *shell),
        Command::Man { command } => command::shell::man(Args::command(), command.as_deref()),
    }
}
