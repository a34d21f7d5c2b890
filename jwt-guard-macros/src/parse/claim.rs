//! The claim condition: `claim("realm", "name") = literal`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Token};

use super::value::{describe, equals, expression, parentheses, peel, wrong};
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::{ConditionValue, Literal};

/// `("segment", ..) = literal`
pub(super) fn claim(
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ConditionValue> {
    let group = parentheses(key, ident, input, errors)?;
    let path = claim_path(key, group.stream(), errors)?;
    equals(key, ident, input, errors)?;
    if super::path::report_reversed(input, errors) {
        return None;
    }
    let value = literal(key, expression(key, input, errors)?, errors);
    Some(ConditionValue::Claim { parentheses: group.span(), path, value: value? })
}

pub(super) fn claim_path(key: &Key, tokens: TokenStream, errors: &mut ErrorSink) -> Option<Vec<LitStr>> {
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let segments = match parser.parse2(tokens) {
        Ok(segments) => segments,
        Err(error) => {
            errors.push_at(
                error.span(),
                format!("a claim is named by strings, one for each level; {}", key.written()),
            );
            return None;
        }
    };
    let total = segments.len();
    let path: Vec<_> = segments
        .into_iter()
        .filter_map(|segment| match peel(segment) {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
            other => {
                let found = describe(&other);
                errors.push(
                    other,
                    format!(
                        "a claim is named by strings, one for each level, found {found}; {}",
                        key.written()
                    ),
                );
                None
            }
        })
        .collect();
    (path.len() == total).then_some(path)
}

fn literal(key: &Key, value: Expr, errors: &mut ErrorSink) -> Option<Literal> {
    let (negative, magnitude) = match &value {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => (true, &*unary.expr),
        other => (false, other),
    };
    match magnitude {
        Expr::Lit(ExprLit { lit: Lit::Int(integer), .. }) => {
            let digits = format!("{}{}", if negative { "-" } else { "" }, integer.base10_digits());
            match digits.parse() {
                Ok(number) if integer.suffix().is_empty() => Some(Literal::Integer(number)),
                Ok(_) => {
                    errors.push(
                        value,
                        format!("`{}` takes an integer without a suffix; write `{digits}`", key.name),
                    );
                    None
                }
                Err(_) => {
                    errors.push(
                        value,
                        format!(
                            "the integer does not fit; `{}` takes one from {} to {}",
                            key.name,
                            i64::MIN,
                            i64::MAX
                        ),
                    );
                    None
                }
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if !negative => Some(Literal::Text(text.clone())),
        Expr::Lit(ExprLit { lit: Lit::Bool(truth), .. }) if !negative => Some(Literal::Bool(truth.value)),
        _ => {
            wrong(key, "a string, an integer, `true` or `false`", value, errors);
            None
        }
    }
}
