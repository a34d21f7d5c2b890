//! Expands one handler of `routes!` to a call whose tokens all have the span of the handler's name: there the compiler
//! points when the handler declares no policy.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote_spanned;

/// Takes `$crate`, which names the runtime crate, and the path of the handler. `$crate` keeps the span of the macro
/// that wrote it, so it must not be part of the call itself.
pub(crate) fn call(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let Some(runtime) = tokens.next() else { return TokenStream::new() };
    let handler: TokenStream = tokens.collect();
    let last = handler.clone().into_iter().last();
    let at = last.as_ref().map_or_else(|| runtime.span(), TokenTree::span);
    let call = quote_spanned! { at => __jwt_guard_document(__jwt_guard_operation, #handler) };
    quote_spanned! { at =>
        {
            use #runtime::__private::documented as __jwt_guard_document;
            let __jwt_guard_operation = #runtime::__private::utoipa_axum::routes!(#handler);
            #call
        }
    }
}
