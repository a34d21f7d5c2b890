//! Parses `pub enum Scope { OrdersRead = "orders:read", OrdersWrite = "orders:write" implies OrdersRead }`.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, LitStr, Path, Token, Visibility};

use super::implied::implied;
use super::subject::Subject;
use super::{Kind, Term, Vocabulary};
use crate::crate_path::CratePath;
use crate::errors::ErrorSink;

/// Reads the whole input; `None` if it has no enum with a name.
pub(super) fn vocabulary(kind: Kind, input: TokenStream, errors: &mut ErrorSink) -> Option<Vocabulary> {
    let mut found = None;
    let read = |input: ParseStream<'_>| {
        found = header(kind, input, errors);
        // What is left after a mistake was reported already.
        input.parse::<TokenStream>().map(drop)
    };
    if let Err(error) = read.parse2(input) {
        errors.push_at(error.span(), error);
    }
    found
}

fn header(kind: Kind, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Vocabulary> {
    if input.is_empty() {
        errors.push_at(Span::call_site(), format!("`{}` is empty; {}", kind.call(), kind.written()));
        return None;
    }
    let crate_path = crate_path(kind, input, errors);
    let attributes = read(input.call(Attribute::parse_outer), errors)?;
    let visibility = read(input.parse::<Visibility>(), errors)?;
    if input.parse::<Option<Token![enum]>>().ok().flatten().is_none() {
        let message = |found| format!("expected `enum`, found {found}; {}", kind.written());
        match input.fork().parse::<TokenTree>() {
            Ok(token) => errors.push(&token, message(format!("`{token}`"))),
            Err(_) => errors.push_at(Span::call_site(), message("nothing".to_owned())),
        }
        return None;
    }
    let Ok(name) = input.parse::<Ident>() else {
        let place =
            input.fork().parse::<TokenTree>().map_or_else(|_| Span::call_site(), |token| token.span());
        errors.push_at(place, format!("the enum has no name; {}", kind.written()));
        return None;
    };
    let braces = match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(braces)) if braces.delimiter() == Delimiter::Brace => braces,
        other => {
            let message = |found| format!("expected the names in braces, found {found}; {}", kind.written());
            match other {
                Ok(token) => errors.push(&token, message(format!("`{token}`"))),
                Err(_) => errors.push(&name, message("nothing".to_owned())),
            }
            return None;
        }
    };
    let _braces = input.parse::<TokenTree>();
    let subject = Subject::new(kind, name, braces.stream());
    let mut found = Vec::new();
    let body = |body: ParseStream<'_>| {
        found = terms(&subject, body, errors);
        Ok(())
    };
    if let Err(error) = body.parse2(braces.stream()) {
        errors.push_at(error.span(), error);
    }
    if found.is_empty() && errors.is_empty() {
        let message = format!("`{}` has no {}; write one as `{}`", subject.name, kind.noun(), kind.example());
        errors.push_at(braces.span(), message);
    }
    if let Ok(token) = input.fork().parse::<TokenTree>() {
        let message =
            format!("`{}` takes one enum, found `{token}` after it; write a call for each", kind.call());
        errors.push(&token, message);
    }
    Some(Vocabulary { crate_path, attributes, visibility, subject, terms: found })
}

/// `crate = ::path;`, or nothing.
fn crate_path(kind: Kind, input: ParseStream<'_>, errors: &mut ErrorSink) -> CratePath {
    if !input.peek(Token![crate]) || !input.peek2(Token![=]) {
        return CratePath::default();
    }
    let parsed = (|| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        let path = input.call(Path::parse_mod_style)?;
        input.parse::<Token![;]>()?;
        Ok::<_, syn::Error>(path)
    })();
    match parsed {
        Ok(path) => CratePath::validate(path, errors).unwrap_or_default(),
        Err(error) => {
            let message = format!(
                "the path of the crate stands before the enum in `{}` as `crate = ::path;`",
                kind.call()
            );
            errors.push_at(error.span(), message);
            let goes_on = |input: ParseStream<'_>| {
                input.peek(Token![enum]) || input.peek(Token![pub]) || input.peek(Token![#])
            };
            while !goes_on(input) && input.parse::<TokenTree>().is_ok() {}
            CratePath::default()
        }
    }
}

