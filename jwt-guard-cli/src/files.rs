//! Files that are read, up to a limit.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::report::{self, Failure};
use crate::shown;

/// More than any key, token or settings file needs.
const MOST_BYTES: u64 = 1 << 20;

/// The name that stands for standard input and standard output.
const STANDARD: &str = "-";

pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD)
}

/// Refuses a second file that is standard input.
pub(crate) fn only_one_from_stdin<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<(), Failure> {
    if paths.into_iter().filter(|path| is_standard(path)).count() > 1 {
        return Err(Failure::usage("only one of the files can be standard input (`-`)"));
    }
    Ok(())
}

/// Refuses a key or a token that was given in place of its file, and does not show it again.
pub(crate) fn refuse_secret(path: &Path) -> Result<(), Failure> {
    if shown::looks_secret(&path.to_string_lossy()) { Err(secret_argument()) } else { Ok(()) }
}

/// Says so without the secret.
pub(crate) fn secret_argument() -> Failure {
    Failure::usage(
        "a key or a token was given as an argument, which other users of this machine can read: give it on \
         standard input (`-`), or the name of its file; replace the key, or let the token end, if others use \
         this machine",
    )
}

/// The bytes of a file, or of standard input; `what` says what they are.
pub(crate) fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    refuse_secret(path)?;
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        report::say_that_it_reads(what);
        io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    let from = if is_standard(path) { "standard input".to_owned() } else { name(path) };
    match read {
        Ok(_) if bytes.len() as u64 > MOST_BYTES => {
            Err(Failure::undecided(format!("{what}: {from} has more than 1 MiB")))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::undecided(format!("{what} cannot be read from {from}: {error}"))),
    }
}

/// As [`read`], of text.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, Failure> {
    String::from_utf8(read(path, what)?).map_err(|_| Failure::undecided(format!("{what} is not UTF-8")))
}

/// A token: one line, without the line end.
pub(crate) fn read_token(path: &Path) -> Result<String, Failure> {
    let text = read_text(path, "the token")?;
    let token = text.trim_matches(['\r', '\n', ' ', '\t']);
    match token {
        "" => Err(Failure::undecided(
            "the token is empty: expected header, claims and signature, with dots between them",
        )),
        _ => Ok(token.to_owned()),
    }
}

/// The name of a file for a sentence.
pub(crate) fn name(path: &Path) -> String {
    shown::printable(&path.display().to_string())
}
