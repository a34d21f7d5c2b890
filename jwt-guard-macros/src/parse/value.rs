//! The value of a key, by the shape that the table gives it.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token, Type};

use super::argument::arguments;
use super::claim;
use crate::errors::ErrorSink;
use crate::keys::{Key, Kind, Place, Shape};
use crate::model::{Name, ParsedValue};

/// Reads what follows a key. `None` after a mistake, which is reported; the rest up to the comma is left in place.
pub(super) fn value(
    key: &'static Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ParsedValue> {
    match key.shape {
        Shape::Bare => bare(key, input, errors),
        Shape::Conditions => conditions(key, ident, input, errors),
        Shape::Claim => claim::claim(key, ident, input, errors),
        Shape::Name => {
            equals(key, ident, input, errors)?;
            name(key, expression(key, input, errors)?, errors).map(ParsedValue::Name)
        }
        Shape::Type => {
            equals(key, ident, input, errors)?;
            type_or_report(key, input, errors).map(ParsedValue::Type)
        }
        Shape::Path => {
            equals(key, ident, input, errors)?;
            path_or_report(key, input, errors).map(ParsedValue::Path)
        }
        Shape::Text | Shape::Fixed(_) => {
            equals(key, ident, input, errors)?;
            text(key, expression(key, input, errors)?, errors).map(ParsedValue::Text)
        }
    }
}

/// Nothing up to the comma. Where only the comma is missing, the next argument follows.
fn bare(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<ParsedValue> {
    let next_argument = input.peek(syn::Ident::peek_any) && !input.peek(Lit);
    if input.is_empty() || input.peek(Token![,]) || next_argument {
        return Some(ParsedValue::Bare);
    }
    let Key { name, form, .. } = key;
    let rest = input.fork();
    let mut surplus: Vec<TokenTree> = Vec::new();
    while !rest.is_empty() && !rest.peek(Token![,]) {
        surplus.extend(rest.parse::<TokenTree>());
    }
    match surplus.as_slice() {
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            let value: TokenStream = value.iter().cloned().collect();
            let message = match value.to_string().as_str() {
                "" => format!("`{name}` takes no value; {}", key.written()),
                "false" => {
                    format!("`{name}` takes no value, found `false`; its opposite is written `not({form})`")
                }
                other => format!("`{name}` takes no value, found `{other}`; {}", key.written()),
            };
            errors.push(quote!(#equals #value), message);
        }
        [group @ TokenTree::Group(_), ..] => {
            errors.push(group, format!("`{name}` takes no parentheses; {}", key.written()));
        }
        [other, ..] => {
            errors.push(other, format!("expected `,` after `{name}`, found `{other}`; {}", key.written()));
        }
        [] => {}
    }
    None
}

/// `= ..`
pub(super) fn equals(
    key: &Key,
    before: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<()> {
    if let Ok(equals) = input.parse::<Token![=]>() {
        if input.is_empty() || input.peek(Token![,]) {
            errors.push(equals, format!("`{}` has no value; {}", key.name, key.written()));
            return None;
        }
        return Some(());
    }
    match input.fork().parse::<TokenTree>() {
        Ok(token) if !input.peek(Token![,]) => {
            let found = if matches!(token, TokenTree::Group(_)) {
                "parentheses".to_owned()
            } else {
                format!("`{token}`")
            };
            errors
                .push(token, format!("expected `=` after `{}`, found {found}; {}", key.name, key.written()));
        }
        _ => errors.push(before, format!("`{}` has no value; {}", key.name, key.written())),
    }
    None
}

/// `(condition, ..)`
fn conditions(
    key: &'static Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ParsedValue> {
    let group = parentheses(key, ident, input, errors)?;
    let mut inner = ErrorSink::new();
    let arguments = arguments(group.stream(), Place::Group(key), &mut inner);
    let complete = inner.is_empty();
    errors.append(inner);
    Some(ParsedValue::Conditions { parentheses: group.span(), arguments, complete })
}

pub(super) fn parentheses(
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<Group> {
    match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            input.parse::<Group>().ok()
        }
        Ok(token) if !input.peek(Token![,]) => {
            errors.push(
                &token,
                format!("expected parentheses after `{}`, found `{token}`; {}", key.name, key.written()),
            );
            None
        }
        _ => {
            errors.push(ident, format!("`{}` needs parentheses; {}", key.name, key.written()));
            None
        }
    }
}

fn name(key: &Key, value: Expr, errors: &mut ErrorSink) -> Option<Name> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Name::Literal(text)),
        Expr::Path(path) => Some(Name::Constant(path)),
        other => {
            wrong(key, "a string or a path to a constant", other, errors);
            None
        }
    }
}

fn text(key: &Key, value: Expr, errors: &mut ErrorSink) -> Option<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        other => {
            wrong(key, "a string", other, errors);
            None
        }
    }
}

fn type_or_report(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Type> {
    if !input.peek(Lit)
        && let Ok(path) = input.parse::<Type>()
    {
        return Some(path);
    }
    wrong(key, "a type", expression(key, input, errors)?, errors);
    None
}

fn path_or_report(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Path> {
    if let Ok(path) = input.call(Path::parse_mod_style) {
        return Some(path);
    }
    wrong(key, "a path without quotes", expression(key, input, errors)?, errors);
    None
}

/// The expression that stands for a value, without the invisible groups that `macro_rules` puts around fragments.
pub(super) fn expression(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Expr> {
    match input.parse::<Expr>() {
        Ok(expression) => Some(peel(expression)),
        Err(error) => {
            errors
                .push_at(error.span(), format!("`{}` has an unreadable value; {}", key.name, key.written()));
            None
        }
    }
}

pub(super) fn peel(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => peel(*group.expr),
        other => other,
    }
}

pub(super) fn wrong(key: &Key, expected: &str, value: Expr, errors: &mut ErrorSink) {
    let found = describe(&value);
    if matches!(value, Expr::Array(_)) && key.kind == Kind::Condition {
        let hint = format!("for one of several write `any({}, ..)`", key.form);
        errors.push(value, format!("`{}` takes {expected}, found {found}; {hint}", key.name));
        return;
    }
    errors.push(value, format!("`{}` takes {expected}, found {found}; {}", key.name, key.written()));
}

/// What an expression is, for messages.
pub(super) fn describe(expression: &Expr) -> &'static str {
    match expression {
        Expr::Array(_) => "a list",
        Expr::Assign(_) => "an assignment",
        Expr::Call(_) | Expr::MethodCall(_) => "a call",
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(_) => "a string",
            Lit::ByteStr(_) => "a byte string",
            Lit::CStr(_) => "a C string",
            Lit::Byte(_) => "a byte",
            Lit::Char(_) => "a character",
            Lit::Int(_) => "an integer",
            Lit::Float(_) => "a decimal number",
            Lit::Bool(_) => "a bool",
            _ => "a literal",
        },
        Expr::Macro(_) => "a macro",
        Expr::Path(_) => "a path",
        Expr::Reference(_) => "a reference",
        Expr::Tuple(_) | Expr::Paren(_) => "parentheses",
        _ => "an expression",
    }
}
