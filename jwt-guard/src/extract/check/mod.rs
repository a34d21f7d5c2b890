//! Checks: functions of the application that decide whether a caller may do this, with extractors of their own.

mod answer;
pub mod probe;

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::response::IntoResponse;
use http::request::Parts;

pub use answer::{CheckAnswer, Checked};

use super::Guarded;
use crate::caught::{Panicked, caught_while};
use crate::guard::{CheckRefusal, admit, admitted_by_checks, is_reported, refused_by_check};
use crate::policy::check::SomeCheck;
use crate::policy::{DenyAs, Policy};
use crate::respond::{HandlerState, Rejection};

/// A check whose parameters are extractors where the state is `S`. `#[jwt_guard::check]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check that fits the state `{S}`",
    label = "not a function with `#[jwt_guard::check]`, or one with parameters that need another state"
)]
pub trait Check<S>: SomeCheck {
    /// Takes the parameters from the request, and asks the function.
    fn check(request: &mut Parts, state: &S) -> impl Future<Output = Checked> + Send;
}

/// The first, and then the second.
#[diagnostic::do_not_recommend]
impl<S: Sync, A: Check<S>, B: Check<S>> Check<S> for (A, B) {
    async fn check(request: &mut Parts, state: &S) -> Checked {
        match A::check(request, state).await {
            Checked::Holds => B::check(request, state).await,
            other => other,
        }
    }
}

/// What a check may take. A trait of its own, so that the compiler says what a check is.
#[diagnostic::on_unimplemented(
    message = "a check cannot take `{Self}` where the state is `{S}`",
    label = "not an extractor that leaves the body alone (`FromRequestParts<{S}>`)",
    note = "a check runs before the body is read: `Json`, `Form`, `Bytes`, `String` and `Request` belong to \
            the handler",
    note = "for `State<T>`, `T: FromRef<{S}>` must hold"
)]
pub trait CheckInput<S>: Sized {
    /// Extracts it.
    fn take(request: &mut Parts, state: &S) -> impl Future<Output = Result<Self, Checked>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Sync, T: FromRequestParts<S>> CheckInput<S> for T {
    async fn take(request: &mut Parts, state: &S) -> Result<Self, Checked> {
        let taken = T::from_request_parts(request, state).await;
        taken.map_err(|rejection| Checked::Rejected(type_name::<T>(), rejection.into_response()))
    }
}

/// The policy first, then its checks: both before another extractor of the handler runs.
impl<S, P, C> FromRequestParts<S> for Guarded<P, C>
where
    S: Clone + Send + Sync + 'static,
    P: Policy,
    C: SomeCheck + Check<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Rejection> {
        const { P::RULE.names_checks(C::FUNCTIONS) };
        let rule = const { &P::RULE };
        if const { matches!(P::RULE.deny_as(), DenyAs::NotFound) } {
            request.extensions.insert(HandlerState::new(state));
        }
        admit(request, rule).await?;
        if const { P::RULE.is_report_only() } && is_reported(request) {
            return Ok(Self(PhantomData));
        }
        let refusal = match caught_while(C::check(request, state)).await {
            Ok(Checked::Holds) => {
                admitted_by_checks(request, rule);
                return Ok(Self(PhantomData));
            }
            Ok(Checked::Rejected(input, response)) => CheckRefusal::ByInput(input, response),
            Ok(Checked::DoesNotHold(name)) => CheckRefusal::ByCheck(name),
            Ok(Checked::Failed(name, reason)) => CheckRefusal::Failed(name, reason),
            Err(Panicked) => CheckRefusal::Panicked,
        };
        refused_by_check(request, rule, refusal).map(|()| Self(PhantomData))
    }
}
