//! The conditions of a policy, as a tree of constants.
//!
//! Every reference is made in a block of its own (`const { &.. }`), so that it lives as long as the program even
//! where the compiler would not lengthen the life of a temporary by itself.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Condition, Literal, Name};
use crate::validate::tidy;

/// ```text
/// Requirement::All(const { &[Requirement::Scope("orders:write"), Requirement::Role(check_name(roles::CLERK))] })
/// ```
///
/// All names with their full paths.
pub(super) fn all(conditions: &[Condition], private: &TokenStream) -> TokenStream {
    list("All", conditions, private)
}

fn list(variant: &str, conditions: &[Condition], private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let variant = syn::Ident::new(variant, span);
    let conditions = conditions.iter().map(|condition| one(condition, private));
    quote_spanned!(span=> #private::Requirement::#variant(const { &[#(#conditions),*] }))
}

/// ```text
/// Requirement::Not(const { &Requirement::Scope("orders:write") })
/// Requirement::Claim(&["realm", "name"], ClaimValue::Text("acme"))
/// Requirement::Policy("rules::Shared", const { &<rules::Shared as Policy>::RULE.shared_requirement() })
/// ```
fn one(condition: &Condition, private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    match condition {
        Condition::All(conditions) => list("All", conditions, private),
        Condition::Any(conditions) => list("Any", conditions, private),
        Condition::Not(inner) => {
            let inner = one(inner, private);
            quote_spanned!(span=> #private::Requirement::Not(const { &#inner }))
        }
        Condition::Scope(name) => {
            let name = checked(name, "check_scope", private);
            quote_spanned!(span=> #private::Requirement::Scope(#name))
        }
        Condition::Role(name) => {
            let name = checked(name, "check_name", private);
            quote_spanned!(span=> #private::Requirement::Role(#name))
        }
        Condition::Claim(path, value) => {
            let value = claim_value(value, private);
            quote_spanned!(span=> #private::Requirement::Claim(&[#(#path),*], #value))
        }
        Condition::Policy(policy) => {
            let name = tidy(policy);
            // At the place of the type, so that the compiler underlines it when it is not a policy.
            let at = span.located_at(policy.span());
            let rule = quote_spanned!(at=> <#policy as #private::Policy>::RULE);
            quote_spanned!(span=> #private::Requirement::Policy(#name, const { &#rule.shared_requirement() }))
        }
    }
}

/// ```text
/// "orders:write"
/// check_scope(scopes::WRITE)
/// ```
fn checked(name: &Name, check: &str, private: &TokenStream) -> TokenStream {
    match name {
        Name::Literal(text) => text.to_token_stream(),
        Name::Constant(path) => {
            // At the place of the path, so that the compiler underlines it when its value is not legal.
            let at = Span::mixed_site().located_at(path.span());
            let check = syn::Ident::new(check, at);
            quote_spanned!(at=> #private::#check(#path))
        }
    }
}

/// ```text
/// ClaimValue::Text("acme")
/// ClaimValue::Integer(3i64)
/// ClaimValue::Bool(true)
/// ```
fn claim_value(value: &Literal, private: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    match value {
        Literal::Text(text) => quote_spanned!(span=> #private::ClaimValue::Text(#text)),
        Literal::Integer(value) => quote_spanned!(span=> #private::ClaimValue::Integer(#value)),
        Literal::Bool(value) => quote_spanned!(span=> #private::ClaimValue::Bool(#value)),
    }
}
