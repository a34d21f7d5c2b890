//! Parses what follows a text: `implies OrdersRead`, `implies [OrdersRead, OrdersWrite]`, or nothing.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Lit, Path, Token, token};

use super::parse::skip;
use super::subject::Subject;
use super::{Kind, Term};
use crate::errors::ErrorSink;

/// Reads the implications of `term`; returns whether one stands without brackets.
pub(super) fn implied(
    subject: &Subject,
    term: &mut Term,
    input: ParseStream<'_>,
    errors: &mut ErrorSink,
) -> bool {
    // A name after a missing comma is the next one.
    if input.is_empty() || input.peek(Token![,]) || input.peek2(Token![=]) {
        return false;
    }
    let Ok(word) = input.fork().parse::<TokenTree>() else { return false };
    if word.to_string() != "implies" {
        errors.push(&word, format!("expected `,` or `implies`, found `{word}`"));
        skip(input);
        return false;
    }
    let _word = input.parse::<TokenTree>();
    let mut names = Names { subject, variant: &term.variant, errors };
    if input.peek(token::Bracket) {
        term.implied = names.list(&word, input);
        return false;
    }
    if input.is_empty() || input.peek(Token![,]) {
        names.report_nothing(&word);
        return false;
    }
    term.implied = names.one(input).into_iter().collect();
    true
}

/// Reads the names that one variant implies.
struct Names<'a> {
    subject: &'a Subject,
    variant: &'a Ident,
    errors: &'a mut ErrorSink,
}

impl Names<'_> {
    fn list(&mut self, word: &TokenTree, input: ParseStream<'_>) -> Vec<Ident> {
        let Ok(TokenTree::Group(group)) = input.parse::<TokenTree>() else { return Vec::new() };
        let mut found = Vec::new();
        if group.stream().is_empty() {
            self.report_nothing(word);
            return found;
        }
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                found.extend(self.one(input));
                if input.is_empty() || input.parse::<Token![,]>().is_ok() {
                    continue;
                }
                if let Ok(token) = input.fork().parse::<TokenTree>() {
                    self.errors.push(&token, format!("expected `,`, found `{token}`"));
                }
                if !input.peek(Ident::peek_any) {
                    skip(input);
                    let _comma = input.parse::<Token![,]>();
                }
            }
            Ok(())
        };
        // The closure takes everything and never fails.
        let _read = read.parse2(group.stream());
        found
    }

    /// A variant, also as `Self::OrdersRead` or `Scope::OrdersRead`.
    fn one(&mut self, input: ParseStream<'_>) -> Option<Ident> {
        let first = input.fork().parse::<TokenTree>().ok();
        match input.call(Path::parse_mod_style) {
            Ok(path) => {
                let found = self.own(&path);
                if found.is_none() {
                    self.report_foreign(&path);
                }
                found
            }
            Err(_) => {
                self.report_other(&first?, input);
                skip(input);
                None
            }
        }
    }

    /// The variant of a path that begins with nothing but this enum.
    fn own(&self, path: &Path) -> Option<Ident> {
        if path.leading_colon.is_some() {
            return None;
        }
        let segments: Vec<&Ident> = path.segments.iter().map(|segment| &segment.ident).collect();
        match *segments {
            [variant] => Some(variant.clone()),
            [of, variant] if *of == "Self" || *of == self.subject.name => Some(variant.clone()),
            _ => None,
        }
    }

    fn report_foreign(&mut self, path: &Path) {
        let setter = match self.subject.kind {
            Kind::Scopes => "scope_implies",
            Kind::Roles => "role_implies",
        };
        let written = path.to_token_stream().to_string().replace(' ', "");
        let message = format!(
            "`{written}` is not a variant of `{}`; for names of another enum use `Builder::{setter}`",
            self.subject.name
        );
        self.errors.push(path, message);
    }

    /// What stands there is not a path.
    fn report_other(&mut self, first: &TokenTree, input: ParseStream<'_>) {
        let Subject { name, .. } = self.subject;
        let message = match first {
            // The path ends with `::`.
            TokenTree::Ident(_) if !input.peek(Ident::peek_any) => {
                format!("the path `{first}::` names no variant of `{name}`")
            }
            TokenTree::Literal(literal) => {
                let meant = match Lit::new(literal.clone()) {
                    Lit::Str(text) => self.subject.with(&text.value()),
                    _ => None,
                };
                let fix = meant.map(|variant| format!("implies {variant}"));
                let fix = fix.or_else(|| self.subject.implies(self.variant));
                let fix = fix.map_or_else(String::new, |fix| format!("; write `{fix}`"));
                format!("`implies` takes variants of `{name}`, found `{first}`{fix}")
            }
            _ => format!("`implies` takes variants of `{name}`, found `{first}`"),
        };
        self.errors.push(first, message);
    }

    fn report_nothing(&mut self, word: &TokenTree) {
        let fix = self
            .subject
            .implies(self.variant)
            .map_or_else(|| "leave it out".to_owned(), |fix| format!("write `{fix}`, or leave it out"));
        self.errors.push(word, format!("`implies` names nothing; {fix}"));
    }
}
