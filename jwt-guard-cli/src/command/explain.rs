//! `jwt-guard verify` and `jwt-guard explain`: what a guard says of a token.

use std::path::PathBuf;

use clap::Args;
use jwt_guard::JwtGuard;
use jwt_guard::explain::{Check, Explanation};
use serde_json::{Value, json};

use crate::files;
use crate::guard::{KeyArgs, SettingsArgs};
use crate::report::{BAD, Failure, GOOD, QUIET, Report, Status, styled};
use crate::shown::printable;

/// What both commands say at the end of their help.
const LIMITS: &str = "Not asked: whether the token was revoked, the user, the policy of a handler. The clock is that \
                      of this machine.";

/// The arguments of both.
#[derive(Debug, Args)]
#[command(after_help = LIMITS)]
pub(crate) struct VerifyArgs {
    /// The file of the token; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    token: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    keys: KeyArgs,
}

pub(crate) fn verify(args: &VerifyArgs) -> Result<Report, Failure> {
    let explanation = explanation(args)?;
    let Some((check, failure)) = explanation.failure() else {
        return Ok(with_note(args, Report::done(accepted(), json!({ "accepted": true }))));
    };
    let mut value = serde_json::to_value(failure).map_err(Failure::undecided)?;
    if let Value::Object(members) = &mut value {
        members.insert("accepted".to_owned(), false.into());
        members.insert("check".to_owned(), check.as_str().into());
    }
    let text = format!("{} {check}: {}", styled(BAD, "refused"), printable(&failure.to_string()));
    Ok(Report::done(text, value).with_status(Status::Refused))
}

pub(crate) fn run(args: &VerifyArgs) -> Result<Report, Failure> {
    let explanation = explanation(args)?;
    let value = serde_json::to_value(&explanation).map_err(Failure::undecided)?;
    let mut text = String::new();
    for line in explanation.to_string().lines() {
        let line = printable(line);
        let words = ["passed", "FAILED"].into_iter().zip([GOOD, BAD]);
        let styled_line = words.into_iter().find_map(|(word, style)| {
            line.strip_prefix(word).map(|rest| format!("{}{rest}", styled(style, word)))
        });
        text.push_str(&styled_line.unwrap_or_else(|| styled(QUIET, &line)));
        text.push('\n');
    }
    let is_accepted = explanation.is_accepted();
    text.push_str(&if is_accepted { accepted() } else { styled(BAD, "refused") });
    let status = if is_accepted { Status::Done } else { Status::Refused };
    Ok(with_note(args, Report::done(text, value)).with_status(status))
}

/// Says what the command line left open.
fn with_note(args: &VerifyArgs, report: Report) -> Report {
    if args.keys.accepts_any_issuer() {
        report.with_note("`iss` may be any name: `--issuer` names one")
    } else {
        report
    }
}

fn accepted() -> String {
    styled(GOOD, "accepted")
}

fn explanation(args: &VerifyArgs) -> Result<Explanation, Failure> {
    files::only_one_from_stdin(args.keys.files().chain(args.settings.file()).chain([&args.token]))?;
    let guard = args.keys.guard_or(&args.settings)?;
    let token = files::read_token(&args.token)?;
    let fetched = fetch_keys(&guard);
    let explanation = guard.explain(&token);
    // Keys that are not there decide only about tokens that need them.
    match explanation.failure() {
        Some((Check::Key, _)) => fetched.map(|()| explanation),
        _ => Ok(explanation),
    }
}

/// Waits for the keys that are fetched, if there are any.
fn fetch_keys(guard: &JwtGuard) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::undecided)?;
    runtime.block_on(guard.keys().ready()).map_err(Failure::undecided)
}
