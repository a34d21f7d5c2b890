//! The published form of public keys: JSON Web Keys (RFC 7517), and their thumbprints (RFC 7638).

use serde_json::{Map, Value, json};

use super::algorithm::{Curve, KeyFamily};
use super::{KeySet, VerifyingKey, backend, der};
use crate::base64url::encode;

impl VerifyingKey {
    /// The key as a public JWK: with `use`, `alg` and `kid`, which is the [thumbprint](Self::thumbprint) where the key
    /// has no id. `None` for a shared secret, which is never published.
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    /// use jwt_guard::{Algorithm, Secret};
    ///
    /// let text = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// let jwk = VerifyingKey::jwk(text, &[])?.to_public_jwk().expect("a public key");
    /// assert!(jwk.contains(r#""kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k""#));
    ///
    /// assert_eq!(VerifyingKey::secret(Algorithm::Hs256, Secret::random())?.to_public_jwk(), None);
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    pub fn to_public_jwk(&self) -> Option<String> {
        self.public_members().map(|members| Value::Object(members).to_string())
    }

    /// The key in PEM: `PUBLIC KEY` (SPKI, RFC 7468 section 13). It does not name the algorithm of an RSA key, nor the
    /// id.
    /// `None` for a shared secret.
    ///
    /// ```
    /// use jwt_guard::Algorithm;
    /// use jwt_guard::keys::VerifyingKey;
    ///
    /// let pem = "-----BEGIN PUBLIC KEY-----\n\
    ///            MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    ///            -----END PUBLIC KEY-----\n";
    /// assert_eq!(VerifyingKey::pem(Algorithm::EdDsa, pem)?.to_public_pem().as_deref(), Some(pem));
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    pub fn to_public_pem(&self) -> Option<String> {
        let bytes = backend::public_bytes(self.prepared())?;
        let der = der::write_spki(self.algorithm().family(), bytes)?;
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        Some(pem::encode_config(&pem::Pem::new("PUBLIC KEY", der), config))
    }

    /// The SHA-256 thumbprint of a public key in base64url (RFC 7638): a name that every holder of the key can compute.
    /// `None` for a shared secret, of which a hash would reveal too much (RFC 7638 section 7).
    ///
    /// ```
    /// use jwt_guard::keys::VerifyingKey;
    ///
    /// let text = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// let key = VerifyingKey::jwk(text, &[])?;
    /// // RFC 8037 appendix A.3.
    /// assert_eq!(key.thumbprint().as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    pub fn thumbprint(&self) -> Option<String> {
        self.thumbprint.as_deref().map(str::to_owned)
    }

    pub(super) fn compute_thumbprint(&self) -> Option<String> {
        // RFC 7638 section 3.2: the required members, sorted by name, without white space.
        let sorted: std::collections::BTreeMap<_, _> = self.required_members()?.into_iter().collect();
        let text = serde_json::to_vec(&sorted).ok()?;
        backend::sha256(&text).ok().map(encode)
    }

    /// The members that identify the key; `None` for a secret.
    fn required_members(&self) -> Option<Map<String, Value>> {
        let family = self.algorithm().family();
        let bytes = match family {
            KeyFamily::Hmac => return None,
            KeyFamily::Rsa | KeyFamily::Ec(_) | KeyFamily::Ed25519 => backend::public_bytes(self.prepared())?,
        };
        let members = match family {
            KeyFamily::Hmac => return None,
            KeyFamily::Rsa => {
                let der::PublicKey::Rsa { n, e } = der::read_pkcs1(bytes).ok()? else { return None };
                json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
            }
            KeyFamily::Ec(curve) => ec(curve, bytes)?,
            KeyFamily::Ed25519 => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(bytes)}),
        };
        match members {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The members of the public JWK.
    pub(super) fn public_members(&self) -> Option<Map<String, Value>> {
        let mut members = self.required_members()?;
        members.insert("kid".to_owned(), self.name()?.into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), self.algorithm().name().into());
        Some(members)
    }
}

impl KeySet {
    /// The public keys as a JWK set (RFC 7517 section 5), to be served as `application/jwk-set+json`. Shared secrets
    /// are left out; if there is nothing else, the result is `{"keys":[]}`.
    ///
    /// ```
    /// use jwt_guard::keys::{KeySet, VerifyingKey};
    /// use jwt_guard::{Algorithm, Secret};
    ///
    /// let secret = VerifyingKey::secret(Algorithm::Hs256, Secret::random())?;
    /// assert_eq!(KeySet::new([secret])?.to_public_json(), r#"{"keys":[]}"#);
    /// # Ok::<(), jwt_guard::keys::KeyError>(())
    /// ```
    pub fn to_public_json(&self) -> String {
        let keys: Vec<_> = self.iter().filter_map(VerifyingKey::public_members).collect();
        json!({ "keys": keys }).to_string()
    }
}

fn ec(curve: Curve, point: &[u8]) -> Option<Value> {
    let (_, coordinates) = point.split_first()?;
    let (x, y) = coordinates.split_at_checked(curve.coordinate())?;
    Some(json!({"kty": "EC", "crv": curve.name(), "x": encode(x), "y": encode(y)}))
}
