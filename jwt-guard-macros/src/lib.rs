//! The attributes of the `jwt-guard` crate, which re-exports and documents them.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable
    )
)]

mod attribute;
mod check;
mod crate_path;
mod documented;
mod errors;
mod expand;
mod keys;
mod model;
mod parse;
#[cfg(test)]
mod tests;
mod validate;
mod vocabulary;

use proc_macro::TokenStream;

use attribute::Attribute;

#[doc = include_str!("../docs/anonymous_allowed.md")]
#[proc_macro_attribute]
pub fn anonymous_allowed(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(Attribute::AnonymousAllowed, arguments, item)
}

#[doc = include_str!("../docs/authentication_required.md")]
#[proc_macro_attribute]
pub fn authentication_required(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(Attribute::AuthenticationRequired, arguments, item)
}

#[doc = include_str!("../docs/requires.md")]
#[proc_macro_attribute]
pub fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    run(Attribute::Requires, arguments, item)
}

#[doc = include_str!("../docs/check.md")]
#[proc_macro_attribute]
pub fn check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    with_errors(check::invocation(arguments.into(), item.into()))
}

#[doc = include_str!("../docs/scopes.md")]
#[proc_macro]
pub fn scopes(input: TokenStream) -> TokenStream {
    with_errors(vocabulary::invocation(vocabulary::Kind::Scopes, input.into()))
}

#[doc = include_str!("../docs/roles.md")]
#[proc_macro]
pub fn roles(input: TokenStream) -> TokenStream {
    with_errors(vocabulary::invocation(vocabulary::Kind::Roles, input.into()))
}

/// A part of `jwt_guard::routes`.
#[doc(hidden)]
#[proc_macro]
pub fn documented(input: TokenStream) -> TokenStream {
    documented::call(input.into()).into()
}

fn run(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> TokenStream {
    with_errors(expand::invocation(attribute, arguments.into(), item.into()))
}

fn with_errors((mut tokens, errors): (proc_macro2::TokenStream, Vec<syn::Error>)) -> TokenStream {
    tokens.extend(errors.into_iter().map(|error| error.into_compile_error()));
    tokens.into()
}
