//! What a handler asks beyond the conditions of its policy.

/// What is asked beyond the conditions: nothing.
#[derive(Debug)]
pub struct NoCheck(());

/// Whatever may stand as the second parameter of [`Guarded`](crate::Guarded): [`NoCheck`], a function with
/// [`#[jwt_guard::check]`](crate::check), or a pair of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check",
    label = "not a function with `#[jwt_guard::check]`",
    note = "write `#[jwt_guard::check]` above the function `{Self}`"
)]
pub trait AnyCheck: 'static {
    /// How many functions it has.
    #[doc(hidden)]
    const COUNT: usize;
}

impl AnyCheck for NoCheck {
    const COUNT: usize = 0;
}

#[diagnostic::do_not_recommend]
impl<C: SomeCheck> AnyCheck for C {
    const COUNT: usize = C::FUNCTIONS;
}

/// At least one function; `#[jwt_guard::check]` implements it. Without a parameter, so that no other crate can implement
/// it for [`NoCheck`].
pub trait SomeCheck: 'static {
    /// How many functions it has.
    const FUNCTIONS: usize;
}

impl<A: SomeCheck, B: SomeCheck> SomeCheck for (A, B) {
    const FUNCTIONS: usize = A::FUNCTIONS + B::FUNCTIONS;
}
