//! Checks shared secrets: long enough, not public, not guessable.

use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use jsonwebtoken::DecodingKey;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::Algorithm;
use super::error::{KeyError, KeyErrorKind};
use super::guessable;
use super::structure::Structure;
use crate::random;
use crate::secret::Secret;

impl Secret {
    /// 64 random bytes from the operating system, enough for every HMAC algorithm: for tests, and for a service whose
    /// tokens need not outlive it.
    ///
    /// ```
    /// use jwt_guard::{JwtGuard, Secret};
    ///
    /// assert!(JwtGuard::builder().secret(Secret::random()).audience("orders").build().is_ok());
    /// assert!(JwtGuard::builder().secret("change-me-change-me-change-me-change-me").audience("orders").build().is_err());
    /// ```
    ///
    /// # Panics
    ///
    /// The operating system has no randomness.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 64]);
        #[expect(
            clippy::panic,
            reason = "a secret that is not random must not exist, and no request makes one"
        )]
        if let Err(error) = random::fill(&mut *bytes) {
            panic!("{error}");
        }
        Self::from(bytes.as_slice())
    }
}

/// Checks a secret for `algorithm`.
pub(super) fn load(algorithm: Algorithm, secret: &Secret) -> Result<DecodingKey, KeyError> {
    let Some(least) = least_bytes(algorithm) else {
        let message = format!(
            "{algorithm} needs {}, not a shared secret: load it with `VerifyingKey::pem`, `der` or `jwk`",
            algorithm.family()
        );
        return Err(KeyError::new(KeyErrorKind::Mismatch, message));
    };
    let bytes = secret.expose();
    let decoded = decodings(bytes);
    if let Some(found) = known_to_others(bytes, &decoded) {
        let message = format!(
            "the secret for {algorithm} is {found}: every holder can forge tokens; to verify with a public key, \
             name its own algorithm (RS256, ES256, EdDSA ..) and load it with `VerifyingKey::pem`, `der` or `jwk`"
        );
        return Err(KeyError::new(KeyErrorKind::NotASecret, message));
    }
    if bytes.len() < least || blank(bytes) {
        let message = format!(
            "the secret for {algorithm} has {} bytes{}; at least {least} bytes are required, made at random, \
             for example with `openssl rand -hex {least}`",
            bytes.len(),
            if blank(bytes) && !bytes.is_empty() { ", all of them white space" } else { "" },
        );
        return Err(KeyError::new(KeyErrorKind::Weak, message));
    }
    let decoded_reason = || decoded.iter().find_map(|(_, decoded)| guessable::reason(decoded));
    if let Some(reason) = guessable::reason(bytes).or_else(decoded_reason) {
        let message = format!(
            "the secret for {algorithm} {reason}, so others guess it: make one at random, for example with \
             `openssl rand -hex {least}`"
        );
        return Err(KeyError::new(KeyErrorKind::Weak, message));
    }
    if guessable::has_few_bytes(bytes) {
        tracing::warn!(
            target: "jwt_guard",
            %algorithm,
            "a secret consists of few different bytes: make one at random, for example with `openssl rand -hex {least}`"
        );
    }
    DecodingKey::from_secret(bytes).map_err(|refused| {
        KeyError::new(KeyErrorKind::Weak, "the crypto backend refuses the secret").because(refused)
    })
}

/// The length of the hash: a shorter secret is easier to guess than the hash (RFC 7518 section 3.2).
fn least_bytes(algorithm: Algorithm) -> Option<usize> {
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    match algorithm {
        Hs256 => Some(32),
        Hs384 => Some(48),
        Hs512 => Some(64),
        Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 | Es256 | Es384 | EdDsa => None,
    }
}

/// Names the bytes if they are a public key, the text form of a key, or either of them encoded once more, as settings and
/// variables often are.
///
/// A public key used as a secret lets every client sign (CVE-2022-29217, CVE-2026-34950).
fn known_to_others(bytes: &[u8], decoded: &[Decoded]) -> Option<&'static str> {
    is_key(bytes).or_else(|| decoded.iter().find_map(|(name, decoded)| known_encoded(name, decoded)))
}

/// A key in an encoding of this name; base64 in base64 too.
fn known_encoded(name: &'static str, decoded: &[u8]) -> Option<&'static str> {
    let inner = || decodings(decoded).iter().find_map(|(_, inner)| is_key(inner)).map(drop);
    is_key(decoded).map(drop).or_else(inner).map(|()| name)
}

/// What a key in an encoding is called, and the bytes.
type Decoded = (&'static str, Zeroizing<Vec<u8>>);

/// The bytes that a text stands for: in either alphabet of base64, padded or not, or in hexadecimal digits.
fn decodings(bytes: &[u8]) -> Vec<Decoded> {
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let text = trimmed(bytes).iter().copied().filter(|byte| !is_around(byte));
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(text.collect());
    let base64 = [&STANDARD, &URL_SAFE].map(|alphabet| in_base64(alphabet, &text));
    let base64 = base64.into_iter().flatten().map(|decoded| ("a key in base64", decoded));
    base64.chain(in_hex(&text).map(|decoded| ("a key in hexadecimal digits", decoded))).collect()
}

fn in_base64(alphabet: &Alphabet, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, lenient).decode(text).ok().map(Zeroizing::new)
}

/// Digits, perhaps in pairs with a colon between them.
fn in_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let value = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.iter().copied().filter(|&byte| byte != b':').map(value).collect::<Option<_>>()?);
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(Zeroizing::new(pairs.iter().map(|[high, low]| high << 4 | low).collect()))
}

/// Names the bytes if they are a public key, or the text form of a key.
fn is_key(bytes: &[u8]) -> Option<&'static str> {
    const SSH: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];

    let text = trimmed(bytes);
    if contains(text, b"-----BEGIN") || text.starts_with(b"---- BEGIN") {
        return Some("the text of a PEM file");
    }
    let is_ssh = |name: &[u8]| SSH.iter().any(|prefix| name.starts_with(prefix));
    // The second word of such a line, decoded, is the first one again after its length.
    let after_length = bytes.strip_prefix(&[0, 0, 0]).and_then(|rest| rest.get(1..));
    if is_ssh(text) || after_length.is_some_and(is_ssh) {
        return Some("an SSH key");
    }
    if matches!(text.first(), Some(b'{' | b'[')) && serde_json::from_slice::<IgnoredAny>(text).is_ok() {
        return Some("JSON text, such as a JWK");
    }
    if Structure::of(bytes) != Structure::Other {
        return Some("a key in DER");
    }
    None
}

fn blank(bytes: &[u8]) -> bool {
    trimmed(bytes).is_empty()
}

/// The bytes without byte order mark and surrounding white space.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_start();
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
