//! Files: read up to a limit, and written so that only the owner reads them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
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

/// The bytes of a file, or of standard input; `what` says what they are.
pub(crate) fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        report::say_that_it_reads(what);
        io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    let from = if is_standard(path) { "standard input".to_owned() } else { path.display().to_string() };
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

/// A token: one line, without the line end. A token that was given in place of the file is refused, because it was
/// seen.
pub(crate) fn read_token(path: &Path) -> Result<String, Failure> {
    if path.to_str().is_some_and(|text| text.starts_with("ey") && text.matches('.').count() >= 2) {
        return Err(Failure::usage(
            "a token was given as an argument, which other users of this machine can read: give it on standard input \
             (`-`), or the name of its file; let the token end if others use this machine",
        ));
    }
    let text = read_text(path, "the token")?;
    let token = text.trim_matches(['\r', '\n', ' ', '\t']);
    match token {
        "" => Err(Failure::undecided(
            "the token is empty: expected header, claims and signature, with dots between them",
        )),
        _ => Ok(token.to_owned()),
    }
}

/// Who may read a file that is written.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// Mode 0600, where the system has modes.
    Owner,
    /// As the system sets it for new files.
    Usual,
}

/// Writes a new file. An existing one is left as it is, unless `replaces`: then it is replaced as a whole, and what a
/// symbolic link points to is not touched.
pub(crate) fn write(path: &Path, text: &str, readers: Readers, replaces: bool) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::undecided(format!("{} cannot be written: {error}", path.display()));
    if !replaces {
        return create(path, text, readers).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => failed(error),
        });
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    create(&new, text, readers).map_err(failed)?;
    fs::rename(&new, path).map_err(|error| {
        _ = fs::remove_file(&new);
        failed(error)
    })
}

/// Says that a file is there, before another one is written.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() { Err(exists(path)) } else { Ok(()) }
}

fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::undecided(format!("{path} exists: choose another name, or replace it with `--force`"))
}

/// Fails if anything has the name, also a symbolic link to nowhere. A file that could not be written whole is removed.
fn create(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, readers);
    let mut file = options.open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        _ = fs::remove_file(path);
    }
    written
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, readers: Readers) {
    use std::os::unix::fs::OpenOptionsExt as _;

    if matches!(readers, Readers::Owner) {
        options.mode(0o600);
    }
}

/// The file has the access list of its folder.
#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Readers) {}

/// The name of a file for a sentence.
pub(crate) fn name(path: &Path) -> String {
    shown::printable(&path.display().to_string())
}