fn terms(subject: &Subject, input: ParseStream<'_>, errors: &mut ErrorSink) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut goes_on = None;
    while !input.is_empty() {
        if let Some(term) = term(subject, &mut goes_on, input, errors) {
            terms.push(term);
        }
        end_of_term(goes_on.as_ref(), input, errors);
    }
    terms
}

/// One name. It is there with what could be read, so that its users compile.
///
/// `goes_on` is what the last name implies without brackets, so that this may be meant to be one more.
fn term(
    subject: &Subject,
    goes_on: &mut Option<Ident>,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<Term> {
    let before = goes_on.take();
    let Some(attributes) = read(input.call(Attribute::parse_outer), errors) else {
        skip(input);
        return None;
    };
    let Ok(variant) = input.call(Ident::parse_any) else {
        if let Ok(token) = input.fork().parse::<TokenTree>() {
            let message =
                format!("expected a variant, found `{token}`; write it as in `{}`", subject.kind.example());
            errors.push(&token, message);
        }
        skip(input);
        return None;
    };
    let mut term = Term { attributes, variant, text: None, implied: Vec::new() };
    if equals(subject, &term.variant, before, input, errors).is_some() {
        term.text = text(subject, &term.variant, input, errors);
        if term.text.is_some() && implied(subject, &mut term, input, errors) {
            *goes_on = term.implied.first().cloned();
        }
    }
    Some(term)
}

fn equals(
    subject: &Subject,
    variant: &Ident,
    goes_on: Option<Ident>,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<()> {
    if input.parse::<Token![=]>().is_ok() {
        return Some(());
    }
    let written = format!("write `{}`", subject.with_text(variant));
    match (input.fork().parse::<TokenTree>(), goes_on) {
        (Ok(token), _) if !input.peek(Token![,]) => {
            let found = match &token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    "parentheses".to_owned()
                }
                TokenTree::Group(_) => "fields".to_owned(),
                other => format!("`{other}`"),
            };
            errors.push(&token, format!("expected `=` after `{variant}`, found {found}; {written}"));
        }
        (_, Some(first)) => {
            let list = format!("to imply several names, `implies [{first}, {variant}]`");
            errors.push(variant, format!("`{variant}` has no text; {written}, or, {list}"));
        }
        _ => errors.push(variant, format!("`{variant}` has no text; {written}")),
    }
    skip(input);
    None
}

fn text(
    subject: &Subject,
    variant: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<LitStr> {
    if input.peek(LitStr) {
        return input.parse().ok();
    }
    let written = format!("write `{}`", subject.with_text(variant));
    match input.fork().parse::<TokenTree>() {
        Ok(token) if !input.peek(Token![,]) => {
            let noun = subject.kind.noun();
            errors.push(&token, format!("a {noun} is a string, found `{token}`; {written}"));
        }
        _ => errors.push(variant, format!("`{variant}` has no text; {written}")),
    }
    skip(input);
    None
}

/// Takes the comma. `implied` is what stands before it without brackets.
fn end_of_term(implied: Option<&Ident>, input: ParseStream<'_>, errors: &mut ErrorSink) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    let is_next = input.peek2(Token![=]);
    if let Ok(token) = input.fork().parse::<TokenTree>() {
        let message = match (implied, &token) {
            _ if is_next => format!("expected `,` before `{token}`"),
            (Some(first), TokenTree::Ident(second)) => format!(
                "expected `,`, found `{second}`; several names stand in brackets: `implies [{first}, \
                 {second}]`"
            ),
            _ => format!("expected `,`, found `{token}`"),
        };
        errors.push(&token, message);
    }
    if !is_next {
        skip(input);
        let _comma = input.parse::<Token![,]>();
    }
}

fn read<T>(parsed: syn::Result<T>, errors: &mut ErrorSink) -> Option<T> {
    parsed.map_err(|error| errors.push_at(error.span(), error)).ok()
}

/// Skips to the next comma, and leaves it in the input.
pub(super) fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
