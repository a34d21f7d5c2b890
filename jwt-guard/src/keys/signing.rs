//! One signing key, bound to one algorithm.

use std::fmt;

use jsonwebtoken::EncodingKey;

use super::algorithm::KeyFamily;
use super::error::{KeyError, KeyErrorKind};
use super::private::{self, PrivateKey};
use super::{Algorithm, VerifyingKey, backend};
use crate::secret::Secret;

/// A key that signs tokens with exactly one [`Algorithm`].
///
/// Loading a key finds everything that can be wrong with it: the checks of [`VerifyingKey`] run on its public half, and
/// a first signature is made and verified. `Debug` shows the algorithm and the id, never the key, and the memory is
/// wiped when the key is dropped.
///
/// ```
/// use jwt_guard::{Algorithm, SigningKey};
///
/// let pem = "-----BEGIN PRIVATE KEY-----\n\
///            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
///            -----END PRIVATE KEY-----\n";
/// let key = SigningKey::pem(Algorithm::EdDsa, pem)?.with_id("2026");
/// assert_eq!(key.verifying_key().id(), Some("2026"));
/// assert_eq!(format!("{key:?}"), r#"SigningKey { algorithm: EdDsa, id: Some("2026"), .. }"#);
///
/// assert!(SigningKey::pem(Algorithm::Es256, pem).is_err());
/// # Ok::<(), jwt_guard::keys::KeyError>(())
/// ```
///
/// # Changing keys
///
/// A guard with the old [`VerifyingKey`] beside the new key accepts the tokens of both; remove the old one when the
/// last of its tokens has expired. Key pairs need nothing else: without an id they are distinguished by their
/// [thumbprints](VerifyingKey::thumbprint). Of the secrets for one algorithm, one may be without an id; its tokens have
/// no `kid`. The others need [`with_id`](Self::with_id), and `build` says so.
///
/// ```
/// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
///
/// let [old, new] = [(); 2].map(|()| SigningKey::secret(Algorithm::Hs256, Secret::random()));
/// let (old, new) = (old?, new?);
/// let both = |new| JwtGuard::builder().audience("shop").signing_key(new).key(old.verifying_key()).build();
/// assert!(both(new.clone().with_id("2026-07")).is_ok());
/// assert!(both(new).is_err(), "no token could choose");
/// # Ok::<(), jwt_guard::keys::KeyError>(())
/// ```
///
/// # RSA with `rust-crypto`
///
/// With that backend the time of a signature depends on the private key (RUSTSEC-2023-0071), and the log warns. Sign
/// with EC or Ed25519, or use the backend aws-lc-rs.
#[derive(Clone)]
pub struct SigningKey {
    public: VerifyingKey,
    material: EncodingKey,
}

impl SigningKey {
    /// A shared secret for `HS256`, `HS384` or `HS512`.
    ///
    /// Every service that can verify with it can also sign. If other services verify, use an asymmetric key.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::secret`].
    pub fn secret(algorithm: Algorithm, secret: impl Into<Secret>) -> Result<Self, KeyError> {
        Self::from_secret(algorithm, &secret.into())
    }

