//! Turns a legal policy into tokens.
//!
//! 1. Read both halves, the arguments and the handler, each as far as possible.
//! 2. Validate both, or collect every mistake.
//! 3. Emit the handler with its guard, and the policy beside it. After a mistake the policy is that of the attribute
//!    without arguments, so that a router still takes the handler and the user sees only our messages.

mod condition;
mod hidden;
mod policy;

pub(crate) use hidden::compile_condition;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Path, Signature, parse_quote};

use crate::attribute::Attribute;
use crate::errors::ErrorSink;
use crate::keys::ArgumentPlace;
use crate::model::{Handler, Params, Policy};
use crate::validate::Expansion;
use crate::{parse, validate};

/// The number of parameters up to which `clippy::too_many_arguments` is silent.
const CLIPPY_LIMIT: usize = 7;

/// Expands one attribute. The tokens always contain the item, with or without mistakes.
pub(crate) fn invocation(
    attribute: Attribute,
    arguments: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = ErrorSink::new();
    // The whole attribute, as a span of the user's own text, so that errors there do not mention a macro.
    let user = item.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let here = Span::call_site().resolved_at(user);
    let arguments = parse::arguments(arguments, ArgumentPlace::Attribute(attribute), &mut errors);
    let complete = errors.is_empty();
    let crate_path = validate::crate_path_alone(&arguments.settings);
    let policy = validate::policy(attribute, here, arguments, complete, &mut errors)
        .unwrap_or_else(|| Policy::fallback(attribute, crate_path));
    let tokens = match parse::handler(item.clone()) {
        Ok(handler) => match validate::handler(attribute, policy.access, here, &handler, &mut errors) {
            Expansion::Guarded => guarded(&policy, handler),
            Expansion::AsIs => item,
        },
        Err(parse::NotAHandler { span, found }) => {
            errors.push_at(
                span,
                format!(
                    "`{attribute}` states who may call a handler, found {found}; it goes above \
                     `async fn handler(..) -> .. {{ .. }}`"
                ),
            );
            item
        }
    };
    (tokens, errors.finish())
}

/// The handler with its guard, and the policy beside it.
///
/// ```text
/// /// Its docs.
/// #[its_attributes]
/// pub async fn update(_: ::jwt_guard::__private::Guarded<__JwtGuardUpdate>, Path(id): Path<u64>) -> StatusCode { .. }
///
/// ::jwt_guard::__private::an_attribute_stands_above_a_free_function_outside_of_impl_blocks! {
///     pub __JwtGuardUpdate = (..), (..)
/// }
/// ```
fn guarded(policy: &Policy, handler: Handler) -> TokenStream {
    let hidden = hidden::Hidden::beside(&handler);
    let private = policy.crate_path.private();
    let name = &hidden.name;
    let Handler { attributes, visibility, mut signature, body } = handler;
    let uncounted = uncounted(&signature);
    // An extractor of a check may ask for the caller too.
    let takes_nothing = signature.inputs.is_empty() && policy.checks.is_empty();
    let params = if takes_nothing { Params::None } else { Params::Some };
    let checks = checks(&policy.checks);
    let guard: FnArg = parse_quote!(_: #private::Guarded<#name #checks>);
    signature.inputs.insert(0, guard);
    let item = hidden.item(policy, &signature.ident, params);
    quote! {
        #(#attributes)*
        #uncounted
        #visibility #signature #body
        #item
    }
}

/// ```text
/// , owns_order
/// , (owns_order, (is_open, is_recent))
/// ```
fn checks(checks: &[Path]) -> Option<TokenStream> {
    let pairs = checks.iter().map(ToTokens::to_token_stream).rev();
    let pairs = pairs.reduce(|rest, first| quote!((#first, #rest)))?;
    Some(quote!(, #pairs))
}

/// Adding our parameter must not trip `too_many_arguments`.
///
/// ```text
/// #[allow(clippy::too_many_arguments, reason = "the access policy is not one of them")]
/// ```
fn uncounted(signature: &Signature) -> Option<TokenStream> {
    // Only at the limit: an `allow` is an error where the lint is forbidden, so it is emitted as rarely as possible.
    (signature.inputs.len() == CLIPPY_LIMIT).then(
        || quote!(#[allow(clippy::too_many_arguments, reason = "the access policy is not one of them")]),
    )
}
