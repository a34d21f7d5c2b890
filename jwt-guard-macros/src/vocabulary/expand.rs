//! Writes a vocabulary as an enum that reads like a text, and its names as data.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token, punctuated::Punctuated};

use super::{Kind, Term, Vocabulary};

/// The traits that an enum of names has. One that the user derives is not derived twice.
const DERIVED: [&str; 6] = ["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash"];

/// ```text
/// /// Its docs.
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
/// pub enum Scope { OrdersRead, OrdersWrite }
///
/// impl Scope {
///     pub const fn as_str(self) -> &'static str { match self { Self::OrdersRead => "orders:read", .. } }
///     pub const fn as_bytes(self) -> &'static [u8] { self.as_str().as_bytes() }
/// }
///
/// impl ::jwt_guard::__private::Scopes for Scope {
///     const TERMS: &'static [Term] = &[Term::new("orders:read").with_description("..").with_implied(&[..]), ..];
/// }
/// ```
///
/// And `AsRef<str>`, `Display`, `FromStr` and the conversions to texts.
pub(super) fn vocabulary(kind: Kind, written: &Vocabulary) -> TokenStream {
    let span = Span::mixed_site();
    let Vocabulary { crate_path, attributes, visibility, name, terms } = written;
    let private = crate_path.private();
    let derives = derives(attributes);
    let variants =
        terms.iter().map(|Term { attributes, variant, .. }| quote_spanned!(span=> #(#attributes)* #variant));
    let item = quote_spanned! {span=>
        #(#attributes)*
        #[derive(#(#derives),*)]
        #visibility enum #name { #(#variants),* }
    };
    if terms.is_empty() {
        // A mistake, which was reported.
        return quote_spanned!(span=> #(#attributes)* #visibility enum #name {});
    }
    let names: Vec<&Ident> = terms.iter().map(|term| &term.variant).collect();
    let texts: Vec<LitStr> = terms.iter().map(text).collect();
    let kinds = match kind {
        Kind::Scopes => format_ident!("Scopes", span = span),
        Kind::Roles => format_ident!("Roles", span = span),
    };
    let entries = terms.iter().zip(&texts).map(|(term, text)| {
        let description = description(&term.attributes);
        let description = description.map(|text| quote_spanned!(span=> .with_description(#text)));
        let implied: Vec<_> = term.implied.iter().filter_map(|name| text_of(name, terms)).collect();
        let implied = (!implied.is_empty()).then(|| quote_spanned!(span=> .with_implied(&[#(#implied),*])));
        quote_spanned!(span=> #private::Term::new(#text) #description #implied)
    });
    let as_str = format!("The {}, as tokens have it.", kind.noun());
    let as_bytes = format!("The bytes of the {}.", kind.noun());
    quote_spanned! {span=>
        #item

        impl #name {
            #[doc = #as_str]
            #[inline]
            #[must_use]
            #visibility const fn as_str(self) -> &'static str {
                match self { #(Self::#names => #texts),* }
            }

            #[doc = #as_bytes]
            #[inline]
            #[must_use]
            #visibility const fn as_bytes(self) -> &'static [u8] {
                self.as_str().as_bytes()
            }
        }

        impl #private::#kinds for #name {
            const TERMS: &'static [#private::Term] = &[#(#entries),*];
        }

        impl ::core::convert::AsRef<str> for #name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::fmt::Display for #name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::core::str::FromStr for #name {
            type Err = #private::NotDeclared;

            #[inline]
            fn from_str(name: &str) -> ::core::result::Result<Self, Self::Err> {
                match name {
                    #(#texts => ::core::result::Result::Ok(Self::#names),)*
                    _ => ::core::result::Result::Err(#private::NotDeclared::new(name)),
                }
            }
        }

        impl ::core::convert::From<#name> for &'static str {
            #[inline]
            fn from(name: #name) -> Self {
                name.as_str()
            }
        }

        impl ::core::convert::From<#name> for &'static [u8] {
            #[inline]
            fn from(name: #name) -> Self {
                name.as_bytes()
            }
        }

        impl ::core::convert::From<#name> for #private::String {
            #[inline]
            fn from(name: #name) -> Self {
                Self::from(name.as_str())
            }
        }
    }
}

/// The name; after a mistake a text that stands for it.
fn text(term: &Term) -> LitStr {
    term.text
        .clone()
        .unwrap_or_else(|| LitStr::new(&format!("{}:mistake", term.variant), term.variant.span()))
}

fn text_of(variant: &Ident, terms: &[Term]) -> Option<LitStr> {
    terms.iter().find(|term| term.variant == *variant).map(text)
}

/// The traits that the user does not derive.
fn derives(attributes: &[Attribute]) -> Vec<Ident> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let own: Vec<String> = lists
        .filter_map(|list| list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .filter_map(|path| path.segments.last().map(|segment| segment.ident.to_string()))
        .collect();
    let missing = DERIVED.iter().filter(|name| !own.iter().any(|own| own == *name));
    missing.map(|name| Ident::new(name, Span::mixed_site())).collect()
}

/// The first paragraph of the documentation, as one line.
fn description(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let lines =
        text.lines().map(str::trim).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    (!paragraph.is_empty()).then_some(paragraph)
}
