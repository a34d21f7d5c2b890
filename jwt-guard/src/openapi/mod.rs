//! OpenAPI documents that say what the policies enforce.
//!
//! The attribute above a handler is the only place where its policy stands. A document gets it from there: who may call, by
//! which schemes, and what a refusal looks like. So `security`, the answers 400, 401, 403 and 503, and `x-access-policy` cannot
//! differ from what is enforced.
//!
//! Two libraries are supported: [utoipa 6](utoipa_6) by the feature `utoipa-6`, and [aide 0.15](aide_0_15) by the feature
//! `aide-0-15`. With both, a handler without a policy does not compile.
//!
//! # What a document says
//!
//! | the policy | `security` |
//! |---|---|
//! | `authentication_required` | one alternative for each place of a token |
//! | `requires(scope = "a")` | the same, with `a` |
//! | `requires(any(scope = "a", scope = "b"))` | the same for each of them |
//! | `requires(role = "a")` | `a` among the names, where the scheme is not one of OAuth 2 |
//! | `anonymous_allowed` | *optional*: `{}`, and each place of a token |
//! | `anonymous_allowed(credentials = "ignored")` | `[]`: nothing is looked at |
//!
//! What `security` has no words for, such as claims, stands in the description. Hidden routes are left out. The `reason` of a
//! policy is for its authors, and is not written.
//!
//! The schemes are those of the guard that decides the route: [`JwtGuard::openapi`](crate::JwtGuard::openapi) says how they are
//! called, and changes it.

mod answers;
mod document;
mod error;
mod options;
mod schemes;
mod security;
mod write;

#[cfg(feature = "aide-0-15")]
pub mod aide_0_15;
#[cfg(feature = "utoipa-6")]
pub mod utoipa_6;

use crate::router::AccessTable;
pub use error::DocumentError;
pub use options::DocumentOptions;
pub use schemes::Schemes;

/// An OpenAPI document of a library that is supported: `utoipa::openapi::OpenApi` or `aide::openapi::OpenApi`.
pub trait Document: write::Write {}

impl AccessTable {
    /// Writes the policies into a document, with the schemes of their guards, and compares the two.
    ///
    /// Adds the operations that the router keeps, from [`routes!`](crate::routes) or from the verbs of
    /// `aide_0_15`; finds the others by method and path.
    ///
    /// # Errors
    ///
    /// Everything that only one side knows: routes that are documented and not served, or served and not documented; and
    /// security schemes that are not defined. The document is changed all the same.
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
    /// Puts the schemes of the guard into a document that no access table belongs to, such as that of aide's own `ApiRouter`.
    /// Takes hidden routes out.
    ///
    /// # Errors
    ///
    /// Security schemes that are asked for and not defined.
    pub fn resolve(&self, document: &mut impl Document) -> Result<(), DocumentError> {
        document::resolve(self, false, document)
    }

    /// As [`resolve`](Self::resolve), and keeps hidden routes.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn resolve_with_hidden_routes(&self, document: &mut impl Document) -> Result<(), DocumentError> {
        document::resolve(self, true, document)
    }
}
