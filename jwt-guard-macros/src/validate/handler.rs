//! The rules for the handler below an attribute.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, GenericArgument, PathArguments, PathSegment, Type};

use super::condition::display_path;
use crate::attribute::Attribute;
use crate::errors::ErrorSink;
use crate::model::{Access, HIDDEN_PREFIX, Handler};

/// The number of extractors that axum accepts, without the hidden one.
const MOST_EXTRACTORS: usize = 15;

/// What becomes of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// It gets the guard, and the hidden type beside it.
    Guarded,
    /// It stays as it is: a method cannot have a type beside it, or another attribute adds the guard.
    AsIs,
}

/// Reports what makes the handler unfit for any policy, or for one with this `access`.
pub(crate) fn handler(
    attribute: Attribute,
    access: Access,
    here: Span,
    handler: &Handler,
    errors: &mut ErrorSink,
) -> Expansion {
    let mut expansion = Expansion::Guarded;
    if another_policy(attribute, here, handler, errors) || no_free_function(attribute, handler, errors) {
        expansion = Expansion::AsIs;
    }
    not_async(attribute, handler, errors);
    too_many_extractors(handler, errors);
    match access {
        Access::Anonymous | Access::AnonymousIfExpired => {
            extractors_of_a_caller(handler, Anonymity::Possible, errors);
        }
        Access::AnyoneUnseen => extractors_of_a_caller(handler, Anonymity::Certain, errors),
        Access::Authenticated | Access::AuthenticatedToRefresh => {}
    }
    expansion
}

/// One handler, one policy. The second attribute is still visible, or has already added its guard.
fn another_policy(attribute: Attribute, here: Span, handler: &Handler, errors: &mut ErrorSink) -> bool {
    let second = handler.attributes.iter().find_map(|other| {
        let name = &other.path().segments.last()?.ident;
        Attribute::named(name).map(|found| (other, found))
    });
    if let Some((other, found)) = second {
        errors.push(
            other.path(),
            format!(
                "a second access policy: the handler already has `#[{}]`; join both in one attribute, as in \
                 `#[requires(scope = \"orders:read\", role = \"clerk\")]`, and remove `#[{}]`",
                attribute.name(),
                found.name()
            ),
        );
        return true;
    }
    let guarded = handler.signature.inputs.first().is_some_and(is_guard);
    if guarded {
        errors.push_at(
            here,
            format!(
                "a second access policy: the attribute above already guards this handler; join both in one \
                 attribute and remove `#[{}]`",
                attribute.name()
            ),
        );
    }
    guarded
}

/// `_: Guarded<__JwtGuard..>`, which only an attribute writes.
fn is_guard(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else {
        return false;
    };
    let Some(segment) = last_segment(&argument.ty).filter(|segment| segment.ident == "Guarded") else {
        return false;
    };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return false;
    };
    arguments.args.iter().any(|argument| match argument {
        GenericArgument::Type(policy) => {
            last_segment(policy).is_some_and(|name| name.ident.to_string().starts_with(HIDDEN_PREFIX))
        }
        _ => false,
    })
}

/// Refuses methods, which cannot have a hidden type beside them.
fn no_free_function(attribute: Attribute, handler: &Handler, errors: &mut ErrorSink) -> bool {
    let name = &handler.signature.ident;
    if let Some(receiver) = handler.signature.receiver() {
        errors.push(receiver, format!("a handler takes no `self`; {}", legal_form(attribute, name)));
        return true;
    }
    if let Some(own_type) = own_type(handler.signature.to_token_stream()) {
        errors.push(
            own_type,
            format!(
                "a handler with an attribute stands outside of `impl` blocks; {}, or take \
                 `_: jwt_guard::extract::Guarded<Policy>` as first parameter instead",
                legal_form(attribute, name)
            ),
        );
        return true;
    }
    let without_body = handler.body.clone().into_iter().next().is_some_and(|token| token.to_string() == ";");
    if without_body {
        errors.push(name, format!("a handler has a body; {}", legal_form(attribute, name)));
    }
    without_body
}

fn not_async(attribute: Attribute, handler: &Handler, errors: &mut ErrorSink) {
    let signature = &handler.signature;
    if signature.asyncness.is_none() {
        let form = legal_form(attribute, &signature.ident);
        errors.push(signature.fn_token, format!("a handler is `async`; {form}"));
    }
}

fn too_many_extractors(handler: &Handler, errors: &mut ErrorSink) {
    if let Some(surplus) = handler.signature.inputs.iter().nth(MOST_EXTRACTORS) {
        errors.push(
            surplus,
            format!(
                "a handler with an access policy takes at most {MOST_EXTRACTORS} extractors, because the policy is \
                 the sixteenth that axum allows; join some in a tuple, as in `(a, b): (ExtractA, ExtractB)`"
            ),
        );
    }
}

/// Why a handler may run without a caller.
#[derive(Clone, Copy)]
enum Anonymity {
    /// The request may carry no credentials.
    Possible,
    /// Credentials are ignored, so every caller is anonymous.
    Certain,
}

/// Reports extractors of the caller that an anonymous request makes fail: they must be optional, or are useless.
fn extractors_of_a_caller(handler: &Handler, anonymity: Anonymity, errors: &mut ErrorSink) {
    for argument in &handler.signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let Some(caller) = last_segment(&argument.ty).filter(|segment| needs_caller(segment)) else {
            continue;
        };
        let caller = display_path(caller);
        errors.push(
            &argument.ty,
            match anonymity {
                Anonymity::Possible => format!(
                    "`{caller}` refuses anonymous callers, whom `#[anonymous_allowed]` lets in; write \
                     `Option<{caller}>`, which is `None` for them"
                ),
                Anonymity::Certain => format!(
                    "`{caller}` refuses every caller here, because `credentials = \"ignored\"` looks at no token and no \
                     session; remove it, or leave `credentials` out and write `Option<{caller}>`"
                ),
            },
        );
    }
}

/// Whether this is an extractor of ours that refuses anonymous callers. Others have a `Session` or a `CurrentUser` too; ours have
/// a type parameter.
fn needs_caller(segment: &PathSegment) -> bool {
    let has_parameter = matches!(segment.arguments, PathArguments::AngleBracketed(_));
    segment.ident == "Claims"
        || (has_parameter && (segment.ident == "CurrentUser" || segment.ident == "Session"))
}

/// Finds `Self`, which only the functions of an `impl` block can name.
fn own_type(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => own_type(group.stream()),
        TokenTree::Ident(ident) => (ident == "Self").then_some(ident),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

fn legal_form(attribute: Attribute, name: &Ident) -> String {
    let arguments = if attribute == Attribute::Requires { "(..)" } else { "" };
    format!("write a free function `#[{}{arguments}] async fn {name}(..) -> .. {{ .. }}`", attribute.name())
}

pub(crate) fn last_segment(path: &Type) -> Option<&PathSegment> {
    match path {
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}
