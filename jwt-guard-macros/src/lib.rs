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

/// A part of `jwt_guard::routes`.
#[doc(hidden)]
#[proc_macro]
pub fn documented(input: TokenStream) -> TokenStream {
    documented::call(input.into()).into()
}

fn run(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (mut tokens, errors) = expand::invocation(attribute, arguments.into(), item.into());
    tokens.extend(errors.into_iter().map(|error| error.into_compile_error()));
    tokens.into()
}
