//! Collects all problems of a configuration.

use std::error::Error;
use std::fmt;

/// An invalid configuration, with all of its problems.
///
/// `Display` and `Debug` list the problems, one a line, each with what was found, what was expected and the fix; so the
/// list is readable if `main` returns the error.
pub struct ConfigError {
    problems: Vec<Problem>,
}

struct Problem {
    text: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ConfigError {
    /// The problems, in the order of the configuration.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(|problem| problem.text.clone())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => write!(f, "the guard cannot be built: {}", one.text),
            many => {
                write!(f, "the guard cannot be built, for {} reasons:", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n- {}", problem.text))
            }
        }
    }
}

/// As `Display`.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause = self.problems.iter().find_map(|problem| problem.cause.as_deref())?;
        Some(cause)
    }
}

/// Collects problems, so that the first one does not hide the others.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn setting(&mut self, text: impl Into<String>) {
        self.0.push(Problem { text: text.into(), cause: None });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value, or records the problem.
    pub(crate) fn keep<T, E: Error + Send + Sync + 'static>(&mut self, result: Result<T, E>) -> Option<T> {
        let note = |error: E| self.0.push(Problem { text: error.to_string(), cause: Some(Box::new(error)) });
        result.map_err(note).ok()
    }

    /// The value, if there were no problems.
    pub(crate) fn or<T>(self, value: T) -> Result<T, ConfigError> {
        if self.0.is_empty() { Ok(value) } else { Err(ConfigError { problems: self.0 }) }
    }
}

/// Shows the problems, as [`ConfigError`] does.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|problem| &problem.text)).finish()
    }
}
