//! The value of each key.

use proc_macro2::{Delimiter, Group as TokenGroup, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token, Type};

use super::argument::arguments;
use super::operator::argument;
use super::{acr, claim, path};
use crate::errors::ErrorSink;
use crate::keys::{ArgumentPlace, ConditionKey, Key, SettingKey};
use crate::model::{ConditionValue, Group, Name, SettingValue};

/// Reads what follows the key of a condition. `None` after a reported mistake; the rest up to the comma stays in the
/// input.
pub(super) fn condition(
    id: ConditionKey,
    key: &'static Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ConditionValue> {
    match id {
        ConditionKey::All => group(key, ident, input, errors).map(ConditionValue::All),
        ConditionKey::Any => group(key, ident, input, errors).map(ConditionValue::Any),
        ConditionKey::Not => group(key, ident, input, errors).map(ConditionValue::Not),
        ConditionKey::Scope => name(key, ident, input, errors).map(ConditionValue::Scope),
        ConditionKey::Role => name(key, ident, input, errors).map(ConditionValue::Role),
        ConditionKey::Claim => claim::claim(key, ident, input, errors),
        ConditionKey::Acr => acr::acr(key, ident, input, errors),
        ConditionKey::MaxAge => text(key, ident, input, errors).map(ConditionValue::MaxAge),
        ConditionKey::Fresh => bare(key, input, errors).map(|()| ConditionValue::Fresh),
        ConditionKey::Owner => text(key, ident, input, errors).map(ConditionValue::Owner),
        ConditionKey::Path => path::path(key, ident, input, errors),
        ConditionKey::Policy => type_or_report(key, ident, input, errors).map(ConditionValue::Policy),
    }
}

/// Reads what follows the key of a setting, as [`condition`] does.
pub(super) fn setting(
    id: SettingKey,
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<SettingValue> {
    match id {
        SettingKey::Check => path_or_report(key, ident, input, errors).map(SettingValue::Check),
        SettingKey::Crate => path_or_report(key, ident, input, errors).map(SettingValue::Crate),
        SettingKey::Credentials => text(key, ident, input, errors).map(SettingValue::Credentials),
        SettingKey::DenyAs => text(key, ident, input, errors).map(SettingValue::DenyAs),
        SettingKey::Enforcement => text(key, ident, input, errors).map(SettingValue::Enforcement),
        SettingKey::Expired => text(key, ident, input, errors).map(SettingValue::Expired),
        SettingKey::Reason => text(key, ident, input, errors).map(SettingValue::Reason),
        SettingKey::Redirect => text(key, ident, input, errors).map(SettingValue::Redirect),
        SettingKey::Token => text(key, ident, input, errors).map(SettingValue::Token),
    }
}

/// Nothing up to the comma. If only the comma is missing, the next argument follows.
fn bare(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<()> {
    let next_argument = input.peek(syn::Ident::peek_any) && !input.peek(Lit);
    if input.is_empty() || input.peek(Token![,]) || next_argument {
        return Some(());
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
    if let Some(operator) = comparison(input) {
        let name = &key.name;
        let message = match operator.to_string().as_str() {
            "= =" | "==" => format!("`==` has one `=` here; {}", key.written()),
            "! =" | "!=" => format!("`!=` is not used here; {}", key.negated()),
            other if key.is_limit() => {
                format!("`{name}` is a limit already, found `{other}`; {}", key.written())
            }
            other => format!(
                "`{name}` asks for equality only, found `{other}`; {}. Compare in the handler, which refuses \
                 by `JwtGuard::forbid`",
                key.written()
            ),
        };
        errors.push(operator, message);
        return None;
    }
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

/// An operator that compares, other than `=`.
fn comparison(input: ParseStream<'_>) -> Option<TokenStream> {
    macro_rules! operator {
        ($($operator:tt)*) => {
            $(if input.peek(Token![$operator]) {
                return input.fork().parse::<Token![$operator]>().ok().map(ToTokens::into_token_stream);
            })*
        };
    }
    operator!(== != >= <= > <);
    None
}

/// `(condition, ..)`
fn group(key: &'static Key, ident: &Ident, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Group> {
    let group = parentheses(key, ident, input, errors)?;
    let mut inner = ErrorSink::new();
    // A setting in a group is a mistake that was reported at its key.
    let conditions = arguments(group.stream(), ArgumentPlace::Group(key), &mut inner).conditions;
    let complete = inner.is_empty();
    errors.append(inner);
    Some(Group { parentheses: group.span(), conditions, complete })
}

pub(super) fn parentheses(
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<TokenGroup> {
    match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => input.parse().ok(),
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

/// `= "text"` or `= path::TO_CONSTANT`
fn name(key: &Key, ident: &Ident, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Name> {
    equals(key, ident, input, errors)?;
    match expression(key, input, errors)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Name::Literal(text)),
        Expr::Path(path) => Some(Name::Constant(path)),
        other => {
            wrong(key, "a string or a path to a constant", other, errors);
            None
        }
    }
}

/// `= "text"`
fn text(key: &Key, ident: &Ident, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<LitStr> {
    equals(key, ident, input, errors)?;
    match expression(key, input, errors)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        other => {
            wrong(key, "a string", other, errors);
            None
        }
    }
}

/// `= path::Type`
fn type_or_report(key: &Key, ident: &Ident, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Type> {
    equals(key, ident, input, errors)?;
    if !input.peek(Lit)
        && let Ok(path) = input.parse::<Type>()
    {
        return Some(path);
    }
    wrong(key, "a type", expression(key, input, errors)?, errors);
    None
}

/// `= ::path`
fn path_or_report(key: &Key, ident: &Ident, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Path> {
    equals(key, ident, input, errors)?;
    if let Ok(path) = input.call(Path::parse_mod_style) {
        return Some(path);
    }
    wrong(key, "a path without quotes", expression(key, input, errors)?, errors);
    None
}

/// Parses a value as an expression, without the invisible groups that `macro_rules` puts around fragments.
pub(super) fn expression(key: &Key, input: ParseStream<'_>, errors: &mut ErrorSink) -> Option<Expr> {
    let before = input.fork();
    match input.parse::<Expr>() {
        Ok(expression) => Some(peel(expression)),
        Err(error) => {
            let message = format!("`{}` has an unreadable value; {}", key.name, key.written());
            let tokens = argument(&before);
            match tokens.last() {
                // A path that is being typed: the error is at the end of the input, which has no place.
                Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => {
                    errors.push(tokens.into_iter().collect::<TokenStream>(), message);
                }
                _ => errors.push_at(error.span(), message),
            }
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
    if matches!(value, Expr::Array(_)) && key.is_condition() {
        let hint = format!("for one of several write `any({}, ..)`", key.form);
        errors.push(value, format!("`{}` takes {expected}, found {found}; {hint}", key.name));
        return;
    }
    errors.push(value, format!("`{}` takes {expected}, found {found}; {}", key.name, key.written()));
}

/// Names the kind of an expression, for messages.
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
