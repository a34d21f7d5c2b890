//! Distinguishes handlers with a policy from others, at compile time.
//!
//! axum's `Handler<T, S>` carries the extractors of a handler in `T`: `((),)` for none, `(M, E1, .., En)` for some.
//! [`FirstExtractor`] yields the first one and is implemented for *every* such tuple, so that it never affects the
//! inference of `T`; [`DeclaresPolicy`] then requires that it is [`Guarded`], with our own message.

use crate::extract::Guarded;
use crate::policy::AnyCheck;
use crate::policy::Policy;

/// The first extractor of a handler, from the parameter `T` of axum's `Handler<T, S>`.
#[diagnostic::on_unimplemented(
    message = "this handler declares no access policy",
    label = "not a function with `#[anonymous_allowed]`, `#[authentication_required]` or `#[requires(..)]`",
    note = "a plain value, a closure or a service goes through `Router::unguarded(\"reason\", axum_router)`"
)]
pub trait FirstExtractor {
    /// The extractor.
    type First;
}

/// Stands for the first extractor of a handler without any.
#[derive(Debug)]
pub struct NoExtractor(());

/// An extractor that admits requests by a policy.
#[diagnostic::on_unimplemented(
    message = "this handler declares no access policy",
    label = "expected a function with `#[anonymous_allowed]`, `#[authentication_required]` or \
             `#[requires(..)]`",
    note = "write one of these above the handler:\n\
            `#[jwt_guard::anonymous_allowed]` for every caller,\n\
            `#[jwt_guard::authentication_required]` for callers with a good token,\n\
            `#[jwt_guard::requires(scope = \"orders:read\")]` for callers with more",
    note = "closures and services go through `Router::unguarded(\"reason\", axum_router)`"
)]
pub trait DeclaresPolicy {
    /// The policy.
    type Policy: Policy;
}

#[diagnostic::do_not_recommend]
impl<P: Policy, C: AnyCheck> DeclaresPolicy for Guarded<P, C> {
    type Policy = P;
}

#[diagnostic::do_not_recommend]
impl FirstExtractor for ((),) {
    type First = NoExtractor;
}

macro_rules! first_of {
    ($($other:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Marker, First, $($other,)*> FirstExtractor for (Marker, First, $($other,)*) {
            type First = First;
        }
    };
}

first_of!();
first_of!(T2);
first_of!(T2 T3);
first_of!(T2 T3 T4);
first_of!(T2 T3 T4 T5);
first_of!(T2 T3 T4 T5 T6);
first_of!(T2 T3 T4 T5 T6 T7);
first_of!(T2 T3 T4 T5 T6 T7 T8);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15);
first_of!(T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16);
