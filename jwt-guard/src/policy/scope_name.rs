//! Legal names of scopes and roles, checked while compiling.

/// Returns `name` when it is a legal scope: one or more of the characters of RFC 6749 section 3.3, that is
/// printable ASCII without space, `"` and `\`.
///
/// # Panics
///
/// While compiling, when `name` is empty or holds another character. The attributes call this for every scope, so
/// that a path to a constant is checked as a literal is.
#[track_caller]
pub const fn check_scope(name: &'static str) -> &'static str {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "a scope name is empty; expected a name such as `orders:read`");
    while let [byte, tail @ ..] = rest {
        assert!(
            is_scope_byte(*byte),
            "a scope name has a space, a quote, a backslash or a character outside ASCII (RFC 6749 section 3.3); \
             expected one name such as `orders:read`"
        );
        rest = tail;
    }
    name
}

/// Returns `name` when it is a legal role: not empty, no control characters.
///
/// # Panics
///
/// While compiling, when `name` is empty or holds a control character.
#[track_caller]
pub const fn check_name(name: &'static str) -> &'static str {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "a role name is empty; expected a name such as `clerk`");
    while let [byte, tail @ ..] = rest {
        assert!(!byte.is_ascii_control(), "a role name has a control character");
        rest = tail;
    }
    name
}

/// Whether [`check_scope`] takes the name, for names that come while the program runs.
pub(crate) fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_scope_byte)
}

/// Whether [`check_name`] takes the name.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_control())
}

const fn is_scope_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_names_follow_rfc_6749() {
        assert_eq!(check_scope("orders:read"), "orders:read");
        assert_eq!(check_scope("!#~"), "!#~");
        assert!(is_scope("!#~"));
        for name in ["", "a b", "a\"b", "a\\b", "a\tb", "\u{e9}", "\u{7f}"] {
            assert!(std::panic::catch_unwind(|| check_scope(name)).is_err(), "{name:?}");
            assert!(!is_scope(name), "{name:?}");
        }
    }

    #[test]
    fn role_names_hold_no_control_characters() {
        assert_eq!(check_name("Site Admin"), "Site Admin");
        assert!(is_name("Site Admin"));
        for name in ["", "a\nb", "\u{7f}"] {
            assert!(std::panic::catch_unwind(|| check_name(name)).is_err(), "{name:?}");
            assert!(!is_name(name), "{name:?}");
        }
    }
}
