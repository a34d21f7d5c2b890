//! Operators of Rust in an argument, which has none: what is written instead.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::errors::ErrorSink;
use crate::keys::Key;

/// Reports `||`, `|`, `&&` or a leading `!` in the next argument, and says whether there is one.
pub(super) fn report(input: ParseStream<'_>, errors: &mut ErrorSink) -> bool {
    let tokens = argument(input);
    if let Some(TokenTree::Punct(not)) = tokens.first().filter(|token| is(token, '!')) {
        let rest: TokenStream = tokens.iter().skip(1).cloned().collect();
        let without_opposite = tokens.get(1).and_then(|name| Key::without_opposite(&name.to_string()));
        let fix = match without_opposite {
            Some(key) => key.negated(),
            None if rest.is_empty() => "write `not(..)`".to_owned(),
            None => format!("write `not({rest})`"),
        };
        errors.push(not, format!("`!` is not used here; {fix}"));
        return true;
    }
    let Some(at) = tokens.iter().position(|token| is(token, '|')).or_else(|| both(&tokens)) else {
        return false;
    };
    let operator: Vec<_> =
        tokens.iter().skip(at).take_while(|token| is(token, '|') || is(token, '&')).take(2).collect();
    let found: String = operator.iter().map(ToString::to_string).collect();
    let sides = sides(&tokens);
    let acrs: Option<Vec<_>> = sides.iter().map(|side| side.strip_prefix("acr = ")).collect();
    let sides = sides.join(", ");
    let message = if let Some(values) = acrs.filter(|_| found.starts_with('|')) {
        format!("`{found}` is not used here; for one of several values write `acr = [{}]`", values.join(", "))
    } else if found.starts_with('|') {
        format!("`{found}` is not used here; for one of several write `any({sides})`")
    } else {
        format!("`{found}` is not used here; what must hold together stands side by side: write `{sides}`")
    };
    let operator: TokenStream = operator.into_iter().map(ToTokens::to_token_stream).collect();
    errors.push(operator, message);
    true
}

/// The tokens up to the next comma.
pub(super) fn argument(input: ParseStream<'_>) -> Vec<TokenTree> {
    let rest = input.fork();
    let mut tokens = Vec::new();
    while !rest.is_empty() && !rest.peek(Token![,]) {
        match rest.parse() {
            Ok(token) => tokens.push(token),
            Err(_) => break,
        }
    }
    tokens
}

fn is(token: &TokenTree, letter: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == letter)
}

/// The place of `&&`. A single `&` may be a reference.
fn both(tokens: &[TokenTree]) -> Option<usize> {
    tokens.windows(2).position(|pair| pair.iter().all(|token| is(token, '&')))
}

/// What stands between the operators; a value alone with the key of the first side before it.
fn sides(tokens: &[TokenTree]) -> Vec<String> {
    let key = match tokens.first() {
        Some(TokenTree::Ident(key)) => key.unraw().to_string(),
        _ => "scope".to_owned(),
    };
    let sides = tokens.split(|token| is(token, '|') || is(token, '&')).filter(|side| !side.is_empty());
    let written = |side: &[TokenTree]| {
        let text = side.iter().cloned().collect::<TokenStream>().to_string();
        if matches!(side, [TokenTree::Literal(_), ..]) { format!("{key} = {text}") } else { text }
    };
    sides.map(written).collect()
}
