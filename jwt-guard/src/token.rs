//! An unverified token: text that proves nothing yet.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::{memchr, memrchr};

/// The place of a credential in a request.
// As wide as its neighbours in a caller: the padding beside a single byte is copied in pieces, and read back
// only when all are written.
#[repr(usize)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenSource {
    /// The `Authorization` header, after its scheme.
    AuthorizationHeader,
    /// Another header: its whole value, or what follows its scheme.
    Header,
    /// A cookie.
    Cookie,
    /// The `Sec-WebSocket-Protocol` header of a WebSocket handshake.
    WebSocketProtocol,
    /// A query parameter.
    QueryParameter,
    /// The cookie or the header of a server-side session: not a token, but the id of a record on the server.
    Session,
    /// Not in a request: the application gave the text to [`JwtGuard::verify`](crate::JwtGuard::verify).
    OutsideRequest,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthorizationHeader => "authorization header",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::WebSocketProtocol => "websocket sub-protocol",
            Self::QueryParameter => "query parameter",
            Self::Session => "session",
            Self::OutsideRequest => "outside of a request",
        })
    }
}

/// What a token is for: a policy names the kind that it takes (`token = "refresh"`), and the guard refuses the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// An access token, to call handlers.
    #[default]
    Access,
    /// A refresh token, to get the next access token. It grants nothing else: neither kind passes as the other.
    Refresh,
}

/// The longest token that a guard can accept, and the default: 16 KiB, which is what hyper takes of all header fields of a request
/// over HTTP/2, so a longer token would not arrive. Some issuers fill two thirds of it: Entra names up to 200 groups in a token,
/// which makes 11 KB. Before its signature is checked, a token costs a pass over its bytes, and with several issuers one
/// strict parse of its payload.
pub(crate) const MAX_TOKEN_LEN: usize = 16 * 1024;

/// The longest accepted header segment: 2 KiB. A header names an algorithm and a key; 2 KiB of base64url is twenty
/// times what issuers send, and bounds what an unauthenticated caller can make us parse.
pub(crate) const LONGEST_HEADER: usize = 2048;

/// Text in the form of a compact JWS: three non-empty base64url segments, not too long. Nothing in it is verified.
///
/// It gives no access to the claims; that takes a key.
#[derive(Clone, Copy)]
pub(crate) struct RawToken<'a> {
    /// Only ASCII.
    bytes: &'a [u8],
    header_end: usize,
    payload_end: usize,
}

/// Why a text is not a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// The token is longer than the guard allows.
    TooLong,
    /// The header segment is longer than 2 KiB.
    HeaderTooLong,
    /// No dots, and only characters of tokens: a reference token or an API key, but not a JWT.
    Opaque,
    /// Five base64url segments: encrypted (JWE, RFC 7516 section 7.1).
    Encrypted,
    /// Not exactly three segments, an empty one, or a character outside base64url.
    NotCompact,
}

impl<'a> RawToken<'a> {
    /// Checks length and form only (RFC 7515 section 7.1), without parsing or allocating.
    pub(crate) fn new(bytes: &'a [u8], longest: usize) -> Result<Self, Malformed> {
        if bytes.len() > longest {
            return Err(Malformed::TooLong);
        }
        let header_end = memchr(b'.', bytes).ok_or_else(|| without_dots(bytes))?;
        if header_end > LONGEST_HEADER {
            return Err(Malformed::HeaderTooLong);
        }
        let payload_end = memrchr(b'.', bytes).ok_or_else(|| other_form(bytes))?;
        let token = Self { bytes, header_end, payload_end };
        let segments = [token.header(), token.payload(), token.signature()];
        let empty = segments.iter().any(|segment| segment.is_empty());
        // The first and the last dot, without another one between them, leave three segments.
        if empty || memchr(b'.', token.payload()).is_some() || !is_base64url_with_dots(bytes) {
            return Err(other_form(bytes));
        }
        Ok(token)
    }

    /// The header segment.
    pub(crate) fn header(&self) -> &'a [u8] {
        self.part(0..self.header_end)
    }

    /// The payload segment.
    pub(crate) fn payload(&self) -> &'a [u8] {
        self.part(self.header_end.saturating_add(1)..self.payload_end)
    }

    /// The signature segment.
    pub(crate) fn signature(&self) -> &'a [u8] {
        self.part(self.payload_end.saturating_add(1)..self.bytes.len())
    }

    /// What the signature signs: header, dot, payload.
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.part(0..self.payload_end)
    }

    fn part(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}

impl fmt::Debug for RawToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawToken(..)")
    }
}

/// The form of a text with dots that is not a compact JWS, for the log: all of them are refused.
#[cold]
fn other_form(bytes: &[u8]) -> Malformed {
    let dots = bytes.iter().filter(|&&byte| byte == b'.').count();
    // The second segment of five, an encrypted key, is empty where the key is shared.
    if dots == 4 && is_base64url_with_dots(bytes) { Malformed::Encrypted } else { Malformed::NotCompact }
}

