//! Recognises a DER text by the first elements of its outer sequence, so that a private key or a certificate is refused
//! by its name and not as *damaged*.

use spki::der::asn1::AnyRef;
use spki::der::{self, Decode as _, Reader as _, SliceReader, Tag, Tagged as _};

use super::error::{KeyError, KeyErrorKind};

/// The kind of a DER text, according to its outermost elements.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Structure {
    Certificate,
    EncryptedPkcs8,
    Pkcs1Private,
    Pkcs1Public,
    Pkcs8,
    Sec1,
    Spki,
    Other,
}

impl Structure {
    /// Reads the first elements of the outer sequence.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match outermost(bytes) {
            Ok([Some(Tag::Sequence), Some(Tag::BitString), None]) => Self::Spki,
            Ok([Some(Tag::Integer), Some(Tag::Integer), None]) => Self::Pkcs1Public,
            Ok([Some(Tag::Integer), Some(Tag::Integer), Some(_)]) => Self::Pkcs1Private,
            Ok([Some(Tag::Integer), Some(Tag::Sequence), Some(_)]) => Self::Pkcs8,
            Ok([Some(Tag::Integer), Some(Tag::OctetString), _]) => Self::Sec1,
            Ok([Some(Tag::Sequence), Some(Tag::OctetString), None]) => Self::EncryptedPkcs8,
            Ok([Some(Tag::Sequence), Some(Tag::Sequence), Some(_)]) => Self::Certificate,
            _ => Self::Other,
        }
    }

    /// Refuses anything but `expected`, by its name.
    pub(super) fn refuse_all_but(self, expected: Self) -> Result<(), KeyError> {
        let private = |form: &str| {
            let message = format!(
                "this is a private key ({form}), but only a public key is needed to verify: \
                 extract it with `openssl pkey -in private.der -pubout -outform DER`"
            );
            Err(KeyError::new(KeyErrorKind::PrivateKey, message))
        };
        match self {
            found if found == expected => Ok(()),
            Self::Certificate => Err(certificate()),
            Self::EncryptedPkcs8 => private("encrypted PKCS#8"),
            Self::Pkcs1Private => private("PKCS#1"),
            Self::Pkcs8 => private("PKCS#8"),
            Self::Sec1 => private("SEC1"),
            Self::Pkcs1Public => {
                Err(malformed("the key is in PKCS#1 form; in PEM its label is `RSA PUBLIC KEY`"))
            }
            Self::Spki => Err(malformed("the key is in SPKI form; in PEM its label is `PUBLIC KEY`")),
            Self::Other => Err(malformed(
                "the bytes are not a public key in DER: expected one `SubjectPublicKeyInfo` and nothing after it, \
                 or an `RSAPublicKey`; text goes to `VerifyingKey::pem` or `jwk`",
            )),
        }
    }
}

/// The tags of the first three elements of the sequence that `bytes` are.
fn outermost(bytes: &[u8]) -> der::Result<[Option<Tag>; 3]> {
    let mut tags = [None; 3];
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|inner| {
        let mut free = tags.iter_mut();
        while !inner.is_finished() {
            let tag = AnyRef::decode(inner)?.tag();
            if let Some(slot) = free.next() {
                *slot = Some(tag);
            }
        }
        der::Result::Ok(())
    })?;
    reader.finish()?;
    Ok(tags)
}

/// Refuses a certificate, because its dates, names and issuer would not be checked here.
pub(super) fn certificate() -> KeyError {
    KeyError::new(
        KeyErrorKind::Unsupported,
        "this is a certificate, but a public key is expected: \
         extract it with `openssl x509 -in certificate.pem -noout -pubkey`",
    )
}

fn malformed(message: &'static str) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
