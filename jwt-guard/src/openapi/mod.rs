//! Writes the policies into OpenAPI documents.
//!
//! The attribute above a handler is the only source of its policy. The document gets it from there: who may call, with
//! which schemes, and what a refusal looks like. So `security`, the answers of the guard, and
//! `x-access-policy` cannot differ from what is enforced.
//!
//! Two libraries are supported: [utoipa 6](utoipa_6) by the feature `utoipa-6`, and [aide 0.15](aide_0_15) by the feature
//! `aide-0-15`. With both, a handler without a policy does not compile.
//!
//! # Contents of a document
//!
//! | the policy | `security` |
//! |---|---|
//! | `authentication_required` | one alternative for each place of a token |
//! | `requires(scope = "a")` | the same, with `a` |
//! | `requires(any(scope = "a", scope = "b"))` | the same for each of them |
//! | `requires(role = "a")` | `a` among the names, where the scheme is not one of OAuth 2 |
//! | `anonymous_allowed` | *optional*: `{}`, and each place of a token |
//! | `requires(.., enforcement = "report_only")` | *optional* too, and no refusal among the answers |
//! | `anonymous_allowed(credentials = "ignored")` | `[]`: nothing is looked at |
//!
//! The description has what `security` cannot express, such as claims. Hidden routes are left out. The `reason` of a
//! policy is for its authors, and is not written.
//!
//! What a scope or a role is for comes from the [vocabulary](crate::setup::Builder::scopes) of the guard, for each name that
//! an operation of the document asks for: in the `scopes` of an OAuth 2 flow, and as a list in the description of every
//! other scheme that takes the token of such a policy.
//!
//! The schemes are those of the guard that decides the route. [`JwtGuard::openapi`](crate::JwtGuard::openapi) lists and
//! changes their names.

mod answers;
mod document;
mod error;
mod options;
mod schemes;
pub(crate) mod security;
mod write;

#[cfg(all(test, feature = "aide-0-15", feature = "utoipa-6"))]
mod tests;

#[cfg(feature = "aide-0-15")]
pub mod aide_0_15;
#[cfg(feature = "utoipa-6")]
pub mod utoipa_6;

use crate::router::AccessTable;
pub use error::DocumentError;
pub use options::DocumentOptions;
pub use schemes::Schemes;

/// An OpenAPI document of a supported library: `utoipa::openapi::OpenApi` or `aide::openapi::OpenApi`.
pub trait Document: write::Write {}

impl AccessTable {
    /// Writes the policies into a document, with the schemes of their guards, and compares the two.
    ///
    /// Adds the operations that the router keeps, from [`routes!`](crate::routes) or from the verbs of
    /// `aide_0_15`; finds the others by method and path.
    ///
    /// # Errors
    ///
    /// Routes that are documented but not served, or served but not documented; and undefined security schemes. The
    /// document is changed all the same.
    pub fn document(&self, document: &mut impl Document) -> Result<(), DocumentError> {
        self.document_with(&DocumentOptions::new(), document)
    }

    /// As [`document`](Self::document), with names and exceptions.
    ///
    /// # Errors
    ///
    /// As [`document`](Self::document).
    pub fn document_with(
        &self,
        options: &DocumentOptions,
        document: &mut impl Document,
    ) -> Result<(), DocumentError> {
        document::write(self, options, document)
    }
}

impl Schemes {
    /// Inserts the schemes of the guard into a document without an access table, such as that of aide's own
    /// `ApiRouter`. Removes hidden routes.
    ///
    /// # Errors
    ///
    /// Security schemes that are used but not defined.
    pub fn resolve(&self, document: &mut impl Document) -> Result<(), DocumentError> {
        document::resolve(self, false, document)
    }

    /// As [`resolve`](Self::resolve), but keeps hidden routes.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn resolve_with_hidden_routes(&self, document: &mut impl Document) -> Result<(), DocumentError> {
        document::resolve(self, true, document)
    }
}
