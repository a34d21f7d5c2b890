//! The error of a store.

use std::error::Error;
use std::fmt;

/// A store could not answer, or could not record a change.
///
/// It is never a verdict on a token: the request is answered with 503. The cause is kept as `source`.
#[derive(Debug)]
pub struct StoreError {
    what: &'static str,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// A failure, with a short message such as `the server does not answer`.
    pub fn new(what: &'static str) -> Self {
        Self { what, source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token store failed: {}", self.what)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
