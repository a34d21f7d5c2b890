//! The type beside a handler that carries its policy.

/// Writes the type, its policy, and a constant that makes the compiler evaluate the policy of a handler that is not used
/// yet.
///
/// The attributes call it by a name that says where they belong: in an `impl` block the first error of the compiler shows
/// that name, and nothing else of ours.
#[doc(hidden)]
#[macro_export]
macro_rules! __jwt_guard_policy {
    ($(#[$condition:meta])* $visibility:vis $name:ident = ($($rule:tt)*), ($($evaluated:tt)*)) => {
        $(#[$condition])*
        #[doc(hidden)]
        #[non_exhaustive]
        $visibility struct $name;

        $(#[$condition])*
        #[diagnostic::do_not_recommend]
        impl $crate::policy::Policy for $name {
            const RULE: $crate::policy::Rule = {
                use $crate::__private::AnEnumByHandHasAConstFnAsBytes as _;
                $($rule)*
            };
        }

        $(#[$condition])*
        const _: $crate::policy::Rule = $($evaluated)*;
    };
}

pub use __jwt_guard_policy as an_attribute_stands_above_a_free_function_outside_of_impl_blocks;
