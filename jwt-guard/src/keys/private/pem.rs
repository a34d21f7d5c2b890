//! Reads private keys in PEM: exactly one block (RFC 7468), decoded in memory that is wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{PrivateKey, der};
use crate::keys::error::{KeyError, KeyErrorKind, quoted};
use crate::keys::structure;

/// The one private key of a PEM text.
pub(in crate::keys) struct Block {
    label: Label,
    der: Zeroizing<Vec<u8>>,
}

enum Label {
    /// `PRIVATE KEY`.
    Pkcs8,
    /// `RSA PRIVATE KEY`.
    Pkcs1,
    /// `EC PRIVATE KEY`.
    Sec1,
}

impl Block {
    /// The key in the block.
    pub(in crate::keys) fn private_key(&self) -> Result<PrivateKey<'_>, KeyError> {
        match self.label {
            Label::Pkcs8 => der::read_pkcs8(&self.der),
            Label::Pkcs1 => der::read_pkcs1(&self.der),
            Label::Sec1 => der::read_sec1(&self.der),
        }
    }
}

/// Reads the only private key of `text`. The block `EC PARAMETERS`, which OpenSSL writes before an EC key, is skipped:
/// the key names its curve itself.
pub(in crate::keys) fn read(text: &[u8]) -> Result<Block, KeyError> {
    let text = std::str::from_utf8(text).map_err(|_| not_pem(text))?;
    let mut blocks = blocks(text)?;
    blocks.retain(|(label, _)| *label != "EC PARAMETERS");
    match blocks.as_slice() {
        [] => Err(not_pem(text.as_bytes())),
        [(label, content)] => {
            let label = known(label)?;
            Ok(Block { label, der: decode(content)? })
        }
        several => {
            let message = format!(
                "the PEM text has {} blocks, but exactly one private key is expected: load every key by itself, \
                 with its own id",
                several.len()
            );
            Err(KeyError::new(KeyErrorKind::Malformed, message))
        }
    }
}

/// Label and content of every block, neither decoded nor copied.
fn blocks(text: &str) -> Result<Vec<(&str, &str)>, KeyError> {
    const BEGIN: &str = "-----BEGIN ";
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after.split_once("-----").ok_or_else(damaged)?;
        let (content, after) = after.split_once("-----END ").ok_or_else(damaged)?;
        let (end, after) = after.split_once("-----").ok_or_else(damaged)?;
        if end != label || content.contains(BEGIN) {
            return Err(damaged());
        }
        blocks.push((label, content));
        rest = after;
    }
    Ok(blocks)
}

fn decode(content: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    // OpenSSL's older encryption has a header line (RFC 1421 section 4.6.1.1).
    if content.contains("ENCRYPTED") {
        return Err(der::encrypted());
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(content.len()));
    plain.extend(content.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    // The cause is dropped: it quotes a character of the key. The buffer is long enough, so it is not reallocated.
    let mut decoded = Zeroizing::new(Vec::with_capacity(plain.len()));
    STANDARD.decode_vec(&*plain, &mut decoded).map_err(|_| damaged())?;
    Ok(decoded)
}

fn known(label: &str) -> Result<Label, KeyError> {
    match label {
        "PRIVATE KEY" => Ok(Label::Pkcs8),
        "RSA PRIVATE KEY" => Ok(Label::Pkcs1),
        "EC PRIVATE KEY" => Ok(Label::Sec1),
        "ENCRYPTED PRIVATE KEY" => Err(der::encrypted()),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Err(der::public()),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Err(structure::certificate()),
        "OPENSSH PRIVATE KEY" => Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "this is an OpenSSH key: make a key for tokens with `openssl genpkey -algorithm ed25519`, because one \
             key must not serve two protocols",
        )),
        other => {
            let message = format!(
                "the PEM label is {}; expected `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`",
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
        "this is JSON, not PEM: load a JWK with `SigningKey::jwk`"
    } else if text.starts_with(&[0x30]) {
        "this is DER, not PEM: load it with `SigningKey::der`"
    } else {
        "this is not PEM: expected text with a line `-----BEGIN PRIVATE KEY-----`"
    };
    KeyError::new(KeyErrorKind::Malformed, message)
}

fn damaged() -> KeyError {
    KeyError::new(
        KeyErrorKind::Malformed,
        "the PEM text is damaged: expected base64 between a BEGIN and an END line with the same label",
    )
}
