//! Files that are written: all of them or none, and an existing one is never half replaced.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::files::name;
use crate::report::Failure;

/// A file to write.
pub(crate) struct NewFile<'t> {
    pub(crate) path: &'t Path,
    pub(crate) text: String,
    pub(crate) readers: Readers,
}

/// Who may read a file that is written.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// Mode 0600, where the system has modes.
    Owner,
    /// As the system sets it for new files.
    Usual,
}

/// Writes the files. Existing ones are left as they are, unless `replaces`: then each is replaced as a whole, the first one
/// last, and what a symbolic link points to is not touched.
pub(crate) fn write_all(files: &[NewFile<'_>], replaces: bool) -> Result<(), Failure> {
    let mut places = Vec::new();
    for file in files {
        let place = place(file.path)?;
        if places.contains(&place) {
            return Err(Failure::usage(format!(
                "`--private` and `--public` name one file, {}",
                name(file.path)
            )));
        }
        places.push(place);
    }
    for file in files {
        check(file.path, replaces)?;
    }
    let mut written = Vec::new();
    for file in files {
        let at = if replaces { temporary(file.path) } else { file.path.to_owned() };
        create(&at, &file.text, file.readers).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if !replaces => exists(file.path),
            _ => failed(file.path, &error),
        })?;
        written.push(Written { at, is_kept: false });
    }
    for (file, written) in files.iter().zip(&written).rev().filter(|_| replaces) {
        fs::rename(&written.at, file.path).map_err(|error| failed(file.path, &error))?;
    }
    for file in &mut written {
        file.is_kept = true;
    }
    Ok(())
}

/// A file that is removed again, if another one cannot be written.
struct Written {
    at: PathBuf,
    is_kept: bool,
}

impl Drop for Written {
    fn drop(&mut self) {
        if !self.is_kept {
            _ = fs::remove_file(&self.at);
        }
    }
}

/// The folder, without links, and the name in it.
fn place(path: &Path) -> Result<(PathBuf, OsString), Failure> {
    let file = path.file_name().ok_or_else(|| {
        Failure::undecided(format!("{} cannot be written: it is not the name of a file", name(path)))
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|error| failed(path, &error))?;
    Ok((folder, file.to_owned()))
}

/// Refuses what a file cannot replace: all that is there, or what is not a file.
fn check(path: &Path, replaces: bool) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, &error)),
        Ok(_) if !replaces => Err(exists(path)),
        Ok(known) if known.is_file() || known.is_symlink() => Ok(()),
        Ok(_) => Err(Failure::undecided(format!(
            "{} is not replaced, because it is not a file: choose another name",
            name(path)
        ))),
    }
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

fn exists(path: &Path) -> Failure {
    let path = name(path);
    Failure::undecided(format!("{path} exists: choose another name, or replace it with `--force`"))
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::undecided(format!("{} cannot be written: {error}", name(path)))
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
