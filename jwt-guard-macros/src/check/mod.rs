//! The attribute `#[check]`: a function whose name stands in `check = ..` of a policy.
//!
//! A function has no type that can be named, so the attribute adds a struct of the same name beside it. A struct with
//! braces is in the namespace of types alone, so that one path, and one `use`, names both.

mod validate;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Path, Token, Type};

use crate::crate_path::CratePath;
use crate::errors::ErrorSink;
use crate::expand::compile_condition;
use crate::model::Handler;
use crate::parse;
use validate::Function;

/// Expands the attribute. The tokens always contain the item, with or without mistakes.
pub(crate) fn invocation(arguments: TokenStream, item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = ErrorSink::new();
    let crate_path = crate_path(arguments, &mut errors);
    let tokens = match parse::handler(item.clone()) {
        Ok(handler) => match validate::function(&handler, &mut errors) {
            Some(function) => expand(&function, &handler, &crate_path),
            None => item,
        },
        Err(parse::NotAHandler { span, found }) => {
            let form = "it goes above `async fn owns_order(..) -> bool { .. }`";
            errors.push_at(span, format!("`#[check]` makes a check of a function, found {found}; {form}"));
            item
        }
    };
    (tokens, errors.finish())
}

/// Nothing, or `crate = ::path`.
fn crate_path(arguments: TokenStream, errors: &mut ErrorSink) -> CratePath {
    if arguments.is_empty() {
        return CratePath::default();
    }
    let read = |input: ParseStream<'_>| {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        let path = input.call(Path::parse_mod_style)?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() { Ok(path) } else { Err(input.error("more than a path")) }
    };
    match read.parse2(arguments.clone()) {
        Ok(path) => CratePath::validate(path, errors).unwrap_or_default(),
        Err(_) => {
            errors.push(
                arguments,
                "`#[check]` takes no argument but `crate = ::path::to::jwt_guard`; conditions on the caller \
                 stand in the policy of a handler",
            );
            CratePath::default()
        }
    }
}

/// ```text
/// pub async fn owns_order(Path(id): Path<u64>, caller: Principal) -> bool { .. }
///
/// #[doc(hidden)]
/// #[non_exhaustive]
/// pub struct owns_order {}
///
/// impl ::jwt_guard::__private::SomeCheck for owns_order { const FUNCTIONS: usize = 1; }
///
/// impl<S: Send + Sync> ::jwt_guard::__private::Check<S> for owns_order
/// where
///     Path<u64>: ::jwt_guard::__private::CheckInput<S>,
///     Principal: ::jwt_guard::__private::CheckInput<S>,
/// { .. }
/// ```
fn expand(function: &Function<'_>, handler: &Handler, crate_path: &CratePath) -> TokenStream {
    let Handler { attributes, visibility, signature, body } = handler;
    // Ours, so that no lint about names and visibility speaks of it, but found where the function is.
    let mut name = signature.ident.clone();
    name.set_span(Span::mixed_site().located_at(name.span()));
    let conditions: Vec<_> = attributes.iter().filter_map(compile_condition).collect();
    let span = Span::mixed_site();
    let private = crate_path.private();
    let probe = probe(&function.inputs, crate_path);
    let check = check(function, &name, &signature.ident, crate_path);
    quote_spanned! {span=>
        #(#attributes)*
        #visibility #signature #body

        #(#conditions)*
        #[doc(hidden)]
        #[non_exhaustive]
        pub struct #name {}

        #(#conditions)*
        #[diagnostic::do_not_recommend]
        impl #private::SomeCheck for #name {
            const FUNCTIONS: usize = 1;
        }

        #(#conditions)*
        #probe

        #(#conditions)*
        #check
    }
}

/// Takes each parameter from the request, and asks the function.
fn check(function: &Function<'_>, name: &Ident, asked: &Ident, crate_path: &CratePath) -> TokenStream {
    let span = Span::mixed_site();
    let private = crate_path.private();
    let bounds = function.inputs.iter().map(|input| {
        let private = crate_path.private_at(input.span());
        quote_spanned!(input.span()=> #input: #private::CheckInput<__S>)
    });
    let values: Vec<_> =
        (0..function.inputs.len()).map(|index| format_ident!("__{index}", span = span)).collect();
    let takes = function.inputs.iter().zip(&values).map(|(input, value)| {
        quote_spanned! {span=>
            let #value = match <#input as #private::CheckInput<__S>>::take(__request, __state).await {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(refused) => return refused,
            };
        }
    });
    let (request, state) = if values.is_empty() {
        (quote_spanned!(span=> _), quote_spanned!(span=> _))
    } else {
        (quote_spanned!(span=> __request), quote_spanned!(span=> __state))
    };
    // A wrong answer is underlined at the type that was written.
    let answer = function.answer.span();
    let there = crate_path.private_at(answer);
    let called = quote_spanned!(answer=> #asked(#(#values),*).await);
    let shown = format!("::{}", asked.unraw());
    let outcome = quote_spanned!(answer=> #there::CheckAnswer::outcome);
    quote_spanned! {span=>
        #[diagnostic::do_not_recommend]
        impl<__S: ::core::marker::Send + ::core::marker::Sync> #private::Check<__S> for #name
        where
            #(#bounds,)*
        {
            async fn check(#request: &mut #private::Parts, #state: &__S) -> #private::Checked {
                #(#takes)*
                #outcome(#called, ::core::concat!(::core::module_path!(), #shown))
            }
        }
    }
}

/// Finds parameters that read the body, where they are written.
fn probe(inputs: &[&Type], crate_path: &CratePath) -> Option<TokenStream> {
    let span = Span::mixed_site();
    let probes = inputs.iter().map(|input| {
        let here = input.span();
        let private = crate_path.private_at(here);
        quote_spanned! {here=> {
            let input = #private::probe::Input::<#input>(::core::marker::PhantomData);
            (&&input).tag().of(&input);
        } }
    });
    let private = crate_path.private();
    (!inputs.is_empty()).then(|| {
        quote_spanned! {span=>
            const _: () = {
                fn probe() {
                    use #private::probe::{OfBody as _, OfHead as _};
                    #(#probes)*
                }
            };
        }
    })
}
