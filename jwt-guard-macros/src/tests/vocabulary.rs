//! `scopes! { .. }` and `roles! { .. }`.

use super::{assert_tokens, tokens};
use crate::vocabulary::{Kind, invocation};

fn messages(kind: Kind, text: &str) -> Vec<String> {
    invocation(kind, tokens(text)).1.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_vocabulary(name: &str, kind: Kind, text: &str) {
    let (tokens, errors) = invocation(kind, tokens(text));
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages, Vec::<String>::new());
    assert_tokens(name, tokens);
}

#[test]
fn an_enum_of_scopes_reads_like_a_text_and_lists_its_terms() {
    let text = r#"
        /// What a token allows.
        #[derive(Debug, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Scope {
            /// See
            /// orders.
            ///
            /// At length.
            OrdersRead = "orders:read",
            OrdersWrite = "orders:write" implies OrdersRead,
            #[doc = "Everything."]
            Admin = "admin" implies [Self::OrdersWrite, Reports],
            Reports = "reports",
        }
    "#;
    assert_vocabulary("scopes", Kind::Scopes, text);
}

#[test]
fn conditions_of_the_enum_and_the_use_of_what_is_deprecated_stand_on_every_impl() {
    let text = r#"
        #[cfg(feature = "orders")]
        #[cfg_attr(test, cfg(unix), allow(dead_code))]
        pub(crate) enum Scope {
            #[deprecated]
            Err = "err",
        }
    "#;
    assert_vocabulary("scopes_under_a_condition", Kind::Scopes, text);
}

#[test]
fn roles_have_any_text_and_the_crate_another_path() {
    let text = r#"crate = ::renamed; enum Role { Head = "Head of sales" }"#;
    assert_vocabulary("roles", Kind::Roles, text);
}

