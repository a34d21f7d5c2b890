//! Reads public keys in PEM: exactly one block, with the right label (RFC 7468).

use super::der::{self, PublicKey};
use super::error::{KeyError, KeyErrorKind, quoted};
use super::structure;

/// The one block of a PEM text, with the label of a public key.
pub(super) struct Block {
    label: Label,
    der: Vec<u8>,
}

enum Label {
    /// `PUBLIC KEY`.
    Spki,
    /// `RSA PUBLIC KEY`.
    Pkcs1,
}

impl Block {
    /// The key in the block.
    pub(super) fn public_key(&self) -> Result<PublicKey<'_>, KeyError> {
        match self.label {
            Label::Spki => der::read_spki(&self.der),
            Label::Pkcs1 => der::read_pkcs1(&self.der),
        }
    }
}

/// Reads the only block of `text`.
pub(super) fn read(text: &[u8]) -> Result<Block, KeyError> {
    // Checked before decoding, so that no copy of a private key is left in memory.
    if contains(text, b"PRIVATE KEY-----") || contains(text, b"PRIVATE KEY BLOCK-----") {
        return Err(KeyError::new(
            KeyErrorKind::PrivateKey,
            "this is a private key, but only a public key is needed to verify: \
             extract it with `openssl pkey -in private.pem -pubout -out public.pem`",
        ));
    }
    if !contains(text, b"-----BEGIN") {
        return Err(not_pem(text));
    }
    // The cause is dropped: it may quote a line of the text.
    let blocks = pem::parse_many(text).map_err(|_| {
        let message =
            "the PEM text is damaged: expected base64 between a BEGIN and an END line with the same label";
        KeyError::new(KeyErrorKind::Malformed, message)
    })?;
    match <[pem::Pem; 1]>::try_from(blocks) {
        Ok([block]) => Ok(Block { label: label(block.tag())?, der: block.into_contents() }),
        Err(blocks) => {
            let message = format!(
                "the PEM text has {} complete blocks, but exactly one public key is expected: \
                 load every key by itself, with its own id",
                blocks.len()
            );
            Err(KeyError::new(KeyErrorKind::Malformed, message))
        }
    }
}

fn label(label: &str) -> Result<Label, KeyError> {
    match label {
        "PUBLIC KEY" => Ok(Label::Spki),
        "RSA PUBLIC KEY" => Ok(Label::Pkcs1),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Err(structure::certificate()),
        other => {
            let message = format!(
                "the PEM label is {}; expected `PUBLIC KEY`, or `RSA PUBLIC KEY` for RSA",
                quoted(other)
            );
            Err(KeyError::new(KeyErrorKind::Unsupported, message))
        }
    }
}

fn not_pem(text: &[u8]) -> KeyError {
    let trimmed = text.trim_ascii();
    let message = if trimmed.is_empty() {
        "the PEM text is empty"
    } else if trimmed.starts_with(b"{") {
        "this is JSON, not PEM: load a JWK with `VerifyingKey::jwk`, a set with `KeySet::from_json`"
    } else if trimmed.starts_with(b"ssh-") || trimmed.starts_with(b"ecdsa-") {
        "this is an SSH key, not PEM: convert it with `ssh-keygen -e -m PKCS8 -f key.pub`"
    } else if text.starts_with(&[0x30]) {
        "this is DER, not PEM: load it with `VerifyingKey::der`"
    } else {
        "this is not PEM: expected text with a line `-----BEGIN PUBLIC KEY-----`"
    };
    KeyError::new(KeyErrorKind::Malformed, message)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
