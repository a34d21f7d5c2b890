//! What a router takes in as a whole: routers and services with policies.

use super::Router;
use super::services::DeclaredService;

/// A [`Router`], whose handlers all have a policy. A router of axum is refused where this is asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `jwt_guard::Router`, so its handlers may have no policy",
    label = "expected a `jwt_guard::Router`",
    note = "build it with `jwt_guard::Router` and `jwt_guard::routing`, which ask every handler for its \
            attribute",
    note = "what has no policies enters with a reason: `.unguarded(\"static assets\", router)`",
    note = "the other way round `axum::Router` takes `router.into_axum()`, in `merge` and `nest`"
)]
pub trait IntoGuarded<S>: sealed::Sealed<S> {
    /// The router itself.
    #[doc(hidden)]
    fn into_guarded(self) -> Router<S>;
}

#[diagnostic::do_not_recommend]
impl<S> IntoGuarded<S> for Router<S> {
    fn into_guarded(self) -> Self {
        self
    }
}

/// A service with its policy or reason: a [`DeclaredService`]. A bare service is refused where this is asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no access policy",
    label = "expected a service with its policy or reason",
    note = "a policy guards it: `guarded_by::<Policy>(service)` of `jwt_guard::routing`",
    note = "what every client may reach has a reason: `unguarded(\"static assets\", service)` of \
            `jwt_guard::routing`"
)]
pub trait IntoDeclaredService: sealed::Declared {
    /// The service itself.
    #[doc(hidden)]
    fn into_declared(self) -> DeclaredService;
}

#[diagnostic::do_not_recommend]
impl IntoDeclaredService for DeclaredService {
    fn into_declared(self) -> Self {
        self
    }
}

mod sealed {
    pub trait Sealed<S> {}

    impl<S> Sealed<S> for super::Router<S> {}

    pub trait Declared {}

    impl Declared for super::DeclaredService {}
}
