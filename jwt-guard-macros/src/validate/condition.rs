//! The conditions, nested or not.

use proc_macro2::Span;
use quote::ToTokens;
use syn::LitStr;

use super::{login, names};
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::{Condition, ConditionValue, Group, Literal, Name, ParsedCondition};

/// The conditions of one level; `None` when one of them is wrong.
pub(super) fn list(conditions: Vec<ParsedCondition>, errors: &mut ErrorSink) -> Option<Vec<Condition>> {
    report_duplicates(&conditions, errors);
    let total = conditions.len();
    let list: Vec<_> = conditions.into_iter().filter_map(|parsed| condition(parsed, errors)).collect();
    (list.len() == total).then_some(list)
}

fn condition(parsed: ParsedCondition, errors: &mut ErrorSink) -> Option<Condition> {
    let ParsedCondition { key, ident: _, value } = parsed;
    match value {
        ConditionValue::Scope(name) => legal_name(name, names::scope, errors).map(Condition::Scope),
        ConditionValue::Role(name) => legal_name(name, names::role, errors).map(Condition::Role),
        ConditionValue::Claim { parentheses, path, value } => {
            let path = claim_path(key, parentheses, path, errors);
            let value = names::claim_value(value, errors);
            Some(Condition::Claim(path?, value?))
        }
        ConditionValue::Fresh => Some(Condition::Fresh),
        ConditionValue::MaxAge(text) => login::max_age(key, text, errors).map(Condition::MaxAge),
        ConditionValue::Acr { place, values } => login::acr(key, place, values, errors).map(Condition::Acr),
        ConditionValue::Owner(name) => names::parameter(key, name, errors).map(Condition::Owner),
        ConditionValue::Path { parameter, parentheses, claim } => {
            let parameter = names::parameter(key, parameter, errors);
            let claim = claim_path(key, parentheses, claim, errors);
            let claim = claim.and_then(|claim| not_the_subject(parameter.as_ref(), claim, errors));
            Some(Condition::PathClaim(parameter?, claim?))
        }
        ConditionValue::Policy(path) => Some(Condition::Policy(path)),
        ConditionValue::All(inner) => group(key, inner, errors).map(Condition::All),
        ConditionValue::Any(inner) => group(key, inner, errors).map(Condition::Any),
        ConditionValue::Not(inner) => not(key, inner, errors),
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

/// The subject is a name of one issuer, and perhaps of a machine. `owner` knows of both.
fn not_the_subject(
    parameter: Option<&LitStr>,
    claim: Vec<LitStr>,
    errors: &mut ErrorSink,
) -> Option<Vec<LitStr>> {
    match claim.as_slice() {
        [name] if name.value() == "sub" => {
            let parameter = parameter.map_or_else(|| "..".to_owned(), |name| format!("{:?}", name.value()));
            errors.push(
                name,
                format!(
                    "`claim(\"sub\")` may name a machine, or a person of another issuer; write `owner = \
                     {parameter}`"
                ),
            );
            None
        }
        _ => Some(claim),
    }
}

fn group(key: &Key, group: Group, errors: &mut ErrorSink) -> Option<Vec<Condition>> {
    let Group { parentheses, conditions, complete } = group;
    if conditions.is_empty() && complete {
        errors.push_at(parentheses, format!("`{}()` has no condition; {}", key.name, key.written()));
        return None;
    }
    list(conditions, errors).filter(|_| complete)
}

fn not(key: &Key, inner: Group, errors: &mut ErrorSink) -> Option<Condition> {
    let surplus = inner.conditions.get(1).map(|condition| condition.ident.clone());
    report_without_opposite(&inner.conditions, errors);
    let list = group(key, inner, errors);
    if let Some(surplus) = surplus {
        errors.push(
            surplus,
            "`not(..)` takes one condition; write `not(any(..))` to refuse each of several, or \
             `not(all(..))` to refuse them together",
        );
        return None;
    }
    list?.pop().map(|inner| Condition::Not(Box::new(inner)))
}

/// Conditions on the path and on the login. The compiler looks into a policy, in the runtime crate's `Requirement::check`.
fn report_without_opposite(conditions: &[ParsedCondition], errors: &mut ErrorSink) {
    for condition in conditions {
        if let ConditionValue::All(group) | ConditionValue::Any(group) = &condition.value {
            report_without_opposite(&group.conditions, errors);
        } else if let Some(message) = condition.key.refused_below_not() {
            errors.push(&condition.ident, message);
        }
    }
}

/// The same condition twice is a slip: one of them was meant to be another.
fn report_duplicates(conditions: &[ParsedCondition], errors: &mut ErrorSink) {
    let mut seen = Vec::new();
    for condition in conditions {
        let text = match &condition.value {
            // One login has one age and one `acr`, so the second one of these is a slip whatever its value.
            ConditionValue::MaxAge(_) | ConditionValue::Acr { .. } => condition.key.name.to_owned(),
            _ => written(condition),
        };
        if seen.contains(&text) {
            let fix = match &condition.value {
                ConditionValue::Acr { .. } => {
                    "for one of several values write a list, as in `acr = [\"a\", \"b\"]`"
                }
                _ => "remove one of them, or correct it",
            };
            errors.push(&condition.ident, format!("`{text}` is written twice; {fix}"));
        } else {
            seen.push(text);
        }
    }
}

/// The condition as it was written, with normal spacing.
fn written(condition: &ParsedCondition) -> String {
    let name = condition.key.name;
    match &condition.value {
        ConditionValue::Fresh => name.to_owned(),
        ConditionValue::Scope(Name::Literal(text)) | ConditionValue::Role(Name::Literal(text)) => {
            format!("{name} = {:?}", text.value())
        }
        ConditionValue::Scope(Name::Constant(path)) | ConditionValue::Role(Name::Constant(path)) => {
            format!("{name} = {}", display_path(path))
        }
        ConditionValue::Policy(path) => format!("{name} = {}", display_path(path)),
        ConditionValue::MaxAge(text) => format!("{name} = {:?}", text.value()),
        ConditionValue::Acr { values, .. } => {
            let values: Vec<_> = values.iter().map(login::written).collect();
            format!("{name} = [{}]", values.join(", "))
        }
        ConditionValue::Owner(parameter) => format!("{name} = {:?}", parameter.value()),
        ConditionValue::Path { parameter, claim, .. } => {
            format!("{name}({:?}) = claim({})", parameter.value(), quoted(claim))
        }
        ConditionValue::Claim { path, value, .. } => {
            let value = match value {
                Literal::Text(text) => format!("{:?}", text.value()),
                Literal::Integer(value) => value.to_string(),
                Literal::Bool(value) => value.to_string(),
            };
            format!("{name}({}) = {value}", quoted(path))
        }
        ConditionValue::All(group) | ConditionValue::Any(group) | ConditionValue::Not(group) => {
            let conditions: Vec<_> = group.conditions.iter().map(written).collect();
            format!("{name}({})", conditions.join(", "))
        }
    }
}

fn quoted(names: &[LitStr]) -> String {
    names.iter().map(|name| format!("{:?}", name.value())).collect::<Vec<_>>().join(", ")
}

/// A path as a user writes it: without spaces, and without the `$` of `$crate`.
pub(crate) fn display_path(path: &impl ToTokens) -> String {
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