    /// A private key in PEM: `PRIVATE KEY` (PKCS#8, RFC 5958), `RSA PRIVATE KEY` (PKCS#1, RFC 8017) or
    /// `EC PRIVATE KEY` (SEC1, RFC 5915).
    ///
    /// # Errors
    ///
    /// The text is not exactly one such block; it is encrypted, a public key or a certificate; or the key fails a check
    /// of [`SigningKey::der`].
    pub fn pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let block = private::pem::read(pem.as_ref())?;
        Self::from_private(algorithm, &block.private_key()?)
    }

    /// A private key in DER: PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    ///
    /// The bytes are not exactly one such key; it is encrypted, a public key or a certificate; the key is not of the
    /// kind the algorithm needs; its public half fails a check of [`VerifyingKey::der`]; or the two halves do not belong
    /// together, which a first signature shows.
    pub fn der(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        Self::from_private(algorithm, &private::der::read(der)?)
    }

    /// A private key as a JSON Web Key (RFC 7517). Its `kid` becomes the id.
    ///
    /// The algorithm is the key's `alg`; without it, the curve decides for EC and Ed25519 keys. An RSA key needs all of
    /// `n`, `e`, `d`, `p`, `q`, `dp`, `dq` and `qi` (RFC 7518 section 6.3.2).
    ///
    /// ```
    /// use jwt_guard::{Algorithm, SigningKey};
    ///
    /// // RFC 8037 appendix A.1.
    /// let key = SigningKey::jwk(
    ///     r#"{"kty":"OKP","crv":"Ed25519","kid":"a",
    ///         "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    ///         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!((key.algorithm(), key.id()), (Algorithm::EdDsa, Some("a")));
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not strict JSON; the private member is missing; the key is not meant for signing (`use`, `key_ops`);
    /// its algorithm is unsupported, not named, or does not fit `kty` and `crv`; or the key fails a check of
    /// [`SigningKey::der`] or [`SigningKey::secret`].
    pub fn jwk(text: &str) -> Result<Self, KeyError> {
        private::jwk::read(text)
    }

    /// Sets the id: tokens have it as `kid`, and guards find the key by it. Tokens of a key pair without an id have its
    /// [thumbprint](VerifyingKey::thumbprint) as `kid`, as the published key has.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.public = self.public.with_id(id);
        self
    }

    /// The id, which is the `kid` of tokens.
    pub fn id(&self) -> Option<&str> {
        self.public.id()
    }

    /// The one algorithm of the key.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The key that verifies the signatures of this one: the public half, or the same secret, under the same id.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// The key in the form of the crypto backend.
    pub(super) fn material(&self) -> &EncodingKey {
        &self.material
    }

    pub(super) fn from_secret(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_secret(algorithm, secret)?;
        let material = EncodingKey::from_secret(secret.expose()).map_err(|refused| {
            KeyError::new(KeyErrorKind::Weak, "the crypto backend refuses the secret").because(refused)
        })?;
        Self { public, material }.proven()
    }

    pub(super) fn from_private(algorithm: Algorithm, key: &PrivateKey<'_>) -> Result<Self, KeyError> {
        let (material, public) = key.bind(algorithm)?;
        Self { public, material }.proven()
    }

    /// Makes a signature and verifies it, so that a key that cannot sign is found at once and not by the first login.
    fn proven(self) -> Result<Self, KeyError> {
        const MESSAGE: &[u8] = b"jwt-guard proves a signing key";
        let signature = backend::sign(&self, MESSAGE).map_err(|refused| {
            KeyError::new(
                KeyErrorKind::Malformed,
                "the crypto backend cannot sign with the key: it is damaged",
            )
            .because(refused)
        })?;
        backend::verify(&self.public, MESSAGE, signature.as_bytes())
            .map_err(|_| private::halves_disagree())?;
        if backend::RSA_TIMES_TELL && self.algorithm().family() == KeyFamily::Rsa {
            tracing::warn!(
                target: "jwt_guard",
                algorithm = %self.algorithm(),
                "the time that the crypto backend `rust-crypto` takes for an RSA signature depends on the private key \
                 (RUSTSEC-2023-0071): sign with ES256, ES384 or EdDSA, or take the backend `aws-lc-rs`"
            );
        }
        Ok(self)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_whose_signatures_its_public_half_refuses_is_refused() {
        let key = |byte: u8| SigningKey::secret(Algorithm::Hs256, crate::keys::tests::secret(byte)).unwrap();
        let mixed = SigningKey { public: key(1).public, material: key(2).material };
        let error = mixed.proven().unwrap_err();
        assert_eq!(error.kind(), KeyErrorKind::Malformed);
        assert!(error.to_string().contains("do not belong together"), "{error}");
    }
}
