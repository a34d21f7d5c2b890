//! The condition on the path: `path("tenant") = claim("org", "id")`.

use proc_macro2::{Group, Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use super::claim::claim_path;
use super::operator::argument;
use super::value::{equals, expression, parentheses, wrong};
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::ConditionValue;

/// `("parameter") = claim("segment", ..)`
pub(super) fn path(
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ConditionValue> {
    let group = parentheses(key, ident, input, errors)?;
    let parameter = parameter(key, &group, errors);
    equals(key, ident, input, errors)?;
    let after = input.fork();
    if !after.call(Ident::parse_any).is_ok_and(|name| name == "claim") {
        wrong(key, "a claim of the token", expression(key, input, errors)?, errors);
        return None;
    }
    let claim: Ident = input.call(Ident::parse_any).ok()?;
    let segments = parentheses(key, &claim, input, errors)?;
    let path = claim_path(key, segments.stream(), errors)?;
    Some(ConditionValue::Path { parameter: parameter?, parentheses: segments.span(), claim: path })
}

/// One string in the parentheses.
fn parameter(key: &Key, group: &Group, errors: &mut ErrorSink) -> Option<LitStr> {
    let read = |input: ParseStream<'_>| {
        let name = input.parse::<LitStr>()?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() { Ok(name) } else { Err(input.error("more than one")) }
    };
    let read = read.parse2(group.stream());
    if read.is_err() {
        let found = match group.stream().into_iter().collect::<Vec<_>>().as_slice() {
            [] => "nothing".to_owned(),
            [TokenTree::Ident(name)] => format!("`{name}`"),
            [TokenTree::Literal(literal)] => format!("`{literal}`"),
            several => format!("{} tokens", several.len()),
        };
        let message =
            format!("`path` names one parameter of the path by a string, found {found}; {}", key.written());
        if group.stream().is_empty() {
            errors.push_at(group.span(), message);
        } else {
            errors.push(group.stream(), message);
        }
    }
    read.ok()
}

/// Reports `claim(..) = path(..)`, which is written the other way round.
pub(super) fn report_reversed(input: ParseStream<'_>, errors: &mut ErrorSink) -> bool {
    let value = argument(input);
    let [TokenTree::Ident(name), TokenTree::Group(parameter), ..] = value.as_slice() else { return false };
    if name != "path" {
        return false;
    }
    errors.push(
        quote::quote!(#name #parameter),
        format!("the path stands first; write `path{parameter} = claim(..)`"),
    );
    true
}
