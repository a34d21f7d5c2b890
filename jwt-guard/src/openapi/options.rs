//! The options of a document.

use super::schemes::Schemes;

/// The options of a document, for [`AccessTable::document_with`](crate::routing::AccessTable::document_with).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DocumentOptions {
    schemes: Vec<Schemes>,
    hidden: bool,
    undocumented: Vec<String>,
    elsewhere: Vec<String>,
}

impl DocumentOptions {
    /// The defaults: all routes but hidden ones, and the default names of schemes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the schemes of a guard. May be called for several guards. If it is called once, routes without a guard of
    /// their own are documented with this one.
    pub fn schemes(mut self, schemes: Schemes) -> Self {
        self.schemes.push(schemes);
        self
    }

    /// Keeps routes that are hidden by `deny_as = "not_found"`, for a document that only insiders read. By default they
    /// are removed.
    pub fn with_hidden_routes(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Allows the route at this path to be undocumented; `path` is that of the access table.
    pub fn undocumented(mut self, path: impl Into<String>) -> Self {
        self.undocumented.push(path.into());
        self
    }

    /// Allows the operations at this path to have no row in the access table, because a service serves them. They keep
    /// their `security`.
    pub fn elsewhere(mut self, path: impl Into<String>) -> Self {
        self.elsewhere.push(path.into());
        self
    }

    pub(super) fn named_schemes(&self) -> &[Schemes] {
        &self.schemes
    }

    pub(super) fn shows_hidden(&self) -> bool {
        self.hidden
    }

    pub(super) fn is_undocumented(&self, path: &str) -> bool {
        self.undocumented.iter().any(|known| known == path)
    }

    pub(super) fn is_elsewhere(&self, path: &str) -> bool {
        self.elsewhere.iter().any(|known| known == path)
    }
}
