//! New keys: made at random, with the texts to store them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::algorithm::{Algorithm, Curve, KeyFamily};
use super::error::{KeyError, KeyErrorKind};
use super::private::text::PrivateMembers;
use super::private::{self, PrivateKey};
use super::{SigningKey, backend};
use crate::random;
use crate::secret::Secret;

/// A new [`SigningKey`], made at random, with the texts to store it: for tools that make keys.
///
/// A secret has 64 bytes, as [`Secret::random`], and an RSA key 3072 bits: both are beyond guessing for decades.
///
/// ```
/// use jwt_guard::keys::GeneratedKey;
/// use jwt_guard::{Algorithm, SigningKey};
///
/// let key = GeneratedKey::new(Algorithm::EdDsa)?;
/// let pem = key.private_pem().expect("half of a pair");
/// let stored = SigningKey::pem(Algorithm::EdDsa, pem.as_str())?;
/// assert_eq!(stored.verifying_key().thumbprint(), key.signing_key().verifying_key().thumbprint());
///
/// // A shared secret has no PEM.
/// assert!(GeneratedKey::new(Algorithm::Hs256)?.private_pem().is_none());
/// # Ok::<(), jwt_guard::keys::KeyError>(())
/// ```
pub struct GeneratedKey {
    key: SigningKey,
    material: Material,
}

/// What the texts are made of.
enum Material {
    Secret(Zeroizing<Vec<u8>>),
    /// A private key in PKCS#8, and its private members in a JWK.
    Pair {
        der: Zeroizing<Vec<u8>>,
        members: PrivateMembers,
    },
}

/// The text of a private key. `Debug` hides it, there is no `Display`, and the memory is wiped when it is dropped.
pub struct PrivateText(Zeroizing<String>);

/// A random number of 256 or 384 bits is above the order of its curve once in 2^32 times or less.
const DRAWS: usize = 4;

const SECRET_BYTES: usize = 64;

impl GeneratedKey {
    /// Makes a key for `algorithm`.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness; or the crypto backend makes no RSA keys, as `rust-crypto` does not.
    pub fn new(algorithm: Algorithm) -> Result<Self, KeyError> {
        match algorithm.family() {
            KeyFamily::Hmac => Self::secret(algorithm),
            KeyFamily::Rsa => Self::pair(algorithm, backend::new_rsa_pkcs8()?),
            KeyFamily::Ec(curve) => Self::ec(algorithm, curve),
            KeyFamily::Ed25519 => {
                let seed = random_bytes(32)?;
                Self::pair(algorithm, private::write::ed25519_pkcs8(&seed))
            }
        }
    }

    /// Sets the id of the key, as [`SigningKey::with_id`].
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.key = self.key.with_id(id);
        self
    }

    /// The key.
    pub fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The private key in PEM (PKCS#8, RFC 7468 section 10). It does not name the algorithm of an RSA key, nor the id.
    /// `None` for a secret.
    pub fn private_pem(&self) -> Option<PrivateText> {
        match &self.material {
            Material::Secret(_) => None,
            Material::Pair { der, .. } => Some(PrivateText(private::text::pem(der))),
        }
    }

    /// The private key, or the secret, as a JSON Web Key (RFC 7517), with `use`, `alg` and `kid`. The `kid` is the id,
    /// or the thumbprint (RFC 7638); a secret without an id has none.
    pub fn private_jwk(&self) -> PrivateText {
        PrivateText(match &self.material {
            Material::Secret(bytes) => private::text::secret_jwk(&self.key.verifying_key(), bytes),
            Material::Pair { members, .. } => private::text::pair_jwk(&self.key, members),
        })
    }

    /// The secret as a setting or a variable takes it: in base64, after `base64:`. `None` for a private key.
    pub fn secret_text(&self) -> Option<PrivateText> {
        let Material::Secret(bytes) = &self.material else { return None };
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len().saturating_add(bytes.len() * 2)));
        text.push_str(PREFIX);
        STANDARD.encode_string(bytes.as_slice(), &mut text);
        Some(PrivateText(text))
    }

    fn secret(algorithm: Algorithm) -> Result<Self, KeyError> {
        let bytes = random_bytes(SECRET_BYTES)?;
        let key = SigningKey::from_secret(algorithm, &Secret::from(bytes.as_slice()))?;
        Ok(Self { key, material: Material::Secret(bytes) })
    }

    /// Draws until the number is below the order of the curve (FIPS 186-5 appendix A.2.2), which the backend says.
    fn ec(algorithm: Algorithm, curve: Curve) -> Result<Self, KeyError> {
        for _ in 0..DRAWS {
            let d = random_bytes(curve.coordinate())?;
            if backend::ec_public(curve, &private::write::ec_pkcs8(curve, &d, None)).is_err() {
                continue;
            }
            let key = SigningKey::from_private(algorithm, &PrivateKey::Ec { curve, d: &d, public: None })?;
            let public = key.verifying_key();
            let point = backend::public_bytes(public.prepared());
            return Self::pair(algorithm, private::write::ec_pkcs8(curve, &d, point));
        }
        Err(not_generated())
    }

    fn pair(algorithm: Algorithm, der: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let private = private::der::read(&der)?;
        let key = SigningKey::from_private(algorithm, &private)?;
        let members = private::text::members(&private)?;
        Ok(Self { key, material: Material::Pair { der, members } })
    }
}

/// What settings expect before a secret in base64.
const PREFIX: &str = "base64:";

fn random_bytes(length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random::fill(&mut bytes).map_err(|error| not_generated().because(error))?;
    Ok(bytes)
}

fn not_generated() -> KeyError {
    KeyError::new(
        KeyErrorKind::NotGenerated,
        "no key can be made: the operating system gives no good random bytes",
    )
}

/// Shows the key as [`SigningKey`] does.
impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedKey").field("key", &self.key).finish_non_exhaustive()
    }
}

impl PrivateText {
    /// The text. Write it only where secrets are kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateText(..)")
    }
}
