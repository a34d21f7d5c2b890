//! Checks shared secrets: long enough, not public, not guessable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
    if let Some(found) = known_to_others(bytes) {
        let message = format!(
            "the secret for {algorithm} is {found}: everyone who has it can forge tokens; to verify with a public key, \
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
    if let Some(reason) = guessable::reason(bytes) {
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

/// Names the bytes if they are a public key, or the text form of a key.
///
/// A public key used as a secret lets everyone sign (CVE-2022-29217, CVE-2026-34950).
fn known_to_others(bytes: &[u8]) -> Option<&'static str> {
    let text = trimmed(bytes);
    if contains(text, b"-----BEGIN") || text.starts_with(b"---- BEGIN") {
        return Some("the text of a PEM file");
    }
    if [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"].iter().any(|prefix| text.starts_with(prefix))
    {
        return Some("an SSH key");
    }
    if matches!(text.first(), Some(b'{' | b'[')) && serde_json::from_slice::<IgnoredAny>(text).is_ok() {
        return Some("JSON text, such as a JWK");
    }
    if Structure::of(bytes) != Structure::Other {
        return Some("a key in DER");
    }
    let unwrapped: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
    if STANDARD
        .decode(&*unwrapped)
        .map(Zeroizing::new)
        .is_ok_and(|decoded| Structure::of(&decoded) != Structure::Other)
    {
        return Some("a key in base64");
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
