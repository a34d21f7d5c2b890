//! What a handler asks beyond its policy.

/// What is asked beyond the policy: nothing.
#[derive(Debug)]
pub struct NoCheck(());

/// Whatever may stand as the second parameter of [`Guarded`](crate::Guarded). Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check",
    label = "expected nothing here, or `jwt_guard::policy::NoCheck`"
)]
pub trait AnyCheck: sealed::Check {}

mod sealed {
    pub trait Check: 'static {}
}

impl sealed::Check for NoCheck {}
impl AnyCheck for NoCheck {}
