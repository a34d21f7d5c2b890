//! The hidden type that carries a handler's policy.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, Visibility};

use super::policy;
use crate::model::{HIDDEN_PREFIX, Handler, Params, Policy};

pub(super) struct Hidden {
    pub(super) name: Ident,
    visibility: Visibility,
    /// The `cfg`s of the handler: both exist, or neither.
    conditions: Vec<TokenStream>,
}

impl Hidden {
    pub(super) fn beside(handler: &Handler) -> Self {
        Self {
            name: Ident::new(&type_name(&handler.signature.ident.unraw().to_string()), Span::mixed_site()),
            visibility: handler.visibility.clone(),
            conditions: handler.attributes.iter().filter_map(compile_condition).collect(),
        }
    }

    /// ```text
    /// ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks! {
    ///     #[cfg(feature = "orders")]
    ///     pub __JwtGuardUpdate = (..), (<__JwtGuardUpdate as ::jwt_guard::__private::Policy>::RULE)
    /// }
    /// ```
    ///
    /// A macro writes the type, because its name is in the errors of the compiler where the type cannot be. The second value
    /// is evaluated even if the handler is not used; it comes from here, so that no note about it shows that name.
    pub(super) fn item(&self, policy: &Policy, handler: &Ident, params: Params) -> TokenStream {
        let Self { name, visibility, conditions } = self;
        let private = policy.crate_path.private();
        let rule = policy::rule(policy, handler, params);
        quote_spanned! {Span::mixed_site()=>
            #private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks! {
                #(#conditions)*
                #visibility #name = (#rule), (<#name as #private::Policy>::RULE)
            }
        }
    }
}

/// The name of the hidden type: derived from the handler's, different for different handlers, in camel case.
///
/// `get_order` becomes `__JwtGuardGetOrder`. A name that is not in plain snake case, such as `getOrder` or
/// `_get_order`, is kept after a `0`, with every underscore as `Z1` and every `Z` as `Z0`.
fn type_name(handler: &str) -> String {
    let plain = handler.split('_').all(|word| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    let mut name = HIDDEN_PREFIX.to_owned();
    if plain {
        for word in handler.split('_') {
            let mut letters = word.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
    } else {
        name.push('0');
        for letter in handler.chars() {
            match letter {
                'Z' => name.push_str("Z0"),
                '_' => name.push_str("Z1"),
                other => name.push(other),
            }
        }
    }
    name
}

/// The attribute if it decides whether the handler is compiled: `cfg(..)`, or `cfg_attr(.., cfg(..))` without its other
/// attributes.
pub(crate) fn compile_condition(attribute: &Attribute) -> Option<TokenStream> {
    if attribute.path().is_ident("cfg") {
        return Some(quote!(#attribute));
    }
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let read = |input: ParseStream<'_>| {
        let predicate: Meta = input.parse()?;
        input.parse::<Token![,]>()?;
        let rest = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((predicate, rest))
    };
    let (predicate, rest) = read.parse2(attribute.meta.require_list().ok()?.tokens.clone()).ok()?;
    let conditions: Vec<_> = rest.into_iter().filter(|meta| meta.path().is_ident("cfg")).collect();
    (!conditions.is_empty()).then(|| quote!(#[cfg_attr(#predicate, #(#conditions),*)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_handlers_have_different_types() {
        let handlers = [
            "get_order",
            "getOrder",
            "GetOrder",
            "get__order",
            "_get_order",
            "get_order_",
            "get_2",
            "get2",
            "getZ1order",
            "getZorder",
            "x",
            "X",
            "_x",
            "type",
            "größe",
        ];
        let mut names: Vec<_> = handlers.iter().map(|name| type_name(name)).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), handlers.len());
    }

    #[test]
    fn names_are_in_camel_case() {
        assert_eq!(type_name("get_order"), "__JwtGuardGetOrder");
        assert_eq!(type_name("v2_orders"), "__JwtGuardV2Orders");
        assert_eq!(type_name("getOrder"), "__JwtGuard0getOrder");
        assert_eq!(type_name("_private"), "__JwtGuard0Z1private");
    }
}
