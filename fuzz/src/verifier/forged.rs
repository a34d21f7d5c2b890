//! Tokens that the holder of the key did not sign, made of one that it did.

use arbitrary::Unstructured;
use aws_lc_rs::hmac;

use super::keys::Verifiers;
use crate::common::{SECRET, below, decode, encode, piece};

/// The same claims with a signature that is not theirs; often theirs with a small damage.
pub(super) fn forged(input: &mut Unstructured<'_>, verifiers: &Verifiers, token: &str) -> String {
    let (signed, text) = token.rsplit_once('.').expect("a token");
    let mut signature = decode(text).expect("a signature is base64url");
    match below(input, 8) {
        0 => signature.truncate(below(input, signature.len())),
        1 => signature.extend([0].iter().chain(piece(input, 8))),
        2 => signature.insert(0, 0),
        3 => signature.fill(0),
        // Of another payload, by the same key.
        4 => {
            let other = verifiers.sign(r#"{"alg":"none"}"#, "{}");
            return format!("{signed}.{}", other.rsplit('.').next().unwrap_or_default());
        }
        5 => return by_secret(verifiers, signed),
        // The same bytes, written differently.
        6 => return format!("{signed}.{}", other_text(text)),
        _ => {
            let at = below(input, signature.len());
            signature[at] ^= 1 << below(input, 8);
        }
    }
    format!("{signed}.{}", encode(signature))
}

/// The public half of a pair, taken for a secret. That of a secret is not known: another one.
fn by_secret(verifiers: &Verifiers, signed: &str) -> String {
    let secret = verifiers.public.as_deref().unwrap_or(&SECRET[1..]);
    let payload = signed.rsplit('.').next().unwrap_or_default();
    let input = format!("{}.{payload}", encode(r#"{"alg":"HS256"}"#));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), input.as_bytes());
    format!("{input}.{}", encode(tag))
}

/// A signature of 32, 64 or 256 bytes leaves bits of its last letter unused.
fn other_text(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let at = LETTERS.iter().position(|&letter| last.as_bytes() == [letter]).expect("base64url");
    format!("{rest}{}", char::from(LETTERS[at ^ 1]))
}
