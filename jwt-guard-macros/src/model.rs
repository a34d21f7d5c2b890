//! What was read, and what is legal.
//!
//! `Parsed…` types hold what the user wrote, mistakes in meaning included, with every span. [`Policy`] holds only
//! legal states; tokens are made from nothing else.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute as OuterAttribute, ExprPath, LitStr, Path, Signature, Type, Visibility};

use crate::crate_path::CratePath;
use crate::keys::Key;

/// One argument, of the right shape for its key.
#[derive(Debug)]
pub(crate) struct ParsedArgument {
    pub(crate) key: &'static Key,
    pub(crate) ident: Ident,
    pub(crate) value: ParsedValue,
}

#[derive(Debug)]
pub(crate) enum ParsedValue {
    Bare,
    Name(Name),
    Claim { parentheses: Span, path: Vec<LitStr>, value: Literal },
    Conditions { parentheses: Span, arguments: Vec<ParsedArgument>, complete: bool },
    Type(Type),
    Path(Path),
    Text(LitStr),
}

/// A function, of which only the signature was read: the body may be anything.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) attributes: Vec<OuterAttribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

/// What a handler takes, beside what the attribute adds. A parameter that is only there under a `cfg` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    Something,
}

/// A policy without mistakes.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) access: Access,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) refusal: Refusal,
    pub(crate) reason: Option<LitStr>,
    pub(crate) crate_path: CratePath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anonymous,
    AnonymousIfExpired,
    /// Everybody, and nothing that a request carries is looked at.
    AnyoneUnseen,
    Authenticated,
    /// As `Authenticated`, by a refresh token instead of an access token.
    AuthenticatedToRefresh,
}

/// How a caller is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    Answer,
    NotFound,
    Redirect(LitStr),
}

#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Scope(Name),
    Role(Name),
    Claim(Vec<LitStr>, Literal),
    Fresh,
    Policy(Type),
}

/// The name of a scope or a role.
#[derive(Debug)]
pub(crate) enum Name {
    Literal(LitStr),
    Constant(ExprPath),
}

/// What a claim is compared with.
#[derive(Debug)]
pub(crate) enum Literal {
    Text(LitStr),
    Integer(i64),
    Bool(bool),
}
