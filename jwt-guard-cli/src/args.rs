//! The command line.

use std::env;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::{diff, explain, inspect, jwks, keygen, routes, token};
use crate::report::{self, Failure};
use crate::{files, shown};

/// What the help ends with.
const AFTER_HELP: &str = "\
Examples:
  jwt-guard keygen --private key.pem
  curl -H \"Authorization: Bearer $(jwt-guard token ada --settings guard.toml)\" localhost:3000/me
  jwt-guard explain token.txt --settings guard.toml
  git show main:access.lock | jwt-guard diff - access.lock

Exit status:
  0  done, accepted, or no difference
  1  refused or different
  2  the command line is wrong
  3  not decided: a file, a setting or the network failed";

/// Makes keys and tokens, says why a token is refused, and compares who may call what.
///
/// Secrets and tokens are read from files or from standard input (`-`), never from the command line, which other users
/// of the machine can read.
#[derive(Debug, Parser)]
#[command(
    name = "jwt-guard",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Prints one JSON object instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Keygen(keygen::KeygenArgs),
    Token(token::TokenArgs),
    Inspect(inspect::InspectArgs),
    /// Says whether a guard accepts a token, in one line.
    ///
    /// The guard has the settings of the service, or the keys that are named here.
    Verify(explain::VerifyArgs),
    /// Shows each check of a token, and the one that refuses it.
    ///
    /// The guard has the settings of the service, or the keys that are named here.
    Explain(explain::VerifyArgs),
    Jwks(jwks::JwksArgs),
    Routes(routes::RoutesArgs),
    Diff(diff::DiffArgs),
    /// Prints the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Prints a man page: of the command, or of one of its commands.
    Man {
        /// The command.
        command: Option<String>,
    },
}

/// Prints the help, or what is wrong with the command line: without a key or a token in it, and without what a terminal
/// would obey.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    if error.use_stderr() {
        for argument in arguments {
            let value = if argument.starts_with('-') { argument.split_once('=') } else { None };
            let value = value.map_or(&*argument, |(_, value)| value);
            if shown::looks_secret(&argument) || shown::looks_secret(value) {
                return report::finish(Err(files::secret_argument()), false);
            }
            if shown::printable(&argument) != argument {
                let text = error.to_string();
                let text = text.strip_prefix("error: ").unwrap_or(&text);
                return report::finish(Err(Failure::usage(text)), false);
            }
        }
    }
    report::finish_help(error)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    /// Every value of an option whose name says that it is secret is the name of a file.
    #[test]
    fn no_argument_takes_a_secret() {
        for command in Args::command().get_subcommands() {
            for argument in command.get_arguments() {
                let takes = argument.get_action().takes_values();
                let name = argument.get_id().as_str();
                let is_secret =
                    ["secret", "key", "token", "private", "public"].iter().any(|word| name.contains(word));
                let files = argument
                    .get_value_names()
                    .is_some_and(|names| names.iter().all(|name| name.as_str().starts_with("FILE")));
                assert!(!takes || !is_secret || files, "{} {name}", command.get_name());
            }
        }
    }
}
