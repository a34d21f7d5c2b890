//! Names and policies that several handlers share.

use jwt_guard::policy::{Policy, Requirement, Rule};

/// May work with orders.
pub const WRITE: &str = "orders:write";

/// Clerks and managers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Staff;

impl Policy for Staff {
    const RULE: Rule = Rule::authenticated()
        .with_requirement(Requirement::Any(&[Requirement::Role("clerk"), Requirement::Role("manager")]));
}

jwt_guard::scopes! {
    /// What a token allows.
    #[non_exhaustive]
    pub enum Scope {
        /// See orders.
        Read = "orders:read",
        /// Change orders.
        Write = "orders:write" implies Read,
    }
}