/// The form of a text without dots.
#[cold]
fn without_dots(bytes: &[u8]) -> Malformed {
    if is_b64token(bytes) { Malformed::Opaque } else { Malformed::NotCompact }
}

/// Whether a text matches RFC 6750 section 2.1.
///
/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
pub(crate) fn is_b64token(bytes: &[u8]) -> bool {
    let padding = bytes.iter().rev().take_while(|&&byte| byte == b'=').count();
    let (text, _) = bytes.split_at(bytes.len().saturating_sub(padding));
    // Without a branch, so that the compiler vectorises it.
    let in_alphabet = text.iter().fold(true, |all, &byte| {
        let special = (byte == b'~') | (byte == b'+') | (byte == b'/');
        all & (is_base64url_or_dot(byte) | special)
    });
    !text.is_empty() && in_alphabet
}

/// Whether all bytes are dots or of the base64url alphabet. It checks every byte without a branch, so that the compiler
/// vectorises it: sixteen bytes at a time, some nanoseconds for half a kilobyte.
fn is_base64url_with_dots(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & is_base64url_or_dot(byte))
}

/// Without a branch, and in few steps: from the hyphen to the nine only the slash does not belong.
pub(crate) const fn is_base64url_or_dot(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit_hyphen_or_dot = (byte.wrapping_sub(b'-') < 13) & (byte != b'/');
    is_letter | is_digit_hyphen_or_dot | (byte == b'_')
}

/// The result of a verification: the kind of the token, the index of its issuer among those of the guard, and the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VerifiedAs {
    pub(crate) kind: TokenKind,
    pub(crate) issuer: usize,
    pub(crate) by: GuardNumber,
}

/// Distinguishes the guards of a process, whatever their issuers are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GuardNumber(u64);

impl GuardNumber {
    /// One that no guard has.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 8192;

    #[test]
    fn three_segments_are_told_apart() {
        let token = RawToken::new(b"aa.bb.cc", LONGEST).unwrap();
        assert_eq!([token.header(), token.payload(), token.signature()], [b"aa", b"bb", b"cc"]);
        assert_eq!(token.signing_input(), b"aa.bb");
    }

    #[test]
    fn any_other_shape_is_refused() {
        for text in [
            "",
            ".",
            "..",
            "...",
            "a b",
            "a.b",
            "a.b.",
            ".b.c",
            "a..c",
            "a.b.c.d",
            "a.b.c.d.!",
            "a.b.c.d.e.f",
            "a.b.c=",
            "a+.b.c",
            "a/.b.c",
            "a.b.c ",
            " a.b.c",
            "a.b.c\n",
            "a.b.\u{e9}",
            "{\"a\":1}",
        ] {
            assert_eq!(
                RawToken::new(text.as_bytes(), LONGEST).unwrap_err(),
                Malformed::NotCompact,
                "{text:?}"
            );
        }
        assert_eq!(RawToken::new(b"a.b.\xff", LONGEST).unwrap_err(), Malformed::NotCompact);
    }

    #[test]
    fn the_alphabet_is_that_of_base64url_with_the_dot() {
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            assert_eq!(is_base64url_or_dot(byte), expected, "{byte}");
        }
    }

    #[test]
    fn encrypted_and_opaque_tokens_are_told_from_other_texts() {
        for text in ["a.b.c.d.e", "a..c.d.e"] {
            assert_eq!(RawToken::new(text.as_bytes(), LONGEST).unwrap_err(), Malformed::Encrypted, "{text}");
        }
        for text in ["a", "undefined", "2YotnFZFEjr1zCsicMWpAA==", "sk_live~+/="] {
            assert_eq!(RawToken::new(text.as_bytes(), LONGEST).unwrap_err(), Malformed::Opaque, "{text}");
        }
    }

    #[test]
    fn length_is_capped_for_the_token_and_for_its_header() {
        let long = format!("a.{}.c", "b".repeat(LONGEST));
        assert_eq!(RawToken::new(long.as_bytes(), LONGEST).unwrap_err(), Malformed::TooLong);
        let header = format!("{}.b.c", "a".repeat(LONGEST_HEADER + 1));
        assert_eq!(RawToken::new(header.as_bytes(), LONGEST).unwrap_err(), Malformed::HeaderTooLong);
        let header = format!("{}.b.c", "a".repeat(LONGEST_HEADER));
        assert!(RawToken::new(header.as_bytes(), LONGEST).is_ok());
    }

    #[test]
    fn debug_shows_nothing_of_the_token() {
        assert_eq!(format!("{:?}", RawToken::new(b"aa.bb.cc", LONGEST).unwrap()), "RawToken(..)");
    }
}
