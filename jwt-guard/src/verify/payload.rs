//! From the payload segment of a token to its text.

use super::VerifyError;
use crate::token::RawToken;

/// The text of the payload: strict base64url, and UTF-8.
///
/// It is the longest segment by far, so it is decoded by the crate that takes a third of the other's time.
pub(super) fn decode_payload(token: &RawToken<'_>) -> Result<String, VerifyError> {
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(token.payload());
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(VerifyError::PayloadNotJson)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn a_payload_is_text() {
        let decoded = |bytes: &[u8]| {
            let token = format!("a.{}.c", URL_SAFE_NO_PAD.encode(bytes));
            decode_payload(&RawToken::new(token.as_bytes(), 100).unwrap())
        };
        assert_eq!(decoded(b"{}"), Ok("{}".to_owned()));
        assert_eq!(decoded(b"{\"x\":\"\xff\"}"), Err(VerifyError::PayloadNotJson));
    }

    #[test]
    fn both_decoders_of_base64url_take_the_same_texts() {
        let strict = |text: &[u8]| URL_SAFE_NO_PAD.decode(text).ok();
        let fast = |text: &[u8]| base64_simd::URL_SAFE_NO_PAD.decode_to_vec(text).ok();
        for length in 0..=100 {
            let bytes: Vec<u8> = (0..length).map(|index: u8| index.wrapping_mul(151) ^ length).collect();
            let text = URL_SAFE_NO_PAD.encode(&bytes).into_bytes();
            assert_eq!(fast(&text), Some(bytes));
            // Any byte in any place of the first and the last block: other alphabets, padding, white space, trailing bits.
            let places = (0..text.len()).filter(|place| *place < 4 || place + 4 >= text.len());
            for (place, byte) in places.flat_map(|place| (0..=255).map(move |byte| (place, byte))) {
                let mut altered = text.clone();
                altered[place] = byte;
                assert_eq!(fast(&altered), strict(&altered), "{altered:?}");
            }
            for end in [&b"="[..], b"==", b"A", b"\n", b" "] {
                let longer = [&text, end].concat();
                assert_eq!(fast(&longer), strict(&longer), "{longer:?}");
            }
        }
        // In the middle of a long text, where sixteen or thirty-two characters are taken at once.
        let text = URL_SAFE_NO_PAD.encode([0x5a; 300]).into_bytes();
        for (place, byte) in (100..164).flat_map(|place| (0..=255).map(move |byte| (place, byte))) {
            let mut altered = text.clone();
            altered[place] = byte;
            assert_eq!(fast(&altered), strict(&altered), "{byte} at {place}");
        }
    }
}
