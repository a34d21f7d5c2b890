//! The condition on the authentication: `acr = "urn:example:mfa"`, or one of a list.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

use super::value::{describe, equals, expression, peel, wrong};
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::{ConditionValue, Name};

/// `= "value"`, `= path::TO_CONSTANT` or `= [..]` of both.
pub(super) fn acr(
    key: &Key,
    ident: &Ident,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> Option<ConditionValue> {
    equals(key, ident, input, errors)?;
    let value = expression(key, input, errors)?;
    let place = value.span();
    match value {
        Expr::Array(list) => {
            let total = list.elems.len();
            let values = list.elems.into_iter().map(peel).filter_map(|value| element(key, value, errors));
            let values: Vec<_> = values.collect();
            (values.len() == total).then_some(ConditionValue::Acr { place, values })
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => one(place, Name::Literal(text)),
        Expr::Path(path) => one(place, Name::Constant(path)),
        other => {
            wrong(key, "a string, a path to a constant, or a list of these", other, errors);
            None
        }
    }
}

fn one(place: Span, value: Name) -> Option<ConditionValue> {
    Some(ConditionValue::Acr { place, values: vec![value] })
}

fn element(key: &Key, value: Expr, errors: &mut ErrorSink) -> Option<Name> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Name::Literal(text)),
        Expr::Path(path) => Some(Name::Constant(path)),
        other => {
            let found = describe(&other);
            errors.push(
                other,
                format!(
                    "`{name}` lists strings or paths to constants, found {found}; it is written `{name} = \
                     [\"a\", \"b\"]`",
                    name = key.name
                ),
            );
            None
        }
    }
}
