//! The sources of `jwt-guard-macros`, without its entry points.
#![allow(dead_code, unused_imports, reason = "parts of them are used by the entry points alone")]

#[path = "../../../jwt-guard-macros/src/attribute.rs"]
mod attribute;
#[path = "../../../jwt-guard-macros/src/check/mod.rs"]
mod check;
#[path = "../../../jwt-guard-macros/src/crate_path.rs"]
mod crate_path;
#[path = "../../../jwt-guard-macros/src/errors.rs"]
mod errors;
#[path = "../../../jwt-guard-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../../jwt-guard-macros/src/keys/mod.rs"]
mod keys;
#[path = "../../../jwt-guard-macros/src/model.rs"]
mod model;
#[path = "../../../jwt-guard-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../../jwt-guard-macros/src/validate/mod.rs"]
mod validate;

use proc_macro2::TokenStream;

use attribute::Attribute;

/// An expansion, and the messages of its mistakes.
pub type Expanded = (TokenStream, Vec<syn::Error>);

pub fn anonymous_allowed(arguments: TokenStream, item: TokenStream) -> Expanded {
    expand::invocation(Attribute::AnonymousAllowed, arguments, item)
}

pub fn authentication_required(arguments: TokenStream, item: TokenStream) -> Expanded {
    expand::invocation(Attribute::AuthenticationRequired, arguments, item)
}

pub fn requires(arguments: TokenStream, item: TokenStream) -> Expanded {
    expand::invocation(Attribute::Requires, arguments, item)
}

pub fn check(arguments: TokenStream, item: TokenStream) -> Expanded {
    check::invocation(arguments, item)
}
