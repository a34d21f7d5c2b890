//! The rules of a vocabulary: legal and different names, and implications that lead somewhere and not back.

use proc_macro2::Ident;
use syn::LitStr;

use super::cycles::cycles;
use super::subject::Subject;
use super::{Kind, Term, Vocabulary};
use crate::errors::ErrorSink;
use crate::expand::compile_condition;
use crate::keys::nearest_of;
use crate::validate::is_scope_letter;

/// The legal part of a vocabulary. Its enum has every variant that was written.
pub(super) fn vocabulary(written: Vocabulary, errors: &mut ErrorSink) -> Vocabulary {
    let Vocabulary { crate_path, attributes, visibility, subject, terms } = written;
    let mut legal: Vec<Term> = Vec::new();
    for mut term in terms {
        if let Some(attribute) =
            term.attributes.iter().find(|attribute| compile_condition(attribute).is_some())
        {
            let message =
                "`cfg` does not stand on one name, because others may imply it; put it above the whole macro";
            errors.push(attribute, message);
        }
        term.attributes.retain(|attribute| compile_condition(attribute).is_none());
        if legal.iter().any(|known| known.variant == term.variant) {
            // One without a text was reported.
            if term.text.is_some() {
                let variant = &term.variant;
                errors.push(
                    variant,
                    format!("the variant `{variant}` is written twice; remove one, or correct it"),
                );
            }
            continue;
        }
        term.text = term.text.filter(|text| is_legal(&subject, &term.variant, text, errors));
        let same = legal.iter().find(|known| is_same(known.text.as_ref(), term.text.as_ref()));
        if let (Some(known), Some(text)) = (same, &term.text) {
            let message = format!(
                "the {} {:?} is the name of `{}` already; remove one of them, or correct it",
                subject.kind.noun(),
                text.value(),
                known.variant
            );
            errors.push(text, message);
            term.text = None;
        }
        legal.push(term);
    }
    let variants: Vec<Ident> = legal.iter().map(|term| term.variant.clone()).collect();
    for term in &mut legal {
        term.implied =
            known_once(&subject, &term.variant, std::mem::take(&mut term.implied), &variants, errors);
    }
    refuse_cycles(&mut legal, errors);
    Vocabulary { crate_path, attributes, visibility, subject, terms: legal }
}

fn is_same(one: Option<&LitStr>, two: Option<&LitStr>) -> bool {
    matches!((one, two), (Some(one), Some(two)) if one.value() == two.value())
}

/// A scope is printable ASCII without space, quote and backslash (RFC 6749 section 3.3). A role is any text without control
/// characters, and without white space at its ends.
fn is_legal(subject: &Subject, variant: &Ident, text: &LitStr, errors: &mut ErrorSink) -> bool {
    let kind = subject.kind;
    let (name, noun) = (text.value(), kind.noun());
    let bad = match kind {
        Kind::Scopes => name.chars().find(|&letter| !is_scope_letter(letter)),
        Kind::Roles => name.chars().find(char::is_ascii_control),
    };
    let trimmed = name.trim();
    let message = if trimmed.is_empty() {
        format!("a {noun} is empty; write `{}`", subject.with_text(variant))
    } else if trimmed != name {
        format!("a {noun} has white space at its end, so no token has it; write `{variant} = {trimmed:?}`")
    } else if kind == Kind::Scopes && name.contains(char::is_whitespace) {
        let words = name.split_whitespace().map(|word| format!("{word:?}"));
        let words: Vec<_> = words.collect();
        format!("a scope has no spaces; write a variant for each of {}", words.join(", "))
    } else if let Some(bad) = bad {
        let allowed = match kind {
            Kind::Scopes => {
                "it takes ASCII letters, digits and punctuation except `\"` and `\\`, as in `\"orders:read\"`"
            }
            Kind::Roles => "it takes any text without control characters, as in `\"clerk\"`",
        };
        format!("{bad:?} is not allowed in a {noun}; {allowed}")
    } else {
        return true;
    };
    errors.push(text, message);
    false
}

/// What a name implies, without what is not a variant and what is there already.
fn known_once(
    subject: &Subject,
    variant: &Ident,
    implied: Vec<Ident>,
    variants: &[Ident],
    errors: &mut ErrorSink,
) -> Vec<Ident> {
    let mut kept: Vec<Ident> = Vec::new();
    for name in implied {
        if !variants.contains(&name) {
            let texts: Vec<String> = variants.iter().map(ToString::to_string).collect();
            let nearest = nearest_of(&name.to_string(), texts.iter().map(String::as_str));
            let fix = nearest.map_or_else(
                || {
                    format!(
                        "`{variant}` may imply {}",
                        quoted(variants.iter().filter(|other| *other != variant))
                    )
                },
                |nearest| format!("did you mean `{nearest}`?"),
            );
            errors.push(&name, format!("`{name}` is not a variant of `{}`; {fix}", subject.name));
        } else if kept.contains(&name) {
            errors.push(
                &name,
                format!("`{variant}` implies `{name}` already; remove one of them, or correct it"),
            );
        } else {
            kept.push(name);
        }
    }
    kept
}

fn quoted<'i>(names: impl Iterator<Item = &'i Ident>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "nothing: it is the only one".to_owned() } else { names.join(", ") }
}

/// Reports each cycle at the implication that closes it, and takes that out.
fn refuse_cycles(terms: &mut [Term], errors: &mut ErrorSink) {
    let place = |name: &Ident| terms.iter().position(|term| term.variant == *name);
    let steps: Vec<Vec<usize>> =
        terms.iter().map(|term| term.implied.iter().filter_map(place).collect()).collect();
    for cycle in cycles(&steps) {
        let variant = |index: usize| terms.get(index).map(|term| term.variant.clone());
        let names: Vec<String> =
            cycle.iter().filter_map(|index| variant(*index)).map(|name| name.to_string()).collect();
        let [.., from, to] = cycle.as_slice() else { continue };
        let (Some(to), Some(from)) = (variant(*to), terms.get_mut(*from)) else { continue };
        if let Some(closing) = from.implied.iter().find(|implied| **implied == to) {
            let fix = "a name cannot imply itself; leave one of these implications out";
            errors.push(closing, format!("`{}` is a cycle: {fix}", names.join(" -> ")));
        }
        from.implied.retain(|implied| *implied != to);
    }
}
