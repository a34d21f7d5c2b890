//! Keys that verify and make signatures: loaded once, checked once, bound to one algorithm each.
//!
//! A key is refused when it is loaded, never when the first token arrives:
//!
//! 1. the text is read strictly: one PEM block, DER without a rest, JSON without repeated members, base64url
//!    without padding;
//! 2. the wrong half of a key pair, certificates and key types without a JWT algorithm are refused by name;
//! 3. the key is bound to exactly one [`Algorithm`] (RFC 8725 section 3.1), so that a token cannot choose;
//! 4. the material is checked: RSA of 2048 to 8192 bits (4096 with `rust-crypto` alone), points that lie on their curve, no
//!    Ed25519 key of small order, HMAC secrets as long as their hash, not the text of a public key, and not those of
//!    examples;
//! 5. the crypto backend has to load the result, and a [`SigningKey`] has to make a first signature.
//!
//! A [`KeySet`] then finds *the one* key of a token, or none.

pub(crate) mod algorithm;
pub(crate) mod backend;
mod der;
mod ec;
mod elements;
mod error;
mod generated;
mod guessable;
mod hmac;
mod jwk;
mod key_set;
mod known;
mod okp;
mod pem;
mod private;
mod publish;
pub mod remote;
mod ring;
mod rsa;
pub(crate) mod signing;
mod structure;
mod verifying;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::algorithm::Algorithm;
pub use self::error::{KeyError, KeyErrorKind};
pub use self::generated::{GeneratedKey, PrivateText};
pub use self::key_set::KeySet;
pub(crate) use self::signing::SigningKey;
pub use self::verifying::VerifyingKey;

pub(crate) use self::key_set::SelectError;
pub(crate) use self::ring::{IssuerKeys, KeySnapshot};
