//! The hidden first extractor of every guarded handler.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::FromRequestParts;
use http::request::Parts;
use pin_project_lite::pin_project;

use crate::guard::admit;
use crate::policy::{AnyCheck, DenyAs, NoCheck, Policy};
use crate::respond::{HandlerState, Rejection};

/// Admits a request by the policy `P`, before any other extractor runs.
///
/// The attributes add it as the first parameter of a handler. Write it yourself if an attribute is impossible, such as
/// on an associated function, with a policy written by hand:
///
/// ```
/// use jwt_guard::policy::{Policy, Requirement, Rule};
/// use jwt_guard::extract::Guarded;
///
/// struct CanRead;
///
/// impl Policy for CanRead {
///     const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:read"));
/// }
///
/// struct Orders;
///
/// impl Orders {
///     async fn list(_: Guarded<CanRead>) -> &'static str {
///         "all orders"
///     }
/// }
///
/// let router: jwt_guard::Router =
///     jwt_guard::Router::new().route("/orders", jwt_guard::routing::get(Orders::list));
/// ```
///
/// `C` is a function with [`#[jwt_guard::check]`](crate::check), which is asked after the conditions of the policy; `(A, B)` are
/// two. The policy names them too, for the access table and the log:
///
/// ```
/// # use axum::extract::Path;
/// # use jwt_guard::policy::{Policy, Rule};
/// # use jwt_guard::extract::Guarded;
/// #[jwt_guard::check]
/// async fn is_even(Path(id): Path<u64>) -> bool {
///     id % 2 == 0
/// }
///
/// struct EvenOnly;
///
/// impl Policy for EvenOnly {
///     const RULE: Rule = Rule::authenticated().with_checks(&["is_even"]);
/// }
///
/// async fn order(_: Guarded<EvenOnly, is_even>) {}
///
/// let router: jwt_guard::Router =
///     jwt_guard::Router::new().route("/orders/{id}", jwt_guard::routing::get(order));
/// assert_eq!(router.access_table().rows()[0].policy, "requires(check = is_even)");
/// ```
pub struct Guarded<P, C: AnyCheck = NoCheck>(pub(super) PhantomData<fn() -> (P, C)>);

impl<S: Clone + Send + Sync + 'static, P: Policy> FromRequestParts<S> for Guarded<P, NoCheck> {
    type Rejection = Rejection;

    fn from_request_parts(
        request: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send {
        const { P::RULE.names_checks(0) };
        if const { matches!(P::RULE.deny_as(), DenyAs::NotFound) } {
            request.extensions.insert(HandlerState::new(state));
        }
        Admitting { admission: admit(request, const { &P::RULE }), policy: PhantomData }
    }
}

pin_project! {
    /// The future of [`Guarded`]: no more than the type, around the one future that is compiled once for all policies.
    struct Admitting<F, P> {
        #[pin]
        admission: F,
        policy: PhantomData<fn() -> P>,
    }
}

impl<F, P> Future for Admitting<F, P>
where
    F: Future<Output = Result<(), Rejection>>,
{
    type Output = Result<Guarded<P>, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().admission.poll(context) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(Guarded(PhantomData))),
            Poll::Ready(Err(rejection)) => Poll::Ready(Err(rejection)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<P, C: AnyCheck> fmt::Debug for Guarded<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded")
    }
}
