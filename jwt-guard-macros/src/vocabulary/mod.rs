//! The macros `scopes! { .. }` and `roles! { .. }`: an enum whose variants are the names that tokens have.
//!
//! As for the attributes: parse each part as far as possible, validate, and emit data. After a mistake the enum is there
//! all the same, so that the user sees only our messages.

mod cycles;
mod description;
mod expand;
mod implied;
mod parse;
mod subject;
mod validate;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, LitStr, Visibility};

use self::subject::Subject;
use crate::crate_path::CratePath;
use crate::errors::ErrorSink;

/// What the names of a vocabulary are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scopes,
    Roles,
}

/// A vocabulary as it was written.
#[derive(Debug)]
struct Vocabulary {
    crate_path: CratePath,
    attributes: Vec<Attribute>,
    visibility: Visibility,
    subject: Subject,
    terms: Vec<Term>,
}

/// One name: `OrdersWrite = "orders:write" implies [OrdersRead]`.
#[derive(Debug)]
struct Term {
    attributes: Vec<Attribute>,
    variant: Ident,
    /// The name that tokens have; `None` after a reported mistake.
    text: Option<LitStr>,
    /// Variants of the same enum.
    implied: Vec<Ident>,
}

impl Kind {
    /// As a user writes the macro.
    fn call(self) -> &'static str {
        match self {
            Self::Scopes => "scopes!",
            Self::Roles => "roles!",
        }
    }

    /// One of its names.
    fn noun(self) -> &'static str {
        match self {
            Self::Scopes => "scope",
            Self::Roles => "role",
        }
    }

    /// The legal form of one name.
    fn example(self) -> &'static str {
        match self {
            Self::Scopes => r#"OrdersRead = "orders:read""#,
            Self::Roles => r#"Clerk = "clerk""#,
        }
    }

    /// The legal form of all.
    fn written(self) -> &'static str {
        match self {
            Self::Scopes => r#"it is written `scopes! { pub enum Scope { OrdersRead = "orders:read" } }`"#,
            Self::Roles => r#"it is written `roles! { pub enum Role { Clerk = "clerk" } }`"#,
        }
    }
}

/// Expands one call.
pub(crate) fn invocation(kind: Kind, input: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = ErrorSink::new();
    let tokens = parse::vocabulary(kind, input, &mut errors).map(|written| {
        let legal = validate::vocabulary(written, &mut errors);
        expand::vocabulary(&legal)
    });
    (tokens.unwrap_or_default(), errors.finish())
}
