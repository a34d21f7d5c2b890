//! `jwt-guard completions` and `jwt-guard man`: for shells and readers of manuals.

use clap::Command;
use clap_complete::Shell;
use serde_json::json;

use crate::files;
use crate::report::{Failure, Report};

/// The name of the command, which a shell completes.
const NAME: &str = "jwt-guard";

pub(crate) fn completions(mut root: Command, shell: Shell) -> Result<Report, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root, NAME, &mut script);
    page(script)
}

pub(crate) fn man(root: Command, name: Option<&str>) -> Result<Report, Failure> {
    // The page lists pages, and there is none of `help`.
    let mut root = root.disable_help_subcommand(true);
    root.build();
    let found = match name {
        None => root,
        Some(name) => {
            files::refuse_secret(name.as_ref())?;
            let found = root.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| {
                Failure::usage(format!("there is no command `{name}`: see `jwt-guard help`"))
            })?;
            found.display_name(format!("{NAME}-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(found).render(&mut text).map_err(Failure::undecided)?;
    page(text)
}

fn page(text: Vec<u8>) -> Result<Report, Failure> {
    let text = String::from_utf8(text).map_err(Failure::undecided)?;
    let value = json!({ "text": text });
    Ok(Report::done(text, value))
}
