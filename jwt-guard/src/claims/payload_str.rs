//! Strings of a payload, mostly without copies.

use std::ptr;

/// A string of a payload: its place, or a copy if the payload spells it with escapes.
///
/// The guard uses half a dozen strings of a token; copying each costs more than parsing the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PayloadStr {
    At { start: usize, end: usize },
    Copy(Box<str>),
}

impl PayloadStr {
    /// Refers to `text`, which was parsed from `payload`.
    pub(crate) fn of(text: &str, payload: &str) -> Self {
        let start = text.as_ptr().addr().wrapping_sub(payload.as_ptr().addr());
        let end = start.wrapping_add(text.len());
        match payload.get(start..end) {
            // Compares addresses, not text, so it costs no string comparison.
            Some(found) if ptr::eq(found, text) => Self::At { start, end },
            _ => Self::Copy(text.into()),
        }
    }

    /// The string, given the payload that it was parsed from.
    pub(crate) fn text<'a>(&'a self, payload: &'a str) -> &'a str {
        match self {
            Self::At { start, end } => payload.get(*start..*end).unwrap_or_default(),
            Self::Copy(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_the_payload_is_found_again_without_a_copy() {
        let payload = r#"{"sub":"alice"}"#.to_owned();
        let span = PayloadStr::of(&payload[8..13], &payload);
        assert_eq!(span, PayloadStr::At { start: 8, end: 13 });
        assert_eq!(span.text(&payload), "alice");
        assert_eq!(PayloadStr::of(&payload[8..8], &payload).text(&payload), "");
    }

    #[test]
    fn a_string_from_elsewhere_is_copied() {
        let payload = r#"{"sub":"\u0061lice"}"#;
        let span = PayloadStr::of("alice", payload);
        assert_eq!(span, PayloadStr::Copy("alice".into()));
        assert_eq!(span.text(payload), "alice");
    }
}
