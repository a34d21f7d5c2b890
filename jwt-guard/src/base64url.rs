//! base64url without padding (RFC 7515 section 2): the one text of tokens, keys and names.
//!
//! Decoding is strict: padding, white space, the other alphabet and stray bits in the last character are errors, so no
//! bytes have two texts.

use base64::engine::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes of `text`; `None` if it is not strict base64url. The reason is dropped, because it quotes the text.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// As [`decode`], into `buffer`, which may have to be a few bytes longer than the result.
pub(crate) fn decode_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = URL_SAFE_NO_PAD.decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}

/// As [`decode`], for text whose signature was checked: up to 32 characters in one step, if the processor can. That is
/// unsafe code of the library, which bytes of strangers do not reach.
pub(crate) fn decode_signed(text: &[u8]) -> Option<Vec<u8>> {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    {
        use std::sync::LazyLock;

        use base64::engine::general_purpose::NO_PAD;
        use base64::engine::simd::Simd;

        static WIDE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
        WIDE.decode(text).ok()
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    decode(text)
}

/// The one text of `bytes`.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the text of `bytes` to `text`.
pub(crate) fn encode_onto(text: &mut String, bytes: impl AsRef<[u8]>) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough for the wide steps of every processor, and for each rest after them.
    fn samples() -> impl Iterator<Item = Vec<u8>> {
        (0..200_usize).map(|length| (0..length).map(|i| (i * 151 + length) as u8).collect())
    }

    #[test]
    fn every_length_is_read_back() {
        for bytes in samples() {
            let text = encode(&bytes);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(&*bytes));
            assert_eq!(decode_signed(text.as_bytes()).as_deref(), Some(&*bytes));
            assert_eq!(decode_into(text.as_bytes(), &mut [0; 208]), Some(&*bytes));
        }
    }

    #[test]
    fn an_illegal_character_is_refused_at_every_place() {
        for bytes in samples().skip(1).step_by(7) {
            let text = encode(&bytes).into_bytes();
            for place in 0..text.len() {
                for illegal in
                    [b'+', b'/', b'=', b'.', b' ', b'\n', b'@', b'[', b'`', b'{', 0, 0x7f, 0x80, 0xff]
                {
                    let mut wrong = text.clone();
                    wrong[place] = illegal;
                    assert_eq!(decode(&wrong), None, "{illegal:#x} at {place} of {}", text.len());
                    assert_eq!(decode_signed(&wrong), None, "{illegal:#x} at {place}");
                    assert_eq!(decode_into(&wrong, &mut [0; 208]), None, "{illegal:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn bytes_have_no_second_text() {
        for bytes in samples() {
            let text = encode(&bytes);
            let Some((last, first)) = text.as_bytes().split_last() else { continue };
            for other in (0..=u8::MAX).filter(|other| other != last) {
                let spelling = [first, &[other]].concat();
                for read in [decode(&spelling), decode_signed(&spelling)] {
                    assert!(read.is_none_or(|read| read != bytes), "{}", bytes.len());
                }
            }
            for padded in [format!("{text}="), format!("{text}==")] {
                assert_eq!(decode(padded.as_bytes()), None);
                assert_eq!(decode_signed(padded.as_bytes()), None);
            }
        }
    }

    #[test]
    fn a_single_character_is_not_a_text() {
        for text in [&b"A"[..], b"AAAAA"] {
            assert_eq!(decode(text), None);
            assert_eq!(decode_signed(text), None);
        }
    }
}
