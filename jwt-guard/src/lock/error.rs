//! Why a lock file cannot be used.

use std::fmt;
use std::io;

/// Why a lock file cannot be read or written. Its text says what was expected, and the fix.
pub struct LockError(LockErrorKind);

enum LockErrorKind {
    Line { number: usize, line: String, expected: &'static str },
    File { path: String, error: io::Error },
}

impl LockError {
    pub(super) fn line(number: usize, line: &str, expected: &'static str) -> Self {
        Self(LockErrorKind::Line { number, line: line.to_owned(), expected })
    }

    pub(super) fn file(path: &std::path::Path, error: io::Error) -> Self {
        Self(LockErrorKind::File { path: path.display().to_string(), error })
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            LockErrorKind::Line { number, line, expected } => {
                write!(f, "line {number} of the access lock: expected {expected}, found `{line}`")
            }
            LockErrorKind::File { path, error } if error.kind() == io::ErrorKind::NotFound => write!(
                f,
                "the access lock {path} is missing: write it with `ACCESS_LOCK=overwrite cargo test`, and \
                 commit it"
            ),
            LockErrorKind::File { path, error } => {
                write!(f, "the access lock {path} cannot be used: {error}")
            }
        }
    }
}

/// As [`Display`](fmt::Display): it is shown when a test calls `unwrap`.
impl fmt::Debug for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            LockErrorKind::Line { .. } => None,
            LockErrorKind::File { error, .. } => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_unwraps_it_shows_the_fix() {
        let error = LockError::file("access.lock".as_ref(), io::ErrorKind::NotFound.into());
        assert!(format!("{error:?}").contains("`ACCESS_LOCK=overwrite cargo test`"));
    }
}
