//! The problems of a document.

use std::fmt;

/// An OpenAPI document does not match the routes; lists every difference.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentError {
    problems: Vec<String>,
}

impl DocumentError {
    pub(super) fn unless_empty(mut problems: Vec<String>) -> Result<(), Self> {
        problems.sort();
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// One sentence for each problem: what was found, and the fix.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the OpenAPI document does not say what is served:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

/// As [`Display`](fmt::Display): it is shown when `main` returns it, and when a test calls `unwrap`.
impl fmt::Debug for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for DocumentError {}
