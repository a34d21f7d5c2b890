//! Writes private keys as PEM and as JSON Web Keys, in text that is wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{PrivateKey, der};
use crate::base64url::encode_onto;
use crate::keys::error::KeyError;
use crate::keys::{SigningKey, VerifyingKey};

type ZeroizedText = Zeroizing<String>;

/// Names and bytes.
pub(in crate::keys) type PrivateMembers = Vec<(&'static str, Zeroizing<Vec<u8>>)>;

/// A block `PRIVATE KEY` around PKCS#8 (RFC 7468 section 10), with lines of 64 characters.
pub(in crate::keys) fn pem(pkcs8: &[u8]) -> ZeroizedText {
    let mut base64 = empty(pkcs8.len());
    STANDARD.encode_string(pkcs8, &mut base64);
    let mut text = empty(base64.len());
    text.push_str("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}

/// A secret (RFC 7518 section 6.4).
pub(in crate::keys) fn secret_jwk(key: &VerifyingKey, secret: &[u8]) -> ZeroizedText {
    let mut members = serde_json::Map::new();
    members.insert("kty".to_owned(), "oct".into());
    members.insert("use".to_owned(), "sig".into());
    members.insert("alg".to_owned(), key.algorithm().name().into());
    if let Some(id) = key.id() {
        members.insert("kid".to_owned(), id.into());
    }
    with_members(&serde_json::Value::Object(members).to_string(), &[("k", secret)])
}

/// The members of a JWK that are private (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2).
pub(in crate::keys) fn members(key: &PrivateKey<'_>) -> Result<PrivateMembers, KeyError> {
    let copy = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
    Ok(match *key {
        PrivateKey::Ec { d, .. } => vec![("d", copy(d))],
        PrivateKey::Ed25519 { seed, .. } => vec![("d", copy(seed))],
        PrivateKey::Rsa { pkcs1, .. } => {
            let numbers = der::private_numbers(pkcs1)?;
            ["d", "p", "q", "dp", "dq", "qi"].into_iter().zip(numbers.map(copy)).collect()
        }
    })
}

/// A private key.
pub(in crate::keys) fn pair_jwk(key: &SigningKey, members: &PrivateMembers) -> ZeroizedText {
    let public = key.verifying_key().to_public_jwk().unwrap_or_default();
    let members: Vec<_> = members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    with_members(&public, &members)
}

/// The JSON object `public` with further members, in base64url.
fn with_members(public: &str, members: &[(&str, &[u8])]) -> ZeroizedText {
    let length: usize = members.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut text = empty(public.len().saturating_add(length));
    text.push_str(public.strip_suffix('}').unwrap_or(public));
    for (name, bytes) in members {
        text.push_str(",\"");
        text.push_str(name);
        text.push_str("\":\"");
        encode_onto(&mut text, bytes);
        text.push('"');
    }
    text.push('}');
    text
}

/// Room for so many bytes in base64 with names and line ends, so that growing leaves no copy of a part in memory.
fn empty(bytes: usize) -> ZeroizedText {
    Zeroizing::new(String::with_capacity(bytes.saturating_mul(2).saturating_add(256)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_grows_and_so_leaves_no_copy_of_a_key_in_memory() {
        for length in [0, 1, 32, 48, 64, 511, 512, 4096] {
            let bytes = vec![0xff; length];
            let base64 = STANDARD.encode(&bytes);
            assert_eq!(pem(&bytes).capacity(), empty(base64.len()).capacity(), "{length}");
            let members = ["d", "p", "q", "dp", "dq", "qi"].map(|name| (name, bytes.as_slice()));
            let text = with_members("{}", &members);
            assert_eq!(text.capacity(), empty("{}".len() + 6 * length).capacity(), "{length}");
        }
        assert!(empty(100).capacity() >= 200);
    }
}
