//! The conditions of a policy, as a tree of constants.
//!
//! Every reference is in its own block (`const { &.. }`), so that it is `'static` even where the compiler does not
//! extend the lifetime of a temporary.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use crate::crate_path::CratePath;
use crate::model::{Condition, Literal, Name};
use crate::validate::display_path;

/// ```text
/// Requirement::All(const { &[Requirement::Scope("orders:write"), Requirement::Role(role_name(role(roles::CLERK).as_bytes()))] })
/// ```
///
/// All names have their full paths.
pub(super) fn all(conditions: &[Condition], crate_path: &CratePath) -> TokenStream {
    list("All", conditions, crate_path)
}

/// Every named policy, at any depth.
pub(super) fn policies(conditions: &[Condition]) -> Vec<&Type> {
    conditions.iter().flat_map(policies_of).collect()
}

fn policies_of(condition: &Condition) -> Vec<&Type> {
    match condition {
        Condition::All(conditions) | Condition::Any(conditions) => policies(conditions),
        Condition::Not(inner) => policies_of(inner),
        Condition::Policy(policy) => vec![policy],
        Condition::Scope(_)
        | Condition::Role(_)
        | Condition::Claim(..)
        | Condition::Fresh
        | Condition::MaxAge(_)
        | Condition::Acr(_)
        | Condition::Owner(_)
        | Condition::PathClaim(..) => Vec::new(),
    }
}

/// ```text
/// Rule::refusing_as(Rule::authenticated().., &<rules::Shared as Policy>::RULE)
/// ```
///
/// A call of a function, so that a contradiction is an error at the path of the policy: that of a method would be at the
/// whole attribute.
pub(super) fn refusing_as(rule: &TokenStream, policy: &Type, crate_path: &CratePath) -> TokenStream {
    let (first, last) = ends(policy);
    let private = crate_path.private_at(first);
    let included = quote_spanned!(first=> <#policy as #private::Policy>::RULE);
    let function = quote_spanned!(first=> #private::Rule::refusing_as);
    let arguments = quote_spanned!(last=> (#rule, &#included));
    quote_spanned!(last=> #function #arguments)
}

fn list(variant: &str, conditions: &[Condition], crate_path: &CratePath) -> TokenStream {
    let span = Span::mixed_site();
    let private = crate_path.private();
    let variant = Ident::new(variant, span);
    let conditions = conditions.iter().map(|condition| one(condition, crate_path));
    quote_spanned!(span=> #private::Requirement::#variant(const { &[#(#conditions),*] }))
}

/// ```text
/// Requirement::Not(const { &Requirement::Scope("orders:write") })
/// Requirement::Claim(&["realm", "name"], ClaimValue::Text("acme"))
/// Requirement::PathClaim("tenant", &["org", "id"])
/// Requirement::MaxAge(Duration::from_secs(600u64))
/// Requirement::Acr(const { &["gold", check_acr(text(levels::SILVER))] })
/// Requirement::Policy("rules::Shared", const { &<rules::Shared as Policy>::RULE.shared_requirement() })
/// ```
fn one(condition: &Condition, crate_path: &CratePath) -> TokenStream {
    let span = Span::mixed_site();
    let private = crate_path.private();
    match condition {
        Condition::All(conditions) => list("All", conditions, crate_path),
        Condition::Any(conditions) => list("Any", conditions, crate_path),
        Condition::Not(inner) => {
            let inner = one(inner, crate_path);
            quote_spanned!(span=> #private::Requirement::Not(const { &#inner }))
        }
        Condition::Scope(name) => {
            let name = named(name, "scope", crate_path);
            quote_spanned!(span=> #private::Requirement::Scope(#name))
        }
        Condition::Role(name) => {
            let name = named(name, "role", crate_path);
            quote_spanned!(span=> #private::Requirement::Role(#name))
        }
        Condition::Claim(path, value) => {
            let value = claim_value(value, crate_path);
            quote_spanned!(span=> #private::Requirement::Claim(&[#(#path),*], #value))
        }
        Condition::Fresh => quote_spanned!(span=> #private::Requirement::Fresh),
        Condition::MaxAge(seconds) => {
            quote_spanned!(span=> #private::Requirement::MaxAge(#private::Duration::from_secs(#seconds)))
        }
        Condition::Acr(values) => {
            let values = values.iter().map(|value| checked(value, crate_path));
            quote_spanned!(span=> #private::Requirement::Acr(const { &[#(#values),*] }))
        }
        Condition::Owner(name) => quote_spanned!(span=> #private::Requirement::Owner(#name)),
        Condition::PathClaim(name, claim) => {
            quote_spanned!(span=> #private::Requirement::PathClaim(#name, &[#(#claim),*]))
        }
        Condition::Policy(policy) => {
            let name = display_path(policy);
            let (first, last) = ends(policy);
            let private_there = crate_path.private_at(first);
            let rule = quote_spanned!(first=> <#policy as #private_there::Policy>::RULE);
            let requirement = quote_spanned!(last=> .shared_requirement());
            quote_spanned!(span=> #private::Requirement::Policy(#name, const { &#rule #requirement }))
        }
    }
}

/// ```text
/// "orders:write"
/// scope_name(scope(Scope::OrdersWrite).as_bytes())
/// ```
///
/// A text and an enum of a vocabulary share one method that a constant may call: `as_bytes`.
fn named(name: &Name, kind: &str, crate_path: &CratePath) -> TokenStream {
    let bytes = |(first, last), constant| {
        let method = Ident::new("as_bytes", last);
        quote_spanned!(first=> #constant.#method())
    };
    constant(name, kind, &format!("{kind}_name"), bytes, crate_path)
}

/// ```text
/// "gold"
/// check_acr(text(levels::GOLD))
/// ```
fn checked(name: &Name, crate_path: &CratePath) -> TokenStream {
    constant(name, "text", "check_acr", |_, text| text, crate_path)
}

fn constant(
    name: &Name,
    takes: &str,
    check: &str,
    convert: impl FnOnce((Span, Span), TokenStream) -> TokenStream,
    crate_path: &CratePath,
) -> TokenStream {
    match name {
        Name::Literal(text) => text.to_token_stream(),
        Name::Constant(path) => {
            let (first, last) = ends(path);
            let private = crate_path.private_at(first);
            let (takes, check) = (Ident::new(takes, first), Ident::new(check, first));
            let argument = in_parentheses(path.to_token_stream(), last);
            let converted = convert((first, last), quote_spanned!(first=> #private::#takes #argument));
            let converted = in_parentheses(converted, last);
            quote_spanned!(first=> #private::#check #converted)
        }
    }
}

fn in_parentheses(tokens: TokenStream, place: Span) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(place);
    group
}

/// The spans of the first and the last token. The compiler underlines everything between them as the user's own text
/// when it refuses it.
fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut places = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = places.next().unwrap_or_else(Span::mixed_site);
    (first, places.last().unwrap_or(first))
}

/// ```text
/// ClaimValue::Text("acme")
/// ClaimValue::Integer(3i64)
/// ClaimValue::Bool(true)
/// ```
fn claim_value(value: &Literal, crate_path: &CratePath) -> TokenStream {
    let span = Span::mixed_site();
    let private = crate_path.private();
    match value {
        Literal::Text(text) => quote_spanned!(span=> #private::ClaimValue::Text(#text)),
        Literal::Integer(value) => quote_spanned!(span=> #private::ClaimValue::Integer(#value)),
        Literal::Bool(value) => quote_spanned!(span=> #private::ClaimValue::Bool(#value)),
    }
}
