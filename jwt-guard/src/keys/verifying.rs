//! One key, bound to one algorithm.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::DecodingKey;

use super::algorithm::{Algorithm, KeyFamily};
use super::backend::{self, Prepared};
use super::der::PublicKey;
use super::error::{KeyError, KeyErrorKind};
use super::{der, ec, hmac, jwk, okp, pem, rsa};
use crate::random::Fingerprint;
use crate::secret::Secret;

/// A key that verifies signatures of exactly one [`Algorithm`].
///
/// Loading a key finds everything that can be wrong with it; see the constructors. `Debug` shows the algorithm and the
/// id, never the key.
///
/// ```
/// use jwt_guard::keys::VerifyingKey;
/// use jwt_guard::{Algorithm, Secret};
///
/// let key = VerifyingKey::secret(Algorithm::Hs256, Secret::random())?.with_id("2026");
/// assert_eq!(key.algorithm(), Algorithm::Hs256);
/// assert_eq!(key.id(), Some("2026"));
///
/// // A secret belongs to HMAC; RS256 needs an RSA key.
/// assert!(VerifyingKey::secret(Algorithm::Rs256, Secret::random()).is_err());
/// # Ok::<(), jwt_guard::keys::KeyError>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    id: Option<Box<str>>,
    /// The thumbprint; a secret has none.
    pub(super) thumbprint: Option<Arc<str>>,
    /// Distinguishes two secrets; public keys are compared by their material.
    secret: Option<Fingerprint>,
    /// Shared by all copies, so that a key stays prepared from one fetched set to the next.
    prepared: Arc<Prepared>,
}

impl VerifyingKey {
    /// A shared secret for `HS256`, `HS384` or `HS512`.
    ///
    /// The secret is used as it is, with every byte, white space at its ends included.
    ///
    /// # Errors
    ///
    /// The algorithm is not of the HMAC family; the secret is shorter than the hash (RFC 7518 section 3.2: 32, 48 or 64
    /// bytes); it is the text of a key (PEM, SSH, JWK or a public key in DER), which others know; or it can be guessed
    /// (RFC 8725 section 3.5): it is in examples, repeats a short piece or has few different bytes.
    pub fn secret(algorithm: Algorithm, secret: impl Into<Secret>) -> Result<Self, KeyError> {
        Self::from_secret(algorithm, &secret.into())
    }

