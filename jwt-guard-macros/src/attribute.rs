//! The three attributes.

use std::fmt;

use proc_macro2::Ident;

/// One of the attributes that state a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    AnonymousAllowed,
    AuthenticationRequired,
    Requires,
}

impl Attribute {
    const ALL: [Self; 3] = [Self::AnonymousAllowed, Self::AuthenticationRequired, Self::Requires];

    /// The attribute with this name, if any.
    pub(crate) fn named(ident: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| ident == attribute.name())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AnonymousAllowed => "anonymous_allowed",
            Self::AuthenticationRequired => "authentication_required",
            Self::Requires => "requires",
        }
    }
}

/// The attribute as it is written: `#[requires(..)]`.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#[{}(..)]", self.name())
    }
}
