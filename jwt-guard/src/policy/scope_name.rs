//! Checks the names of scopes and roles, and the values of `acr`, at compile time.

/// The type of a constant that is an `acr`: `&'static str`.
#[diagnostic::on_unimplemented(
    message = "an `acr` is a `&'static str`, found `{Self}`; write it as in `acr = \"urn:example:mfa\"`",
    label = "expected a constant of type `&'static str`",
    note = "the path of a constant is taken too: `const MFA: &str = \"urn:example:mfa\";`"
)]
pub trait Text {
    /// The type itself. Where it is unknown, the compiler says nothing more about the value.
    type Itself;
}

#[diagnostic::do_not_recommend]
impl Text for &'static str {
    type Itself = Self;
}

/// Returns the constant, which must be a text. The attributes call this for every path after `acr =`.
pub const fn text<T: Text<Itself = T>>(constant: T) -> T::Itself {
    constant
}

/// Returns `name` when it is a legal scope: one or more of the characters of RFC 6749 section 3.3, that is
/// printable ASCII without space, `"` and `\`.
///
/// # Panics
///
/// At compile time, if `name` is empty or contains another character. The attributes call this for every scope, so that
/// a path to a constant is checked like a literal.
#[track_caller]
pub const fn check_scope(name: &'static str) -> &'static str {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "a scope name is empty; expected a name such as `orders:read`");
    while let [byte, tail @ ..] = rest {
        assert!(
            is_scope_byte(*byte),
            "a scope name has a space, a quote, a backslash or a character outside ASCII (RFC 6749 section \
             3.3); expected one name such as `orders:read`"
        );
        rest = tail;
    }
    name
}

/// Returns `name` when it is a legal role: not empty, no control characters, no white space at its ends.
///
/// # Panics
///
/// At compile time, if `name` is empty, contains a control character, or begins or ends with white space.
#[track_caller]
pub const fn check_name(name: &'static str) -> &'static str {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "a role name is empty; expected a name such as `clerk`");
    while let [byte, tail @ ..] = rest {
        assert!(!byte.is_ascii_control(), "a role name has a control character");
        rest = tail;
    }
    assert!(
        !has_space_at_an_end(name),
        "a role name has white space at one of its ends; no token has such a role"
    );
    name
}

/// Returns `value` when a challenge can name it among others, as a value of `acr_values` (RFC 9470 section 3): not empty,
/// printable ASCII without space, `"` and `\`.
///
/// # Panics
///
/// At compile time, if `value` is empty or contains another character.
#[track_caller]
pub const fn check_acr(value: &'static str) -> &'static str {
    let mut rest = value.as_bytes();
    assert!(!rest.is_empty(), "a value of `acr` is empty; expected one such as `urn:example:mfa`");
    while let [byte, tail @ ..] = rest {
        assert!(
            is_scope_byte(*byte),
            "a value of `acr` has a space, a quote, a backslash or a character outside ASCII, so that no \
             challenge can name it (RFC 9470 section 3); expected one such as `urn:example:mfa`"
        );
        rest = tail;
    }
    value
}

/// Refuses white space at the ends of a text in a condition: a mistake that would make a `not(..)` hold always.
///
/// # Panics
///
/// At compile time, if `text` begins or ends with white space.
#[track_caller]
pub(super) const fn check_text(text: &'static str) {
    assert!(
        !has_space_at_an_end(text),
        "the name or the value of a claim has white space at one of its ends"
    );
}

/// As `text.trim() != text`, at compile time.
const fn has_space_at_an_end(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins = matches!(
        bytes,
        [b'\t'..=b'\r' | b' ', ..]
            | [0xc2, 0x85 | 0xa0, ..]
            | [0xe1, 0x9a, 0x80, ..]
            | [0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..]
            | [0xe2, 0x81, 0x9f, ..]
            | [0xe3, 0x80, 0x80, ..]
    );
    let ends = matches!(
        bytes,
        [.., b'\t'..=b'\r' | b' ']
            | [.., 0xc2, 0x85 | 0xa0]
            | [.., 0xe1, 0x9a, 0x80]
            | [.., 0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf]
            | [.., 0xe2, 0x81, 0x9f]
            | [.., 0xe3, 0x80, 0x80]
    );
    begins || ends
}

/// Whether [`check_scope`] accepts the name, for names at run time.
pub(crate) fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_scope_byte)
}

/// Whether a text consists of legal scopes, separated by spaces.
pub(crate) fn is_scope_list(text: &str) -> bool {
    // Without a branch for each byte, because most texts are legal.
    text.bytes().fold(true, |legal, byte| legal & (is_scope_byte(byte) | (byte == b' ')))
}

/// Whether [`check_name`] accepts the name.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_control()) && name.trim() == name
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
    fn values_of_acr_are_scope_names() {
        assert_eq!(check_acr("urn:example:mfa"), "urn:example:mfa");
        for value in ["", "a b", "a\"b", "a\\b", "\u{e9}"] {
            assert!(std::panic::catch_unwind(|| check_acr(value)).is_err(), "{value:?}");
        }
    }

    #[test]
    fn white_space_is_found_at_either_end() {
        for space in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let is_space = space.is_whitespace();
            for text in [format!("{space}a"), format!("a{space}"), format!("{space}")] {
                assert_eq!(has_space_at_an_end(&text), is_space, "{text:?}");
            }
            assert!(!has_space_at_an_end(&format!("a{space}a")), "{space:?}");
        }
        assert!(!has_space_at_an_end(""));
    }

    #[test]
    fn role_names_hold_no_control_characters_and_no_white_space_at_their_ends() {
        assert_eq!(check_name("Site Admin"), "Site Admin");
        assert!(is_name("Site Admin"));
        for name in ["", "a\nb", "\u{7f}", " a", "a ", "\u{a0}a", "a\u{3000}"] {
            assert!(std::panic::catch_unwind(|| check_name(name)).is_err(), "{name:?}");
            assert!(!is_name(name), "{name:?}");
        }
    }
}
