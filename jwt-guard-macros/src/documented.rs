//! One handler of `routes!`, as a call whose every token stands at the name of the handler: that is where the compiler points
//! when the handler declares no policy.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote_spanned;

/// Takes `$crate`, which names the runtime crate, and the path of the handler.
pub(crate) fn call(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let Some(mut runtime) = tokens.next() else { return TokenStream::new() };
    let handler: TokenStream = tokens.collect();
    let last = handler.clone().into_iter().last();
    let at = last.as_ref().map_or_else(|| runtime.span(), TokenTree::span);
    runtime.set_span(runtime.span().located_at(at));
    quote_spanned! { at =>
        #runtime::__private::documented(#runtime::__private::utoipa_axum::routes!(#handler), #handler)
    }
}
