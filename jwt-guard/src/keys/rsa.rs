//! RSA keys: size, exponent, and the one form for the backend.

use jsonwebtoken::DecodingKey;

use super::error::{KeyError, KeyErrorKind};
use super::{backend, der};

/// The smallest RSA key for tokens (RFC 7518 section 3.3).
const LEAST_BITS: usize = 2048;

/// With smaller exponents, signatures could be forged against careless padding checks.
const USUAL_EXPONENT: u64 = 65537;

/// The largest exponent of both backends: 33 bits.
const LARGEST_EXPONENT: u64 = (1 << 33) - 1;

/// Checks modulus and exponent, both big-endian without leading zero bytes.
///
/// The key is stored as PKCS#1 DER even if it came as two numbers: jsonwebtoken verifies faster with that form.
pub(super) fn load(n: &[u8], e: &[u8]) -> Result<DecodingKey, KeyError> {
    check_modulus(n)?;
    check_exponent(e)?;
    let material = DecodingKey::from_rsa_der(&der::write_pkcs1(n, e)?);
    backend::load(super::Algorithm::Rs256, &material)
        .map_err(|refused| malformed("the crypto backend cannot load the RSA key").because(refused))?;
    Ok(material)
}

fn check_modulus(n: &[u8]) -> Result<(), KeyError> {
    let most = backend::LARGEST_RSA_BITS;
    let bits = match n.first() {
        None | Some(0) => return Err(malformed("the RSA modulus is empty or starts with a zero byte")),
        Some(first) => n.len().saturating_mul(8).saturating_sub(first.leading_zeros() as usize),
    };
    if bits < LEAST_BITS {
        let message = format!(
            "the RSA modulus has {bits} bits; {LEAST_BITS} to {most} are required (RFC 7518 section 3.3): \
             make a new key pair with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`"
        );
        return Err(KeyError::new(KeyErrorKind::Weak, message));
    }
    if bits > most {
        let message = format!(
            "the RSA modulus has {bits} bits; {LEAST_BITS} to {most} are possible with the backend `{}`, \
             and a larger key makes every request slower: use 3072 or 4096 bits",
            backend::NAME
        );
        return Err(KeyError::new(KeyErrorKind::Unsupported, message));
    }
    match n.last() {
        Some(last) if last % 2 == 1 => Ok(()),
        _ => Err(malformed("the RSA modulus is even, so it is not a product of two large primes")),
    }
}

fn check_exponent(e: &[u8]) -> Result<(), KeyError> {
    if matches!(e.first(), None | Some(0)) {
        return Err(malformed("the RSA exponent is empty, zero, or starts with a zero byte"));
    }
    let value = (e.len() <= 8).then(|| e.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)));
    match value {
        Some(value) if value < 3 || value % 2 == 0 => {
            let message = format!(
                "the RSA exponent is {value}; an odd number of at least 3 is required, usual is 65537"
            );
            Err(KeyError::new(KeyErrorKind::Weak, message))
        }
        Some(value) if value <= LARGEST_EXPONENT => {
            if value < USUAL_EXPONENT {
                tracing::warn!(target: "jwt_guard", exponent = value, "an RSA key has an exponent below 65537");
            }
            Ok(())
        }
        _ => Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "the RSA exponent has more than 33 bits, which the crypto backend cannot use; usual is 65537",
        )),
    }
}

fn malformed(message: &'static str) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