/// The mistake, and how its message begins. `ui-tests` shows the places.
#[test]
fn every_mistake_has_its_message() {
    for (text, start) in [
        ("", "`scopes!` is empty; it is written `scopes! {"),
        ("pub struct Scope { A = \"a\" }", "expected `enum`, found `struct`; it is written"),
        ("pub", "expected `enum`, found nothing"),
        ("A = \"a\", B = \"b\"", "expected `enum`, found `A`"),
        ("enum { A = \"a\" }", "the enum has no name"),
        ("enum Scope(A = \"a\");", "expected the names in braces, found"),
        ("enum Scope<T> { A = \"a\" }", "expected the names in braces, found `<`"),
        ("enum Scope", "expected the names in braces, found nothing"),
        ("enum Scope {}", "`Scope` has no scope; write one as `OrdersRead = \"orders:read\"`"),
        (
            "enum Scope { A = \"a\" } enum Two { B = \"b\" }",
            "`scopes!` takes one enum, found `enum` after it",
        ),
        ("crate = renamed; enum Scope { A = \"a\" }", "the path to the crate must be absolute"),
        (
            "crate = ::renamed, enum Scope { A = \"a\" }",
            "the path of the crate stands before the enum in `scopes!`",
        ),
        ("enum Scope { A }", "`A` has no text; write `A = \"a\"`"),
        ("enum Scope { A = }", "`A` has no text"),
        ("enum Scope { A: \"a\" }", "expected `=` after `A`, found `:`"),
        ("enum Scope { A(u8) }", "expected `=` after `A`, found parentheses"),
        ("enum Scope { A { b: u8 } }", "expected `=` after `A`, found fields"),
        ("enum Scope { \"a\" }", "expected a variant, found `\"a\"`"),
        ("enum Scope { A = 1 }", "a scope is a string, found `1`; write `A = \"a\"`"),
        ("enum Scope { A = NAME }", "a scope is a string, found `NAME`"),
        ("enum Scope { A = \"\" }", "a scope is empty; write `A = \"a\"`"),
        (
            "enum Scope { A = \" a\" }",
            "a scope has white space at its end, so no token has it; write `A = \"a\"`",
        ),
        ("enum Scope { A = \"a b\" }", "a scope has no spaces; write a variant for each of \"a\", \"b\""),
        ("enum Scope { A = \"a\\\"\" }", "'\"' is not allowed in a scope"),
        ("enum Scope { A = \"a\", B = \"a\" }", "the scope \"a\" is the name of `A` already"),
        ("enum Scope { A = \"a\", A = \"b\" }", "the variant `A` is written twice"),
        ("enum Scope { A = \"a\" B = \"b\" }", "expected `,` before `B`"),
        ("enum Scope { A = \"a\" imply B, B = \"b\" }", "expected `,` or `implies`, found `imply`"),
        (
            "enum Scope { A = \"a\" implies, B = \"b\" }",
            "`implies` names nothing; write `implies B`, or leave it out",
        ),
        ("enum Scope { A = \"a\" implies [] }", "`implies` names nothing; leave it out"),
        (
            "enum Scope { A = \"a\" implies \"b\", B = \"b\" }",
            "`implies` takes variants of `Scope`, found `\"b\"`; write `implies B`",
        ),
        (
            "enum Scope { A = \"a\" implies [B, 1], B = \"b\" }",
            "`implies` takes variants of `Scope`, found `1`; write `implies B`",
        ),
        ("enum Scope { A = \"a\" implies B::, B = \"b\" }", "the path `B::` names no variant of `Scope`"),
        (
            "enum Scope { A = \"a\" implies other::Scope::B, B = \"b\" }",
            "`other::Scope::B` is not a variant of `Scope`; for names of another enum use `Builder::scope_implies`",
        ),
        (
            "enum Scope { A = \"a\" implies [Role::B], B = \"b\" }",
            "`Role::B` is not a variant of `Scope`; for",
        ),
        (
            "enum Scope { A = \"a\" implies ::Scope::B, B = \"b\" }",
            "`::Scope::B` is not a variant of `Scope`",
        ),
        (
            "enum Scope { A = \"a\" implies Self::A::B, B = \"b\" }",
            "`Self::A::B` is not a variant of `Scope`",
        ),
        ("enum Scope { A = \"a\" implies [B C], B = \"b\", C = \"c\" }", "expected `,`, found `C`"),
        ("enum Scope { A = \"a\" implies [B | C], B = \"b\", C = \"c\" }", "expected `,`, found `|`"),
        ("enum Scope { A = \"a\" implies [B; C], B = \"b\", C = \"c\" }", "expected `,`, found `;`"),
        ("enum Scope { A = \"a\" implies B  C = \"c\", B = \"b\" }", "expected `,` before `C`"),
        ("enum Scope { A = \"a\" implies [B]  C = \"c\", B = \"b\" }", "expected `,` before `C`"),
        (
            "enum Scope { A = \"a\" implies OrderRead, OrdersRead = \"b\" }",
            "`OrderRead` is not a variant of `Scope`; did you mean `OrdersRead`?",
        ),
        (
            "enum Scope { A = \"a\" implies Nothing, B = \"b\" }",
            "`Nothing` is not a variant of `Scope`; `A` may imply `B`",
        ),
        ("enum Scope { A = \"a\" implies [B, B], B = \"b\" }", "`A` implies `B` already"),
        (
            "enum Scope { A = \"a\" implies B C, B = \"b\" }",
            "expected `,`, found `C`; several names stand in brackets: `implies [B, C]`",
        ),
        (
            "enum Scope { A = \"a\" implies B, C, B = \"b\" }",
            "`C` has no text; write `C = \"c\"`, or, to imply several names, `implies [B, C]`",
        ),
        ("enum Scope { A = \"a\" implies A }", "`A -> A` is a cycle: a name cannot imply itself"),
        ("enum Scope { A = \"a\" implies B, B = \"b\" implies A }", "`A -> B -> A` is a cycle"),
        ("enum Scope { #[cfg(unix)] A = \"a\" }", "`cfg` does not stand on one name"),
    ] {
        let found = messages(Kind::Scopes, text);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert!(found[0].starts_with(start), "{text}: {}", found[0]);
    }
    for (text, start) in [
        ("", "`roles!` is empty; it is written `roles! {"),
        ("enum Role { A = \"\\n\" }", "a role is empty; write `A = \"a\"`"),
        (
            "enum Role { A = \"a\" implies Scope::B, B = \"b\" }",
            "`Scope::B` is not a variant of `Role`; for names of another enum use `Builder::role_implies`",
        ),
        ("enum Role { A = \"a\\nb\" }", "'\\n' is not allowed in a role; it takes any text without control"),
        ("enum Role { A = \"a \" }", "a role has white space at its end"),
    ] {
        let found = messages(Kind::Roles, text);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert!(found[0].starts_with(start), "{text}: {}", found[0]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_every_variant_is_there() {
    let text = r#"pub enum Scope { A = "a b", B = "b" implies [B, C], D, B = "b" }"#;
    let (found, errors) = invocation(Kind::Scopes, tokens(text));
    assert_eq!(errors.len(), 5, "{errors:#?}");
    let found = found.to_string();
    for variant in ["A", "B", "D"] {
        assert!(found.contains(&format!("Self :: {variant} =>")), "{variant}: {found}");
    }
}

#[test]
fn no_soup_of_tokens_panics() {
    const PARTS: [&str; 14] = [
        "enum",
        "Scope",
        "{ A = \"a\" }",
        "{ A",
        "A",
        "=",
        "\"a\"",
        "implies",
        "[A]",
        ",",
        ";",
        "crate",
        "pub",
        "#[x]",
    ];
    for first in PARTS {
        for second in PARTS {
            for third in PARTS {
                let text = format!("{first} {second} {third}");
                for text in [
                    text.clone(),
                    format!("enum Scope {{ {text} }}"),
                    format!("enum S {{ A = \"a\" {text} }}"),
                ] {
                    let Ok(input) = text.parse() else { continue };
                    let (tokens, errors) = invocation(Kind::Scopes, input);
                    assert!(!tokens.is_empty() || !errors.is_empty(), "{text}");
                }
            }
        }
    }
}
