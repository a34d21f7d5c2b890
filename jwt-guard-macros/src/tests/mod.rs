//! Tests of whole expansions.

mod enforcement;
mod expansions;
mod login;
mod messages;
mod robustness;
mod vocabulary;

use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;

use crate::attribute::Attribute;
use crate::expand;

/// Expands `#[attribute(arguments)]` above an item, and returns the tokens with the messages.
fn expand(attribute: Attribute, arguments: &str, item: &str) -> (TokenStream, Vec<String>) {
    let (tokens, errors) = expand::invocation(attribute, tokens(arguments), tokens(item));
    (tokens, errors.iter().map(ToString::to_string).collect())
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Compares an expansion without mistakes with `snapshots/<name>.rs`.
///
/// `UPDATE_SNAPSHOTS=1 cargo test -p jwt-guard-macros` rewrites the files. Read the difference before you commit.
#[track_caller]
fn assert_snapshot(name: &str, attribute: Attribute, arguments: &str, item: &str) {
    let (tokens, messages) = expand(attribute, arguments, item);
    assert_eq!(messages, Vec::<String>::new());
    assert_tokens(name, tokens);
}

/// Compares an expansion with `snapshots/<name>.rs`.
#[track_caller]
fn assert_tokens(name: &str, tokens: TokenStream) {
    let mut file: syn::File = syn::parse2(tokens).expect("the expansion is a list of items");
    file.items.iter_mut().for_each(show_policy);
    let found = prettyplease::unparse(&file);
    let path = format!("{}/src/tests/snapshots/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name}: set UPDATE_SNAPSHOTS=1 to accept");
}

/// Writes the call of the macro for the hidden type as a constant, which can be formatted:
/// `path! { #[cfg(..)] pub __JwtGuardList = (..), (..) }` as `#[cfg(..)] pub const __JwtGuardList: path = ..;`.
fn show_policy(item: &mut syn::Item) {
    let syn::Item::Macro(call) = item else { return };
    let (path, tokens) = (call.mac.path.clone(), call.mac.tokens.clone());
    let read = |input: syn::parse::ParseStream<'_>| {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let (visibility, name) = (input.parse::<syn::Visibility>()?, input.parse::<syn::Ident>()?);
        input.parse::<syn::Token![=]>()?;
        let values = input.call(Punctuated::<syn::ExprParen, syn::Token![,]>::parse_terminated)?;
        let mut values = values.into_iter().map(|value| value.expr);
        let (rule, evaluated) = (values.next(), values.next());
        assert_eq!(evaluated, Some(syn::parse_quote!(<#name as ::jwt_guard::__private::Policy>::RULE)));
        Ok(syn::parse_quote!(#(#attributes)* #visibility const #name: #path = #rule;))
    };
    *item = syn::parse::Parser::parse2(read, tokens).expect("a name and its policy");
}

/// Every identifier of an expansion, in groups too.
fn identifiers(tokens: TokenStream) -> Vec<String> {
    let of_token = |token| match token {
        TokenTree::Group(group) => identifiers(group.stream()),
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    };
    tokens.into_iter().flat_map(of_token).collect()
}
