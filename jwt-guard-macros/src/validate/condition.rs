//! The conditions, nested or not.

use proc_macro2::Span;
use quote::ToTokens;
use syn::LitStr;

use super::names;
use crate::errors::ErrorSink;
use crate::keys::{Key, Word};
use crate::model::{Condition, Literal, Name, ParsedArgument, ParsedValue};

/// The conditions of one level; `None` when one of them is wrong.
pub(super) fn list(arguments: Vec<ParsedArgument>, errors: &mut ErrorSink) -> Option<Vec<Condition>> {
    report_twins(&arguments, errors);
    let total = arguments.len();
    let list: Vec<_> = arguments.into_iter().filter_map(|argument| condition(argument, errors)).collect();
    (list.len() == total).then_some(list)
}

fn condition(argument: ParsedArgument, errors: &mut ErrorSink) -> Option<Condition> {
    let ParsedArgument { key, ident: _, value } = argument;
    match (key.word, value) {
        (Word::Scope, ParsedValue::Name(name)) => {
            legal_name(name, names::scope, errors).map(Condition::Scope)
        }
        (Word::Role, ParsedValue::Name(name)) => legal_name(name, names::role, errors).map(Condition::Role),
        (Word::Claim, ParsedValue::Claim { parentheses, path, value }) => {
            let path = claim_path(key, parentheses, path, errors);
            let value = names::claim_value(value, errors);
            Some(Condition::Claim(path?, value?))
        }
        (Word::Fresh, ParsedValue::Bare) => Some(Condition::Fresh),
        (Word::Policy, ParsedValue::Type(path)) => Some(Condition::Policy(path)),
        (Word::All | Word::Any | Word::Not, ParsedValue::Conditions { parentheses, arguments, complete }) => {
            group(key, parentheses, arguments, complete, errors)
        }
        // A value of another shape than its key does not leave the parser; settings are not conditions.
        (
            Word::All
            | Word::Any
            | Word::Claim
            | Word::Crate
            | Word::Credentials
            | Word::DenyAs
            | Word::Expired
            | Word::Fresh
            | Word::Not
            | Word::Policy
            | Word::Reason
            | Word::Redirect
            | Word::Role
            | Word::Scope
            | Word::Token,
            _,
        ) => None,
    }
}

fn legal_name(
    name: Name,
    legal: fn(LitStr, &mut ErrorSink) -> Option<LitStr>,
    errors: &mut ErrorSink,
) -> Option<Name> {
    match name {
        Name::Literal(text) => legal(text, errors).map(Name::Literal),
        // The compiler checks the value of a constant, in the runtime crate's `check_scope` and `check_name`.
        Name::Constant(path) => Some(Name::Constant(path)),
    }
}

fn claim_path(
    key: &Key,
    parentheses: Span,
    path: Vec<LitStr>,
    errors: &mut ErrorSink,
) -> Option<Vec<LitStr>> {
    if path.is_empty() {
        errors.push_at(parentheses, format!("`claim` names no claim; {}", key.written()));
        return None;
    }
    let total = path.len();
    let path: Vec<_> = path.into_iter().filter_map(|segment| names::claim_segment(segment, errors)).collect();
    (path.len() == total).then_some(path)
}

fn group(
    key: &Key,
    parentheses: Span,
    arguments: Vec<ParsedArgument>,
    complete: bool,
    errors: &mut ErrorSink,
) -> Option<Condition> {
    if arguments.is_empty() && complete {
        errors.push_at(parentheses, format!("`{}()` has no condition; {}", key.name, key.written()));
        return None;
    }
    let surplus = arguments.get(1).map(|argument| argument.ident.clone());
    let list = list(arguments, errors);
    if key.word == Word::Not
        && let Some(surplus) = surplus
    {
        errors.push(
            surplus,
            "`not(..)` takes one condition; write `not(any(..))` to refuse each of several, or `not(all(..))` to \
             refuse them together",
        );
        return None;
    }
    let mut list = list.filter(|_| complete)?;
    match key.word {
        Word::Any => Some(Condition::Any(list)),
        Word::Not => list.pop().map(|inner| Condition::Not(Box::new(inner))),
        _ => Some(Condition::All(list)),
    }
}

/// The same condition twice is a slip: one of them was meant to be another.
fn report_twins(arguments: &[ParsedArgument], errors: &mut ErrorSink) {
    let mut seen = Vec::new();
    for argument in arguments {
        let text = written(argument);
        if seen.contains(&text) {
            errors.push(
                &argument.ident,
                format!("`{text}` is written twice; remove one of them, or correct it"),
            );
        } else {
            seen.push(text);
        }
    }
}

/// The condition as it was written, with normal spacing.
fn written(argument: &ParsedArgument) -> String {
    let name = argument.key.name;
    match &argument.value {
        ParsedValue::Bare => name.to_owned(),
        ParsedValue::Name(Name::Literal(text)) | ParsedValue::Text(text) => {
            format!("{name} = {:?}", text.value())
        }
        ParsedValue::Name(Name::Constant(path)) => format!("{name} = {}", tidy(path)),
        ParsedValue::Type(path) => format!("{name} = {}", tidy(path)),
        ParsedValue::Path(path) => format!("{name} = {}", tidy(path)),
        ParsedValue::Claim { path, value, .. } => {
            let path: Vec<_> = path.iter().map(|segment| format!("{:?}", segment.value())).collect();
            let value = match value {
                Literal::Text(text) => format!("{:?}", text.value()),
                Literal::Integer(value) => value.to_string(),
                Literal::Bool(value) => value.to_string(),
            };
            format!("{name}({}) = {value}", path.join(", "))
        }
        ParsedValue::Conditions { arguments, .. } => {
            let arguments: Vec<_> = arguments.iter().map(written).collect();
            format!("{name}({})", arguments.join(", "))
        }
    }
}

/// A path as people write it: without spaces, and without the `$` by which a macro means its own crate.
pub(crate) fn tidy(path: &impl ToTokens) -> String {
    const CHANGES: [(&str, &str); 8] = [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("$ crate", "crate"),
        ("$crate", "crate"),
    ];
    let text = path.to_token_stream().to_string();
    CHANGES.iter().fold(text, |text, (wide, narrow)| text.replace(wide, narrow))
}
