//! The item below an attribute is always in the output.

use proc_macro2::TokenStream;

use super::{expand, tokens};
use crate::attribute::Attribute::{AnonymousAllowed, AuthenticationRequired, Requires};

/// Whether `whole` contains the tokens of `part` in sequence.
fn contains(whole: &TokenStream, part: &str) -> bool {
    let without_spaces = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
    without_spaces(whole).contains(&without_spaces(&tokens(part)))
}

#[test]
fn a_broken_body_keeps_its_guard() {
    for body in ["{ let x = ; }", "{ foo. }", "{ match x { => } }", "{ } trailing tokens", "{ fn ( }"] {
        let Ok(item) = format!("async fn list() {body}").parse::<TokenStream>() else {
            continue;
        };
        let (found, messages) = expand(Requires, r#"scope = "a""#, &item.to_string());
        assert_eq!(messages, [""; 0], "{body}");
        assert!(contains(&found, body), "{body}: {found}");
        assert!(contains(&found, "_: ::jwt_guard::__private::Guarded<__JwtGuardList>"), "{found}");
    }
}

#[test]
fn an_item_that_is_not_a_handler_comes_out_as_it_was() {
    for (item, named) in [
        ("#[derive(Debug)] pub struct A<T>(T);", "a struct"),
        ("pub enum A { B }", "an enum"),
        ("impl<T> A<T> { async fn b() {} }", "an `impl` block"),
        ("unsafe impl A for B {}", "an `impl` block"),
        ("trait A { fn b(); }", "a trait"),
        ("mod a { fn b() {} }", "a module"),
        ("pub const A: u8 = 1;", "a constant"),
        ("static A: u8 = 1;", "a static"),
        ("type A = B;", "a type alias"),
        ("pub(in a::b) use a::b;", "an import"),
        ("union A { b: u8 }", "a union"),
        ("macro_rules! a { () => {} }", "a macro"),
        ("let a = 1;", "a statement"),
        ("fn (broken", ""),
        ("async fn list(a: ) {}", "a function whose signature cannot be read"),
        ("1 + 1", "something else"),
        ("", ""),
    ] {
        let Ok(item) = item.parse::<TokenStream>() else {
            continue;
        };
        let (found, messages) = expand(Requires, r#"scope = "a""#, &item.to_string());
        assert_eq!(found.to_string(), item.to_string());
        assert_eq!(messages.len(), 1, "{item}: {messages:?}");
        assert!(messages.iter().all(|message| message.contains(named)), "{item}: {messages:?}");
    }
}

#[test]
fn a_method_comes_out_as_it_was() {
    for item in [
        "async fn list(&self) {}",
        "pub async fn list(mut self: Box<Self>, a: A) {}",
        "async fn list();",
        "async fn list(a: Self) -> A {}",
        "async fn list(a: A) -> Result<(), Self::Error> {}",
    ] {
        let (found, messages) = expand(AuthenticationRequired, "", item);
        assert_eq!(found.to_string(), tokens(item).to_string());
        assert_eq!(messages.len(), 1, "{item}: {messages:?}");
    }
}

#[test]
fn a_handler_with_a_mistake_in_its_policy_is_still_guarded() {
    for arguments in ["scpoe = \"a\"", "scope = \"\"", "any()", ", ,", "scope = \"a\" \"b\"", "= = ="] {
        let (found, messages) =
            expand(Requires, arguments, "#[doc = \"..\"] pub async fn list(a: A) -> B { c }");
        assert!(!messages.is_empty(), "{arguments}");
        assert!(
            contains(
                &found,
                "#[doc = \"..\"] pub async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>, a: A) -> B { c }"
            ),
            "{found}"
        );
        assert!(
            contains(&found, "::jwt_guard::__private::Rule::authenticated().with_declaration"),
            "{found}"
        );
    }
}

#[test]
fn the_second_attribute_of_a_handler_adds_no_second_guard() {
    let below = "#[jwt_guard::requires(scope = \"a\")] async fn list() {}";
    let (found, messages) = expand(AuthenticationRequired, "", below);
    assert_eq!((found.to_string(), messages.len()), (tokens(below).to_string(), 1), "{messages:?}");
    // Under another name the attribute below is not recognised; it finds the guard of the one above.
    let above = "async fn list(_: ::renamed::__private::Guarded<__JwtGuardList>) {}";
    let (found, messages) = expand(AuthenticationRequired, "", above);
    assert_eq!((found.to_string(), messages.len()), (tokens(above).to_string(), 1), "{messages:?}");
    // The attribute does not reject a guard for a policy that was written by hand.
    let (_, messages) = expand(AuthenticationRequired, "", "async fn list(_: Guarded<CanBook>) {}");
    assert_eq!(messages, [""; 0]);
}

#[test]
fn claims_are_recognised_wherever_they_are_written() {
    for (parameter, mistakes) in [
        ("claims: Claims", 1),
        ("claims: jwt_guard::Claims<Custom>", 1),
        ("a: A, Claims { .. }: Claims", 1),
        ("claims: Option<Claims>", 0),
        ("claims: Extension<Claims>", 0),
        ("claims: &'static str", 0),
    ] {
        let (_, messages) = expand(AnonymousAllowed, "", &format!("async fn list({parameter}) {{}}"));
        assert_eq!(messages.len(), mistakes, "{parameter}: {messages:?}");
    }
}

#[test]
fn fifteen_extractors_are_the_most() {
    let parameters = |count: usize| (0..count).map(|index| format!("a{index}: A,")).collect::<String>();
    for (count, mistakes) in [(15, 0), (16, 1), (17, 1)] {
        let (_, messages) =
            expand(Requires, "scope = \"a\"", &format!("async fn list({}) {{}}", parameters(count)));
        assert_eq!(messages.len(), mistakes, "{count}: {messages:?}");
    }
}

#[test]
fn fragments_of_macro_rules_are_read_through_their_invisible_groups() {
    use proc_macro2::{Delimiter, Group, TokenTree};
    use quote::quote;
    let fragment = |tokens: TokenStream| TokenTree::from(Group::new(Delimiter::None, tokens));
    let (text, path, number) = (fragment(quote!("a")), fragment(quote!(roles::CLERK)), fragment(quote!(3)));
    let arguments =
        quote!(scope = #text, role = #path, policy = #path, claim(#text) = #number, reason = #text);
    let (_, errors) = crate::expand::invocation(Requires, arguments, tokens("async fn list() {}"));
    assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
}

/// Tries every list of three of these tokens, at the top and in a group: the attribute must not panic, and must keep
/// the handler.
#[test]
fn no_soup_of_tokens_loses_the_handler() {
    const TOKENS: [&str; 22] = [
        "scope",
        "role",
        "claim",
        "any",
        "not",
        "policy",
        "deny_as",
        "reason",
        "crate",
        "fresh",
        "token",
        "frobnicate",
        "=",
        ",",
        ":: a",
        "\"a\"",
        "\"not_found\"",
        "-1",
        "(\"a\")",
        "(scope = \"a\")",
        "()",
        "[]",
    ];
    let body = "{ let x = 1; }";
    for first in TOKENS {
        for second in TOKENS {
            for third in TOKENS {
                let soup = format!("{first} {second} {third}");
                for arguments in [soup.clone(), format!("any({soup})"), format!("role = \"b\", {soup}")] {
                    let (found, _) = expand(Requires, &arguments, &format!("async fn list() {body}"));
                    assert!(contains(&found, body), "{arguments}");
                    assert!(contains(&found, "Guarded<__JwtGuardList>"), "{arguments}");
                    syn::parse2::<syn::File>(found).unwrap_or_else(|error| panic!("{arguments}: {error}"));
                }
            }
        }
    }
}
