//! The enum that messages are about: they name its own variants and texts.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::LitStr;
use syn::ext::IdentExt as _;

use super::Kind;
use crate::validate::is_scope_letter;

/// What the enum is, and what stands in its braces.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    pub(super) name: Ident,
    /// Each variant with its text, before anything is checked.
    written: Vec<(Ident, String)>,
}

impl Subject {
    pub(super) fn new(kind: Kind, name: Ident, braces: TokenStream) -> Self {
        let tokens: Vec<TokenTree> = braces.into_iter().collect();
        let pair = |tokens: &[TokenTree]| match tokens {
            [TokenTree::Ident(variant), TokenTree::Punct(equals), TokenTree::Literal(text)]
                if equals.as_char() == '=' =>
            {
                let text: LitStr = syn::parse2(TokenTree::from(text.clone()).into()).ok()?;
                Some((variant.clone(), text.value()))
            }
            _ => None,
        };
        let written = tokens.windows(3).filter_map(pair).collect();
        Self { kind, name, written }
    }

    /// A variant with a text that it could have: `OrdersRead = "orders:read"`. The text is left open if
    /// another variant has it.
    pub(super) fn with_text(&self, variant: &Ident) -> String {
        let text = text_for(self.kind, &variant.unraw().to_string());
        let is_taken = self.written.iter().any(|(other, taken)| other != variant && *taken == text);
        let is_legal = !text.is_empty() && text.chars().all(is_scope_letter);
        if is_legal && !is_taken { format!("{variant} = {text:?}") } else { format!("{variant} = \"..\"") }
    }

    /// What `variant` could imply, if there is another one: `implies OrdersRead`.
    pub(super) fn implies(&self, variant: &Ident) -> Option<String> {
        let other = self.written.iter().find(|(other, _)| other != variant);
        other.map(|(other, _)| format!("implies {other}"))
    }

    /// The variant with this text.
    pub(super) fn with(&self, text: &str) -> Option<&Ident> {
        self.written.iter().find(|(_, known)| known == text).map(|(variant, _)| variant)
    }
}

/// The words of a variant, as names of this kind usually have them.
fn text_for(kind: Kind, variant: &str) -> String {
    let separator = match kind {
        Kind::Scopes => ':',
        Kind::Roles => '_',
    };
    let mut text = String::new();
    let mut in_word = false;
    for letter in variant.chars() {
        if letter == '_' || (in_word && letter.is_uppercase()) {
            text.push(separator);
        }
        in_word = letter.is_lowercase() || letter.is_ascii_digit();
        text.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn variant(name: &str) -> Ident {
        Ident::new(name, Span::call_site())
    }

    fn subject(kind: Kind, braces: &str) -> Subject {
        Subject::new(kind, variant("Scope"), braces.parse().unwrap())
    }

    #[test]
    fn a_text_is_proposed_in_the_form_of_its_kind() {
        for (name, scope, role) in [
            ("Read", "read", "read"),
            ("OrdersRead", "orders:read", "orders_read"),
            ("ORDERS_READ", "orders:read", "orders_read"),
            ("HR", "hr", "hr"),
            ("V2Orders", "v2:orders", "v2_orders"),
        ] {
            assert_eq!(text_for(Kind::Scopes, name), scope);
            assert_eq!(text_for(Kind::Roles, name), role);
        }
    }

    #[test]
    fn no_text_is_proposed_that_another_variant_has_or_that_no_token_has() {
        let scopes = subject(Kind::Scopes, r#"#[doc = "A."] List = "orders:read" implies Gone, Write"#);
        assert_eq!(scopes.with_text(&variant("OrdersRead")), r#"OrdersRead = "..""#);
        assert_eq!(scopes.with_text(&variant("Gr\u{f6}\u{df}e")), "Gr\u{f6}\u{df}e = \"..\"");
        assert_eq!(scopes.with_text(&variant("Write")), r#"Write = "write""#);
    }

    #[test]
    fn an_implication_is_proposed_of_another_variant_only() {
        let roles = subject(Kind::Roles, r#"Clerk = "clerk", Manager = "manager" implies"#);
        assert_eq!(roles.implies(&variant("Manager")).as_deref(), Some("implies Clerk"));
        assert_eq!(roles.implies(&variant("Clerk")).as_deref(), Some("implies Manager"));
        assert_eq!(subject(Kind::Roles, r#"Clerk = "clerk" implies"#).implies(&variant("Clerk")), None);
        assert_eq!(roles.with("manager"), Some(&variant("Manager")));
    }
}
