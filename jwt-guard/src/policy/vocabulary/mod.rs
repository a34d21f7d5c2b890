//! The names that an application declares: its scopes and its roles, with descriptions and implications.

mod asked;
mod constant;

use std::fmt;

pub(crate) use asked::{NameKind, names};
pub use constant::{AnEnumByHandHasAConstFnAsBytes, role, role_name, scope, scope_name};

/// The scopes of an application as an enum; [`scopes!`](macro@crate::scopes) implements it. An enum by hand needs a method
/// `pub const fn as_bytes(self) -> &'static [u8]` beside it.
///
/// That method gives the name; attributes call it, because a method of a trait cannot be called in a constant. `TERMS` and
/// `as_bytes` must say the same.
///
/// ```
/// use jwt_guard::policy::{Scopes, Term};
///
/// enum Scope {
///     Read,
/// }
///
/// impl Scope {
///     const fn as_bytes(self) -> &'static [u8] {
///         match self {
///             Self::Read => b"orders:read",
///         }
///     }
/// }
///
/// impl Scopes for Scope {
///     const TERMS: &'static [Term] = &[Term::new("orders:read").with_description("See orders.")];
/// }
///
/// #[jwt_guard::requires(scope = Scope::Read)]
/// async fn list() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list scopes; declare it by `jwt_guard::scopes! {{ enum Scope {{ OrdersRead \
               = \"orders:read\" }} }}`",
    label = "not an enum of `scopes!`"
)]
pub trait Scopes: 'static {
    /// Every scope, in the order of the declaration.
    const TERMS: &'static [Term];
}

/// The roles of an application as an enum: as [`Scopes`] for scopes; [`roles!`](macro@crate::roles) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list roles; declare it by `jwt_guard::roles! {{ enum Role {{ Clerk = \
               \"clerk\" }} }}`",
    label = "not an enum of `roles!`"
)]
pub trait Roles: 'static {
    /// Every role, in the order of the declaration.
    const TERMS: &'static [Term];
}

/// One declared scope or role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    name: &'static str,
    description: Option<&'static str>,
    implied: &'static [&'static str],
}

impl Term {
    /// A name without a description, which implies nothing.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, description: None, implied: &[] }
    }

    /// Says what the name is for, in one line.
    #[must_use]
    pub const fn with_description(self, description: &'static str) -> Self {
        Self { description: Some(description), ..self }
    }

    /// Names what a caller with this name has too.
    #[must_use]
    pub const fn with_implied(self, implied: &'static [&'static str]) -> Self {
        Self { implied, ..self }
    }

    /// The name, as tokens have it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is for.
    pub const fn description(&self) -> Option<&'static str> {
        self.description
    }

    /// What it implies directly.
    pub const fn implied(&self) -> &'static [&'static str] {
        self.implied
    }
}

/// A text that a vocabulary does not declare: the error of the `FromStr` of its enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDeclared(String);

impl NotDeclared {
    #[doc(hidden)]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for NotDeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the vocabulary does not declare {:?}", self.0)
    }
}

impl std::error::Error for NotDeclared {}

/// The vocabulary of one guard.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// `None` if none is declared: then no scope is unknown.
    pub(crate) scopes: Option<Vec<Term>>,
    /// Likewise.
    pub(crate) roles: Option<Vec<Term>>,
    /// Whether a router with names that are not declared is refused.
    pub(crate) denies_undeclared: bool,
}

impl Vocabulary {
    /// The declared names of a kind.
    pub(crate) fn of(&self, kind: NameKind) -> Option<&[Term]> {
        match kind {
            NameKind::Scope => self.scopes.as_deref(),
            NameKind::Role => self.roles.as_deref(),
        }
    }

    /// What a name is for.
    pub(crate) fn description(&self, kind: NameKind, name: &str) -> Option<&'static str> {
        self.of(kind)?.iter().find(|term| term.name == name)?.description
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_keeps_what_it_was_told_in_any_order() {
        let one = Term::new("a").with_description("Read.").with_implied(&["b"]);
        let other = Term::new("a").with_implied(&["b"]).with_description("Read.");
        for term in [one, other] {
            assert_eq!((term.name(), term.description(), term.implied()), ("a", Some("Read."), &["b"][..]));
        }
    }
}
