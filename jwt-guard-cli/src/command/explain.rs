//! `jwt-guard verify` and `jwt-guard explain`: what a guard says of a token.

use std::path::PathBuf;

use clap::Args;
use jwt_guard::JwtGuard;
use jwt_guard::explain::{Check, Checked, Explanation, Outcome, RefusalCode};
use serde_json::{Value, json};

use crate::files;
use crate::guard::{AskedGuard, KeyArgs, SettingsArgs};
use crate::report::{BAD, CAREFUL, Failure, GOOD, QUIET, Report, Status, styled};
use crate::shown::printable;

/// What both commands say at the end of their help.
const LIMITS: &str = "Not asked: whether the token was revoked, the user, the policy of a handler. The clock \
                      is that of this machine.";

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
    let asked = ask(args)?;
    let Some((check, failure)) = asked.explanation.failure() else {
        return Ok(with_notes(&asked, Report::done(accepted(), json!({ "accepted": true }))));
    };
    let mut value = serde_json::to_value(failure).map_err(Failure::undecided)?;
    if let Value::Object(members) = &mut value {
        members.insert("accepted".to_owned(), false.into());
        members.insert("check".to_owned(), check.as_str().into());
    }
    let text = format!("{} {check}: {}", styled(BAD, "refused"), printable(&failure.to_string()));
    Ok(with_notes(&asked, Report::done(text, value)).with_status(Status::Refused))
}

pub(crate) fn run(args: &VerifyArgs) -> Result<Report, Failure> {
    let asked = ask(args)?;
    let explanation = &asked.explanation;
    let value = serde_json::to_value(explanation).map_err(Failure::undecided)?;
    let mut text = String::new();
    for line in explanation.to_string().lines() {
        let line = printable(line);
        let words = [("passed", GOOD), ("FAILED", BAD), ("no rule", CAREFUL)];
        let styled_line = words.into_iter().find_map(|(word, style)| {
            line.strip_prefix(word).map(|rest| format!("{}{rest}", styled(style, word)))
        });
        text.push_str(&styled_line.unwrap_or_else(|| styled(QUIET, &line)));
        text.push('\n');
    }
    let is_accepted = explanation.is_accepted();
    text.push_str(&if is_accepted { accepted() } else { styled(BAD, "refused") });
    let status = if is_accepted { Status::Done } else { Status::Refused };
    Ok(with_notes(&asked, Report::done(text, value)).with_status(status))
}

/// The verdict of a guard, and what it leaves open.
struct Asked {
    explanation: Explanation,
    notes: Vec<String>,
}

/// Says what the verdict leaves open: to programs also what it always does, which people read in the help.
fn with_notes(asked: &Asked, report: Report) -> Report {
    let mut report = report.with_notes(&asked.notes);
    if let Value::Object(members) = &mut report.json {
        let notes = asked.notes.iter().map(String::as_str).chain([LIMITS]);
        members.insert("notes".to_owned(), notes.collect());
    }
    report
}

fn accepted() -> String {
    styled(GOOD, "accepted")
}

fn ask(args: &VerifyArgs) -> Result<Asked, Failure> {
    files::only_one_from_stdin(args.keys.files().chain(args.settings.file()).chain([&args.token]))?;
    files::refuse_secret(&args.token)?;
    let AskedGuard { guard, mut notes } = args.keys.guard_or(&args.settings)?;
    let token = files::read_token(&args.token)?;
    let fetched = fetch_keys(&guard);
    let explanation = guard.explain(&token);
    // Keys that are not there decide only about the tokens of their issuer.
    if explanation.code() == Some(RefusalCode::KeysUnavailable) {
        fetched?;
    }
    let is_open =
        |checked: &Checked| checked.check() == Check::Issuer && *checked.outcome() == Outcome::NotConfigured;
    if explanation.checks().iter().any(is_open) {
        notes.push("`iss` may be any name: `--issuer`, or the setting `issuer`, names one".to_owned());
    }
    let left_out = guard.keys().status();
    notes.extend(left_out.iter().flat_map(|status| status.skipped()).map(|why| format!("left out {why}")));
    Ok(Asked { explanation, notes })
}

/// Waits for the keys that are fetched, if there are any.
fn fetch_keys(guard: &JwtGuard) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::undecided)?;
    runtime.block_on(guard.keys().ready()).map_err(Failure::undecided)
}
