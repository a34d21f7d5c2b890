//! What may stand after `scope =` and `role =`: a text, or a variant of a vocabulary of that kind.
//!
//! The attributes write `scope_name(scope(Scope::Read).as_bytes())`. The first call checks the type, and gives the constant
//! back as it is. `as_bytes` is the one method that texts and enums share and that a constant may call.

use super::super::scope_name::{check_name, check_scope};
use super::{Roles, Scopes};

/// The types of constants that name a scope.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scope; write a text such as `scope = \"orders:read\"`, or a variant of an enum of `jwt_guard::scopes!`",
    label = "expected a scope",
    note = "a constant of type `&'static str` is a scope too: `const READ: &str = \"orders:read\";`",
    note = "`jwt_guard::scopes! {{ pub enum Scope {{ OrdersRead = \"orders:read\" }} }}` declares `Scope::OrdersRead`; an enum of `roles!` goes after `role =`"
)]
pub trait ScopeConstant {
    /// The type itself. Where it is unknown, the compiler says nothing more about the value.
    type Itself;
}

#[diagnostic::do_not_recommend]
impl ScopeConstant for &'static str {
    type Itself = Self;
}

#[diagnostic::do_not_recommend]
impl<T: Scopes> ScopeConstant for T {
    type Itself = T;
}

/// The types of constants that name a role.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a role; write a text such as `role = \"clerk\"`, or a variant of an enum of `jwt_guard::roles!`",
    label = "expected a role",
    note = "a constant of type `&'static str` is a role too: `const CLERK: &str = \"clerk\";`",
    note = "`jwt_guard::roles! {{ pub enum Role {{ Clerk = \"clerk\" }} }}` declares `Role::Clerk`; an enum of `scopes!` goes after `scope =`"
)]
pub trait RoleConstant {
    /// The type itself, as that of [`ScopeConstant`].
    type Itself;
}

#[diagnostic::do_not_recommend]
impl RoleConstant for &'static str {
    type Itself = Self;
}

#[diagnostic::do_not_recommend]
impl<T: Roles> RoleConstant for T {
    type Itself = T;
}

/// Returns the constant, whose type must be one of scopes.
pub const fn scope<T: ScopeConstant<Itself = T>>(constant: T) -> T::Itself {
    constant
}

/// Returns the constant, whose type must be one of roles.
pub const fn role<T: RoleConstant<Itself = T>>(constant: T) -> T::Itself {
    constant
}

/// Gives `as_bytes` to every type, so that the compiler says of a type without it only that it is not a scope or a role. The
/// trait is in scope where a policy is written; a type's own method goes first. Its name is what the compiler says of an
/// enum by hand without that method.
pub trait AnEnumByHandHasAConstFnAsBytes {
    /// Not for a call: it is not `const`.
    fn as_bytes(&self) -> &'static [u8];
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> AnEnumByHandHasAConstFnAsBytes for T {
    fn as_bytes(&self) -> &'static [u8] {
        b""
    }
}

/// The scope of these bytes.
///
/// # Panics
///
/// At compile time, if [`check_scope`] refuses it.
#[track_caller]
pub const fn scope_name(bytes: &'static [u8]) -> &'static str {
    check_scope(text(bytes))
}

/// The role of these bytes.
///
/// # Panics
///
/// At compile time, if [`check_name`] refuses it.
#[track_caller]
pub const fn role_name(bytes: &'static [u8]) -> &'static str {
    check_name(text(bytes))
}

/// The text of these bytes. In place of bytes that are not UTF-8, which only an enum by hand can have, one that is refused as a
/// name.
const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "\0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_name_are_checked_as_the_name() {
        assert_eq!(scope_name(b"orders:read"), "orders:read");
        assert_eq!(role_name("Caf\u{e9} owner".as_bytes()), "Caf\u{e9} owner");
        for bytes in [&b""[..], b"a b", b"\xff"] {
            assert!(std::panic::catch_unwind(|| scope_name(bytes)).is_err(), "{bytes:?}");
        }
        for bytes in [&b""[..], b"a ", b"\xff"] {
            assert!(std::panic::catch_unwind(|| role_name(bytes)).is_err(), "{bytes:?}");
        }
    }
}
