//! Parses lists of arguments: of an attribute, and of `all(..)`, `any(..)` and `not(..)`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{ExprPath, Lit, Token};

use super::{operator, value};
use crate::errors::ErrorSink;
use crate::keys::{ArgumentPlace, Key, KeyId};
use crate::model::{Arguments, ParsedCondition, ParsedSetting};

/// Reads a comma-separated list of arguments.
///
/// Never fails: it reports an argument with a mistake and skips it up to the next comma.
pub(crate) fn arguments(tokens: TokenStream, place: ArgumentPlace, errors: &mut ErrorSink) -> Arguments {
    let mut arguments = Arguments::default();
    let read = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key = argument(input, place, &mut arguments, errors);
            end_of_argument(key, input, errors);
        }
        Ok(())
    };
    if let Err(error) = read.parse2(tokens) {
        errors.push_at(error.span(), error);
    }
    arguments
}

/// Reads one argument into its list. Returns its key, or `None` after a mistake.
fn argument(
    input: ParseStream<'_>,
    place: ArgumentPlace,
    arguments: &mut Arguments,
    errors: &mut ErrorSink,
) -> Option<&'static Key> {
    if operator::report(input, errors) {
        skip(input);
        return None;
    }
    let Some(ident) = key_ident(input, place, errors) else {
        skip(input);
        return None;
    };
    let key = match Key::resolve(&ident.to_string(), place) {
        Ok(key) => key,
        Err(message) => {
            errors.push(&ident, message);
            skip(input);
            return None;
        }
    };
    let read = match key.id {
        KeyId::Condition(id) => value::condition(id, key, &ident, input, errors)
            .map(|value| arguments.conditions.push(ParsedCondition { key, ident, value })),
        KeyId::Setting(id) => value::setting(id, key, &ident, input, errors)
            .map(|value| arguments.settings.push(ParsedSetting { key, ident, value })),
    };
    if read.is_none() {
        skip(input);
    }
    read.map(|()| key)
}

/// Parses the key, or reports what is in its place.
fn key_ident(input: ParseStream<'_>, place: ArgumentPlace, errors: &mut ErrorSink) -> Option<Ident> {
    let path_follows = input.peek(syn::Ident::peek_any) && input.peek2(Token![::]);
    if input.peek(syn::Ident::peek_any) && !path_follows && !input.peek(Lit) {
        return input.call(Ident::parse_any).ok();
    }
    if let Ok(literal) = input.fork().parse::<Lit>() {
        let text = match &literal {
            Lit::Str(text) if !text.value().is_empty() => text.value(),
            _ => "orders:read".to_owned(),
        };
        errors.push(literal, format!("a value without a key; write `scope = {text:?}` or `role = {text:?}`"));
    } else if let Some(path) = path_follows.then(|| input.fork().parse::<ExprPath>().ok()).flatten() {
        errors.push(&path, "a path without a key; write `scope = `, `role = ` or `policy = ` before it");
    } else if let Ok(token) = input.fork().parse::<TokenTree>() {
        errors.push(&token, format!("expected an argument, found `{token}`; {}", place.takes_sentence()));
    }
    None
}

/// Takes the comma, or reports what is in its place.
fn end_of_argument(key: Option<&Key>, input: ParseStream<'_>, errors: &mut ErrorSink) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    // Most likely only the comma is missing: parse on if an argument seems to follow.
    if input.peek(Ident::peek_any) && !input.peek(Lit) {
        if let Ok(ident) = input.fork().call(Ident::parse_any) {
            errors.push(&ident, format!("expected `,` before `{ident}`"));
        }
        return;
    }
    if let (Some(key), Ok(token)) = (key, input.fork().parse::<TokenTree>()) {
        let found = if matches!(token, TokenTree::Group(_)) { "(..)".to_owned() } else { token.to_string() };
        errors.push(
            token,
            format!("expected `,` after the value of `{}`, found `{found}`; {}", key.name, key.written()),
        );
    }
    skip(input);
    let _comma = input.parse::<Token![,]>();
}

/// Skips to the next comma, and leaves it in the input.
fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if TokenTree::parse(input).is_err() {
            return;
        }
    }
}
