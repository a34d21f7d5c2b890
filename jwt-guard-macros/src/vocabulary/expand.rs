//! Writes a vocabulary as an enum that reads like a text, and its names as data.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Attribute, LitStr, Path, Token, punctuated::Punctuated};

use super::description::description;
use super::{Kind, Term, Vocabulary};
use crate::expand::compile_condition;

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
///     pub const fn all() -> &'static [Self] { &[Self::OrdersRead, ..] }
/// }
///
/// impl ::jwt_guard::__private::Scopes for Scope {
///     const TERMS: &'static [Term] = &[Term::new("orders:read").with_description("..").with_implied(&[..]), ..];
/// }
/// ```
///
/// And `AsRef<str>`, `Display`, `FromStr` and the conversions from and to texts. A `cfg` of the enum stands on each of them.
pub(super) fn vocabulary(written: &Vocabulary) -> TokenStream {
    let span = Span::mixed_site();
    let Vocabulary { crate_path, attributes, visibility, subject, terms } = written;
    let (kind, name) = (subject.kind, &subject.name);
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
    let on_impl = on_impl(attributes, terms);
    let all = format!("Every {}, in the order of the declaration.", kind.noun());
    let as_str = format!("The {}, as tokens have it.", kind.noun());
    let as_bytes = format!("The bytes of the {}.", kind.noun());
    quote_spanned! {span=>
        #item

        #on_impl
        impl #name {
            #[doc = #all]
            #[inline]
            #[must_use]
            #visibility const fn all() -> &'static [Self] {
                &[#(Self::#names),*]
            }

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

        #on_impl
        #[automatically_derived]
        impl #private::#kinds for #name {
            const TERMS: &'static [#private::Term] = &[#(#entries),*];
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::AsRef<str> for #name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::str::FromStr for #name {
            type Err = #private::NotDeclared;

            #[inline]
            fn from_str(name: &str) -> ::core::result::Result<Self, #private::NotDeclared> {
                let found = Self::all().iter().copied().find(|known| known.as_str() == name);
                found.ok_or_else(|| #private::NotDeclared::new(name))
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::TryFrom<&str> for #name {
            type Error = #private::NotDeclared;

            #[inline]
            fn try_from(name: &str) -> ::core::result::Result<Self, #private::NotDeclared> {
                <Self as ::core::str::FromStr>::from_str(name)
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::TryFrom<#private::String> for #name {
            type Error = #private::NotDeclared;

            #[inline]
            fn try_from(name: #private::String) -> ::core::result::Result<Self, #private::NotDeclared> {
                <Self as ::core::str::FromStr>::from_str(&name)
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::From<#name> for &'static str {
            #[inline]
            fn from(name: #name) -> Self {
                name.as_str()
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::From<#name> for &'static [u8] {
            #[inline]
            fn from(name: #name) -> Self {
                name.as_bytes()
            }
        }

        #on_impl
        #[automatically_derived]
        impl ::core::convert::From<#name> for #private::String {
            #[inline]
            fn from(name: #name) -> Self {
                Self::from(name.as_str())
            }
        }
    }
}

/// What stands above each implementation: the `cfg`s of the enum, and, if a part of it is deprecated, that it
/// may be used here.
fn on_impl(attributes: &[Attribute], terms: &[Term]) -> TokenStream {
    let conditions = attributes.iter().filter_map(compile_condition);
    let mut all = attributes.iter().chain(terms.iter().flat_map(|term| &term.attributes));
    let is_deprecated = all.any(|attribute| {
        let is_conditional = attribute.path().is_ident("cfg_attr");
        attribute.path().is_ident("deprecated")
            || (is_conditional && attribute.to_token_stream().to_string().contains("deprecated"))
    });
    let allow = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    quote!(#(#conditions)* #allow)
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
