//! What a handler asks beyond the conditions of its policy.

/// Refuses names that are not paths of functions: a line break would write a line of its own into the access lock.
///
/// # Panics
///
/// While compiling.
#[track_caller]
pub(super) const fn assert_names(names: &[&str]) {
    let mut rest_of_names = names;
    while let [name, tail @ ..] = rest_of_names {
        let mut rest = name.as_bytes();
        let mut after_r = false;
        assert!(!rest.is_empty(), "the name of a check is empty; it is a path such as `rules::owns_order`");
        while let [byte, tail @ ..] = rest {
            assert!(
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':') || after_r && *byte == b'#',
                "the name of a check is a path in ASCII letters, digits, `_` and `::`, such as `rules::owns_order`"
            );
            after_r = *byte == b'r';
            rest = tail;
        }
        rest_of_names = tail;
    }
}

/// What is asked beyond the conditions: nothing.
#[derive(Debug)]
pub struct NoCheck(());

/// Whatever may stand as the second parameter of [`Guarded`](crate::extract::Guarded): [`NoCheck`], a function with
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
