//! `jwt-guard routes`: who may call what, from an access lock.

use std::path::PathBuf;

use clap::Args;
use jwt_guard::lock::LockedRoute;
use serde_json::json;

use crate::command::diff::read_lock;
use crate::report::{CAREFUL, Failure, Report, styled};
use crate::shown::{count, printable};

/// Lists the routes of an access lock, with who may call them.
///
/// The file is that of `jwt_guard::lock::assert_access_lock`.
#[derive(Debug, Args)]
pub(crate) struct RoutesArgs {
    /// The access lock; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "access.lock")]
    lock: PathBuf,
    /// Lists only routes that admit a caller without a token.
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(args: &RoutesArgs) -> Result<Report, Failure> {
    let lock = read_lock(&args.lock)?;
    let routes: Vec<_> = lock.routes().filter(|route| route.is_open || !args.open).collect();
    let list: Vec<_> = routes
        .iter()
        .map(|LockedRoute { path, method, guard, policy, is_open, .. }| {
            json!({ "method": method, "path": path, "guard": guard, "policy": policy, "open": is_open })
        })
        .collect();
    let open = routes.iter().filter(|route| route.is_open).count();
    let note = format!("{}, {open} of them open to callers without a token", count(routes.len(), "route"));
    Ok(Report::done(table(&routes), json!({ "routes": list })).with_note(note))
}

/// Aligned columns, where the last is not filled.
fn table(routes: &[LockedRoute<'_>]) -> String {
    let rows: Vec<_> = routes
        .iter()
        .map(|route| [printable(route.method), printable(route.path), printable(route.guard.unwrap_or("-"))])
        .collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2)];
    let mut text = String::new();
    for (cells, route) in rows.iter().zip(routes) {
        for (cell, width) in cells.iter().zip(widths) {
            text.push_str(&format!("{cell:width$}  "));
        }
        let policy = printable(&route.policy);
        text.push_str(&if route.is_open { styled(CAREFUL, policy) } else { policy });
        text.push('\n');
    }
    text
}
