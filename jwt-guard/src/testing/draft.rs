//! A token before it is signed, which may say anything.

use serde_json::{Map, Value};

use crate::base64url;
use crate::keys::{SigningKey, backend};

/// Header and claims, unchecked.
#[derive(Clone, Debug, Default)]
pub(super) struct TokenDraft {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
}

impl TokenDraft {
    /// The token, with the `alg` of `key`.
    ///
    /// # Panics
    ///
    /// If the crypto backend cannot sign.
    pub(super) fn signed(&self, key: &SigningKey) -> String {
        let message = self.message(key.algorithm().name());
        match backend::sign(key, message.as_bytes()) {
            Ok(signature) => format!("{message}.{signature}"),
            Err(error) => panic!("a test token cannot be signed: {error}"),
        }
    }

    /// The token with the signature of another one: its claims were changed after it was signed.
    pub(super) fn signed_as(&self, other: &Self, key: &SigningKey) -> String {
        let token = other.signed(key);
        let signature = token.rsplit('.').next().unwrap_or_default();
        format!("{}.{signature}", self.message(key.algorithm().name()))
    }

    /// The token by `alg: none` (RFC 7518 section 3.6).
    pub(super) fn unsigned(&self) -> String {
        format!("{}.", self.message("none"))
    }

    /// The token by HS256 with any bytes as the secret, such as the text of a public key.
    ///
    /// # Panics
    ///
    /// If the crypto backend cannot sign.
    pub(super) fn signed_by_hmac(&self, secret: &[u8]) -> String {
        let message = self.message("HS256");
        match backend::sign_by_hmac(secret, message.as_bytes()) {
            Ok(signature) => format!("{message}.{signature}"),
            Err(error) => panic!("a test token cannot be signed: {error}"),
        }
    }

    fn message(&self, algorithm: &str) -> String {
        let mut header = self.header.clone();
        header.insert("alg".to_owned(), algorithm.into());
        let encoded =
            |members: &Map<String, Value>| base64url::encode(Value::Object(members.clone()).to_string());
        format!("{}.{}", encoded(&header), encoded(&self.claims))
    }
}

/// Sets the member at a path, in objects that are made on the way.
pub(super) fn set<S: AsRef<str>>(members: &mut Map<String, Value>, path: &[S], value: Value) {
    match path {
        [] => {}
        [name] => drop(members.insert(name.as_ref().to_owned(), value)),
        [name, rest @ ..] => {
            let inner = members.entry(name.as_ref()).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
