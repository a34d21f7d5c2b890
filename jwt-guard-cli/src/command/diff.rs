//! `jwt-guard diff`: what differs between two access locks.

use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::{Args, ValueEnum};
use jwt_guard::lock::{AccessChange, AccessLock, ChangeKind};
use serde_json::json;

use crate::files;
use crate::report::{BAD, CAREFUL, Failure, QUIET, Report, Status, styled};
use crate::shown::printable;

/// Says what differs between two access locks, the most dangerous first.
///
/// Each route is WIDENED, NEW, CHANGED, NARROWED or REMOVED, with a sentence. The file of a commit comes through a
/// pipe:
/// `git show main:access.lock | jwt-guard diff - access.lock`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The access lock of before; `-` is standard input.
    #[arg(value_name = "FILE_BEFORE")]
    before: PathBuf,
    /// The access lock of now; `-` is standard input.
    #[arg(value_name = "FILE_NOW")]
    now: PathBuf,
    /// For which differences the exit status is 1.
    #[arg(long, default_value = "any")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any difference.
    Any,
    /// A caller may be admitted who was not: WIDENED, NEW or CHANGED.
    Wider,
    /// None.
    Never,
}

pub(crate) fn run(args: &DiffArgs) -> Result<Report, Failure> {
    files::only_one_from_stdin([&args.before, &args.now])?;
    let (before, now) = (read_lock(&args.before)?, read_lock(&args.now)?);
    let changes = before.changes_to(&now);
    let fails = match args.fail_on {
        FailOn::Any => !changes.is_empty(),
        FailOn::Wider => changes.iter().any(|change| may_admit_more(change.kind)),
        FailOn::Never => false,
    };
    let list: Vec<_> = changes
        .iter()
        .map(|AccessChange { kind, path, method, sentence, .. }| {
            json!({ "kind": kind.to_string(), "method": method, "path": path, "sentence": sentence })
        })
        .collect();
    let text: String = changes.iter().map(line).collect();
    let report = Report::done(text, json!({ "differs": !changes.is_empty(), "changes": list }));
    let report = if changes.is_empty() { report.with_note("the access is the same") } else { report };
    Ok(report.with_status(if fails { Status::Refused } else { Status::Done }))
}

/// Reads an access lock; of its size there is a limit, as for every file.
pub(crate) fn read_lock(path: &Path) -> Result<AccessLock, Failure> {
    let text = files::read_text(path, "the access lock")?;
    text.parse().map_err(|error| Failure::undecided(format!("{}: {error}", files::name(path))))
}

fn may_admit_more(kind: ChangeKind) -> bool {
    !matches!(kind, ChangeKind::Narrowed | ChangeKind::Removed)
}

fn line(change: &AccessChange) -> String {
    let kind = format!("{:8}", change.kind);
    let place = format!("{} {}", change.method, change.path);
    format!("{} {}: {}\n", styled(style(change.kind), kind), printable(&place), printable(&change.sentence))
}

fn style(kind: ChangeKind) -> Style {
    match kind {
        ChangeKind::Narrowed | ChangeKind::Removed => QUIET,
        ChangeKind::New | ChangeKind::Changed => CAREFUL,
        _ => BAD,
    }
}
