//! The conditions on the login of a person (RFC 9470).

use proc_macro2::Span;
use syn::LitStr;

use super::condition::display_path;
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::Name;

/// The longest time since a login that the runtime crate allows.
const LONGEST: u64 = 365 * 24 * 60 * 60;

/// A duration: a number and its unit, in seconds.
pub(super) fn max_age(key: &Key, text: LitStr, errors: &mut ErrorSink) -> Option<u64> {
    let value = text.value();
    let mistake = match seconds(&value) {
        Ok(0) => "a login cannot be younger than 0 s; for a token that the login itself issued write `fresh`"
            .to_owned(),
        Ok(seconds) if seconds > LONGEST => {
            format!("{value:?} is more than 365 days, the longest time since a login; {}", key.written())
        }
        Ok(seconds) => return Some(seconds),
        Err(mistake) => format!("{mistake}; {}", key.written()),
    };
    errors.push(text, mistake);
    None
}

/// The duration in seconds, or what is wrong with it.
fn seconds(value: &str) -> Result<u64, String> {
    let (number, unit) =
        value.split_at(value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len()));
    let length = match unit {
        _ if value.is_empty() => return Err("a duration is empty".to_owned()),
        _ if number.is_empty() => {
            return Err(format!("{value:?} is not a duration, a number with the unit `s`, `m`, `h` or `d`"));
        }
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "" => {
            return Err(format!(
                "{value:?} has no unit; write `\"{number}s\"` for seconds or `\"{number}m\"` for minutes"
            ));
        }
        _ if unit.trim() != unit => {
            return Err(format!("a duration has no spaces; write `\"{number}{}\"`", unit.trim()));
        }
        _ if unit.contains(|letter: char| letter.is_ascii_digit()) => {
            return Err(format!(
                "{value:?} is not one whole number with one unit, as `\"90m\"` for an hour and a half"
            ));
        }
        _ => return Err(format!("{unit:?} is not a unit; a duration has `s`, `m`, `h` or `d`")),
    };
    let number: Option<u64> = number.parse().ok();
    Ok(number.and_then(|number| number.checked_mul(length)).unwrap_or(u64::MAX))
}

/// Values that a challenge can name, each once.
pub(super) fn acr(key: &Key, place: Span, values: Vec<Name>, errors: &mut ErrorSink) -> Option<Vec<Name>> {
    if values.is_empty() {
        errors.push_at(place, format!("`acr` lists no value; {}", key.written()));
        return None;
    }
    let total = values.len();
    let mut seen = Vec::new();
    let mut legal = Vec::new();
    for value in values {
        let text = written(&value);
        if seen.contains(&text) {
            errors
                .push_at(span(&value), format!("{text} is listed twice; remove one of them, or correct it"));
            continue;
        }
        seen.push(text);
        legal.extend(legal_value(value, errors));
    }
    (legal.len() == total).then_some(legal)
}

fn legal_value(value: Name, errors: &mut ErrorSink) -> Option<Name> {
    let Name::Literal(text) = &value else {
        // The compiler checks the value of a constant, in the runtime crate's `check_acr`.
        return Some(value);
    };
    let name = text.value();
    let words: Vec<_> = name.split_whitespace().map(|word| format!("{word:?}")).collect();
    if words.is_empty() {
        errors.push(text, "a value of `acr` is empty; write one such as `acr = \"urn:example:mfa\"`");
    } else if words.len() > 1 || words.iter().all(|word| *word != format!("{name:?}")) {
        let list = words.join(", ");
        let fix = match words.len() {
            1 => format!("write `{list}`"),
            _ => format!("for one of several write a list: `acr = [{list}]`"),
        };
        errors.push(text, format!("a value of `acr` has no spaces; {fix}"));
    } else if let Some(bad) =
        name.chars().find(|letter| !letter.is_ascii_graphic() || matches!(letter, '"' | '\\'))
    {
        errors.push(
            text,
            format!(
                "{bad:?} is not allowed in a value of `acr`; it takes ASCII letters, digits and punctuation \
                 except `\"` and `\\`, so that a challenge can name it"
            ),
        );
    } else {
        return Some(value);
    }
    None
}

/// A value as it was written.
pub(super) fn written(value: &Name) -> String {
    match value {
        Name::Literal(text) => format!("{:?}", text.value()),
        Name::Constant(path) => display_path(path),
    }
}

fn span(value: &Name) -> Span {
    match value {
        Name::Literal(text) => text.span(),
        Name::Constant(path) => syn::spanned::Spanned::span(path),
    }
}
