//! The hidden first extractor of every guarded handler.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;

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
/// use jwt_guard::Guarded;
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
/// # use jwt_guard::Guarded;
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

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Rejection> {
        const { P::RULE.names_checks(0) };
        if const { matches!(P::RULE.deny_as(), DenyAs::NotFound) } {
            request.extensions.insert(HandlerState::new(state));
        }
        admit(request, const { &P::RULE }).await.map(|()| Self(PhantomData))
    }
}

impl<P, C: AnyCheck> fmt::Debug for Guarded<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded")
    }
}
