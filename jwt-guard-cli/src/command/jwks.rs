//! `jwt-guard jwks`: the key set that a service publishes.

use std::path::PathBuf;

use clap::Args;
use jwt_guard::Algorithm;
use jwt_guard::keys::KeySet;

use crate::report::{Failure, Report};
use crate::{files, keys};

/// Prints the public key set (JWKS) of keys.
///
/// Of a private key the public half is printed. A shared secret is refused. The output is JSON, with or without
/// `--json`.
#[derive(Debug, Args)]
pub(crate) struct JwksArgs {
    /// Keys in PEM, JSON Web Keys, or sets of them; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    keys: Vec<PathBuf>,
    /// The algorithm of the keys; RSA keys that do not name theirs need it.
    #[arg(long, value_parser = keys::algorithm())]
    algorithm: Option<Algorithm>,
    /// The name of the only key (`kid`); the name in the file by default, or the thumbprint (RFC 7638).
    #[arg(long, value_name = "NAME", value_parser = keys::kid)]
    kid: Option<String>,
}

pub(crate) fn run(args: &JwksArgs) -> Result<Report, Failure> {
    files::only_one_from_stdin(&args.keys)?;
    let (mut all, mut notes) = (Vec::new(), Vec::new());
    for path in &args.keys {
        let found = keys::public_halves(path, args.algorithm)?;
        all.extend(found.keys);
        notes.extend(found.notes);
    }
    let all = keys::named(all, args.kid.as_deref())?;
    let text = KeySet::new(all).map_err(Failure::undecided)?.to_public_json();
    let value = serde_json::from_str(&text).map_err(Failure::undecided)?;
    Ok(Report::done(crate::shown::ascii_json(&value), value).with_notes(&notes))
}
