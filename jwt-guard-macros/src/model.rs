//! The types of what was parsed, and of what is legal.
//!
//! `Parsed…` types hold what the user wrote, mistakes in meaning included, with every span. [`Policy`] holds only legal
//! states, and tokens are made from it alone.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute as OuterAttribute, ExprPath, LitStr, Path, Signature, Type, Visibility};

use crate::crate_path::CratePath;
use crate::keys::Key;

/// The prefix of the name of every hidden type that carries a policy.
pub(crate) const HIDDEN_PREFIX: &str = "__JwtGuard";

/// The arguments of one attribute, or of one group, in the order in which they were written.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) conditions: Vec<ParsedCondition>,
    pub(crate) settings: Vec<ParsedSetting>,
}

#[derive(Debug)]
pub(crate) struct ParsedCondition {
    pub(crate) key: &'static Key,
    pub(crate) ident: Ident,
    pub(crate) value: ConditionValue,
}

#[derive(Debug)]
pub(crate) enum ConditionValue {
    All(Group),
    Any(Group),
    Not(Group),
    Scope(Name),
    Role(Name),
    Claim { parentheses: Span, path: Vec<LitStr>, value: Literal },
    Fresh,
    MaxAge(LitStr),
    Acr { place: Span, values: Vec<Name> },
    Owner(LitStr),
    Path { parameter: LitStr, parentheses: Span, claim: Vec<LitStr> },
    Policy(Type),
}

/// `(condition, ..)`
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) parentheses: Span,
    pub(crate) conditions: Vec<ParsedCondition>,
    /// Every condition could be read.
    pub(crate) complete: bool,
}

#[derive(Debug)]
pub(crate) struct ParsedSetting {
    pub(crate) key: &'static Key,
    pub(crate) ident: Ident,
    pub(crate) value: SettingValue,
}

#[derive(Debug)]
pub(crate) enum SettingValue {
    Check(Path),
    Crate(Path),
    Credentials(LitStr),
    DenyAs(LitStr),
    Enforcement(LitStr),
    Expired(LitStr),
    Reason(LitStr),
    Redirect(LitStr),
    Token(LitStr),
}

/// A function of which only the signature was parsed: the body may be anything.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) attributes: Vec<OuterAttribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

/// Whether a handler has parameters beside the one that the attribute adds. One under a `cfg` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Params {
    None,
    Some,
}

/// A policy without mistakes.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) access: Access,
    pub(crate) conditions: Vec<Condition>,
    /// Functions that are asked after the conditions.
    pub(crate) checks: Vec<Path>,
    pub(crate) refusal: Refusal,
    pub(crate) enforcement: Enforcement,
    pub(crate) reason: Option<LitStr>,
    pub(crate) crate_path: CratePath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anonymous,
    AnonymousIfExpired,
    /// Every caller; the credentials of the request are ignored.
    AnyoneUnseen,
    Authenticated,
    /// As `Authenticated`, with a refresh token instead of an access token.
    AuthenticatedToRefresh,
}

/// Whether callers are refused, or what would be refused is only logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Enforcement {
    #[default]
    Enforced,
    ReportOnly,
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
    /// The longest time since the login, in seconds.
    MaxAge(u64),
    /// The login has one of these values.
    Acr(Vec<Name>),
    /// The path parameter with this name is the caller's subject.
    Owner(LitStr),
    /// The path parameter with this name equals the claim at this path.
    PathClaim(LitStr, Vec<LitStr>),
    Policy(Type),
}

/// The name of a scope or a role.
#[derive(Debug)]
pub(crate) enum Name {
    Literal(LitStr),
    Constant(ExprPath),
}

/// The literal that a claim is compared with.
#[derive(Debug)]
pub(crate) enum Literal {
    Text(LitStr),
    Integer(i64),
    Bool(bool),
}
