//! Everything that is wrong with a configuration, at once.

use std::error::Error;
use std::fmt;

use crate::keys::KeyError;

/// A configuration that cannot protect anything, with every problem it has.
///
/// `Display` lists the problems, one a line, each with what was found, what was expected and the fix.
#[derive(Debug)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

#[derive(Debug)]
enum Problem {
    Key(KeyError),
    Setting(String),
}

impl ConfigError {
    /// The problems, in the order of the configuration.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(ToString::to_string)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => write!(f, "the guard cannot be built: {one}"),
            many => {
                write!(f, "the guard cannot be built, for {} reasons:", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problems.iter().find_map(|problem| match problem {
            Problem::Key(error) => Some(error as &dyn Error),
            Problem::Setting(_) => None,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Setting(text) => f.write_str(text),
        }
    }
}

/// Collects problems, so that the second is found even after the first.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn setting(&mut self, text: impl Into<String>) {
        self.0.push(Problem::Setting(text.into()));
    }

    pub(crate) fn key(&mut self, error: KeyError) {
        self.0.push(Problem::Key(error));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps the value, or notes the problem.
    pub(crate) fn keep<T>(&mut self, result: Result<T, KeyError>) -> Option<T> {
        result.map_err(|error| self.key(error)).ok()
    }

    /// The value, if nothing was wrong with any.
    pub(crate) fn or<T>(self, value: T) -> Result<T, ConfigError> {
        if self.0.is_empty() { Ok(value) } else { Err(ConfigError { problems: self.0 }) }
    }
}