    /// A public key in PEM: `PUBLIC KEY` (SPKI, RFC 5280), or `RSA PUBLIC KEY` (PKCS#1, RFC 8017).
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::Algorithm;
    ///
    /// let pem = "-----BEGIN PUBLIC KEY-----\n\
    ///            MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    ///            -----END PUBLIC KEY-----\n";
    /// let key = VerifyingKey::pem(Algorithm::EdDsa, pem)?;
    /// assert_eq!(key.algorithm(), Algorithm::EdDsa);
    ///
    /// let error = VerifyingKey::pem(Algorithm::Es256, pem).unwrap_err();
    /// assert_eq!(error.to_string(), "the key is an Ed25519 key, but ES256 needs an EC key on P-256");
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not exactly one such block; it is a private key or a certificate; or the key fails a check of
    /// [`VerifyingKey::der`].
    pub fn pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let block = pem::read(pem.as_ref())?;
        Self::from_public(algorithm, block.public_key()?)
    }

    /// A public key in DER: SPKI, or PKCS#1 for RSA.
    ///
    /// # Errors
    ///
    /// The bytes are not exactly one such key; it is a private key or a certificate; the key is not of the kind
    /// the algorithm needs; an RSA key is not of 2048 to 8192 bits or its exponent is even or below 3; an EC key
    /// is not a point of P-256 or P-384 in uncompressed form; an Ed25519 key is of small order.
    ///
    /// With the feature `rust-crypto` alone, RSA keys above 4096 bits are refused too, because that backend
    /// cannot use them.
    pub fn der(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        Self::from_public(algorithm, der::read(der)?)
    }

    /// A key as a JSON Web Key (RFC 7517). Its `kid` becomes the id.
    ///
    /// The algorithm is the key's `alg`. Without it, the curve decides for EC and Ed25519 keys; RSA keys and
    /// secrets need exactly one algorithm of their family in `allowed`. An empty `allowed` allows every algorithm
    /// that a key names itself.
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::Algorithm;
    ///
    /// let text = r#"{"kty":"OKP","crv":"Ed25519","kid":"a",
    ///                "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// let key = VerifyingKey::jwk(text, &[])?;
    /// assert_eq!((key.algorithm(), key.id()), (Algorithm::EdDsa, Some("a")));
    ///
    /// assert!(VerifyingKey::jwk(text, &[Algorithm::Es256]).is_err());
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not strict JSON; the key is not meant for verifying (`use`, `key_ops`); it carries private
    /// members; its algorithm is unsupported, undetermined, not allowed, or does not fit `kty` and `crv`; or the
    /// key fails a check of [`VerifyingKey::der`] or [`VerifyingKey::secret`].
    pub fn jwk(text: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        jwk::read(text, allowed, jwk::JwkSource::Local)
    }

    /// Sets the id: tokens name it as `kid`.
    ///
    /// A public key is also found by its [thumbprint](Self::thumbprint), with an id or without. A secret without an id
    /// verifies tokens without `kid`. A token that names another key is never checked with this one.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into().into_boxed_str());
        self
    }

    /// The id, which is the `kid` of tokens.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The one algorithm whose signatures the key verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `kid` is the thumbprint of this key.
    pub(super) fn has_thumbprint(&self, kid: &str) -> bool {
        self.thumbprint.as_deref() == Some(kid)
    }

    /// The `kid` of this key's tokens: its id, or its thumbprint.
    pub(crate) fn name(&self) -> Option<&str> {
        self.id().or(self.thumbprint.as_deref())
    }

    /// Whether both are one key that is listed twice. For secrets this compares 64 bits of a keyed hash, so it may only
    /// be used to drop a key, never to accept one.
    pub(super) fn is_listed_again_as(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && self.name() == other.name()
            && self.thumbprint == other.thumbprint
            && self.secret == other.secret
    }

    /// Whether both are the same key: in name, algorithm and material. Secrets are compared by address, not by content.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same_material = || {
            let [ours, theirs] = [self, other].map(|key| backend::public_bytes(&key.prepared));
            ours.is_some() && ours == theirs
        };
        self.algorithm == other.algorithm
            && self.id == other.id
            && (Arc::ptr_eq(&self.prepared, &other.prepared) || same_material())
    }

    /// The key in the form of the crypto backend.
    pub(super) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    pub(super) fn from_secret(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        let key = Self::bind(algorithm, &hmac::load(algorithm, secret)?)?;
        Ok(Self { secret: Some(Fingerprint::of(secret.expose())), ..key })
    }

    pub(super) fn from_public(algorithm: Algorithm, key: PublicKey<'_>) -> Result<Self, KeyError> {
        let material = match (algorithm.family(), key) {
            (KeyFamily::Rsa, PublicKey::Rsa { n, e }) => rsa::load(n, e)?,
            (KeyFamily::Ec(curve), PublicKey::Ec { curve: found, point }) if curve == found => {
                ec::load(curve, point)?
            }
            (KeyFamily::Ed25519, PublicKey::Ed25519(point)) => okp::load(point)?,
            (needed, key) => {
                let message = format!("the key is {}, but {algorithm} needs {needed}", key.family());
                return Err(KeyError::new(KeyErrorKind::Mismatch, message));
            }
        };
        let key = Self::bind(algorithm, &material)?;
        let thumbprint = key.compute_thumbprint().map(Arc::from);
        Ok(Self { thumbprint, ..key })
    }

    fn bind(algorithm: Algorithm, material: &DecodingKey) -> Result<Self, KeyError> {
        let prepared = backend::load(algorithm, material).map_err(|refused| {
            let message = format!("the crypto backend cannot load the key for {algorithm}");
            KeyError::new(KeyErrorKind::Malformed, message).because(refused)
        })?;
        Ok(Self { algorithm, id: None, thumbprint: None, secret: None, prepared: Arc::new(prepared) })
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
