//! The names in the expansions of the attributes. Not part of the public API: it may change in any release.

pub use std::string::String;
pub use std::time::Duration;

pub use http::request::Parts;

pub use crate::extract::Guarded;
pub use crate::extract::check::{Check, CheckAnswer, CheckInput, Checked, probe};
#[cfg(feature = "utoipa-6")]
pub use crate::openapi::utoipa_6::{documented, no_routes};
pub use crate::policy::check::SomeCheck;
pub use crate::policy::hidden::an_attribute_stands_above_a_free_function_outside_of_impl_blocks;
pub use crate::policy::scope_name::text;
pub use crate::policy::vocabulary::{AnEnumByHandHasAConstFnAsBytes, role, role_name, scope, scope_name};
pub use crate::policy::{
    ClaimValue, DenyAs, NotDeclared, Policy, Requirement, Roles, Rule, Scopes, Term, check_acr,
};
pub use crate::token::TokenKind;
#[cfg(feature = "utoipa-6")]
pub use jwt_guard_macros::documented as documented_at_its_name;
#[cfg(feature = "utoipa-6")]
pub use utoipa_axum;
