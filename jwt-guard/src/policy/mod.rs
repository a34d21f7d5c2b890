//! Who may call a handler, as data.
//!
//! A policy is a constant: the attributes write it, the guard evaluates it, and the challenge, the access table and
//! tests read it. Nothing here runs code of the application, and the macros decide nothing: the decision is library
//! code.

pub(crate) mod check;
pub(crate) mod evaluate;
pub(crate) mod facts;
pub(crate) mod hidden;
pub(crate) mod login;
mod needs;
pub(crate) mod path;
mod reads;
mod requirement;
mod rule;
pub(crate) mod scope_name;
pub(crate) mod vocabulary;
mod way;

pub use crate::claims::names::NameSet;
pub use crate::token::{TokenKind, TokenSource};
pub use check::{AnyCheck, NoCheck};
pub use needs::{Credentials, Needs};
pub use requirement::{ClaimValue, Requirement};
pub(crate) use rule::Params;
pub use rule::{Access, Declaration, DenyAs, Enforcement, Rule};
pub use scope_name::{check_acr, check_name, check_scope};
pub(crate) use scope_name::{is_name, is_scope, is_scope_list};
pub use vocabulary::{NotDeclared, Roles, Scopes, Term};
pub use way::Way;

/// A policy as a type, for several handlers to share, or written by hand.
///
/// The attributes implement this trait for a hidden type beside each handler. Implement it for a policy that several
/// handlers use:
///
/// ```
/// use jwt_guard::policy::{Policy, Requirement, Rule};
///
/// pub struct CanBook;
///
/// impl Policy for CanBook {
///     const RULE: Rule = Rule::authenticated().with_requirement(Requirement::All(&[
///         Requirement::Scope("orders:write"),
///         Requirement::Any(&[Requirement::Role("clerk"), Requirement::Role("manager")]),
///     ]));
/// }
///
/// #[jwt_guard::requires(policy = CanBook)]
/// async fn book() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a type that implements `jwt_guard::policy::Policy`",
    note = "a policy is a unit type with `impl jwt_guard::policy::Policy for {Self} {{ const RULE: Rule = ..; }}`"
)]
pub trait Policy: 'static {
    /// The policy.
    const RULE: Rule;
}
