//! The keys of the fixtures, and tokens as an identity provider signs them.

use jsonwebtoken::{DecodingKey, EncodingKey, Header, get_current_timestamp};
use jwt_guard::JwtGuard;
use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use serde::{Deserialize, Serialize};

/// The issuer of every token.
pub const ISSUER: &str = "https://id.example/realms/shop";
/// The audience of every token.
pub const AUDIENCE: &str = "orders-api";

/// The claims of a token, as a service would name them: all of them, in strings of their own.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(missing_docs, reason = "RFC 7519, RFC 9068 and OpenID Connect say what each claim is")]
pub struct AccessClaims {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub exp: u64,
    pub iat: u64,
    pub jti: String,
    pub scope: String,
    pub email: String,
}

impl AccessClaims {
    /// Claims that are good now and for ten minutes.
    #[must_use]
    pub fn good() -> Self {
        let now = get_current_timestamp();
        Self {
            iss: ISSUER.to_owned(),
            sub: "5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned(),
            aud: AUDIENCE.to_owned(),
            exp: now + 600,
            iat: now,
            jti: "0e6b1c52-93c1-4f7e-8a55-61d7b2f0c9aa".to_owned(),
            scope: "openid profile orders:read orders:write".to_owned(),
            email: "ada.lovelace@example.com".to_owned(),
        }
    }

    /// The same claims, ten minutes past their end.
    #[must_use]
    pub fn expired() -> Self {
        let good = Self::good();
        Self { exp: good.exp - 1200, iat: good.iat - 1200, ..good }
    }
}

/// A key pair of the fixtures, for one algorithm. Public keys are given as PEM to every contender.
#[derive(Clone, Copy, Debug)]
pub struct Signer {
    /// The name of the algorithm.
    pub name: &'static str,
    algorithm: jsonwebtoken::Algorithm,
    guarded: jwt_guard::Algorithm,
    private: &'static str,
    public: &'static str,
}

/// One signer for each algorithm that is measured.
pub const SIGNERS: [Signer; 4] = [
    Signer {
        name: "HS256",
        algorithm: jsonwebtoken::Algorithm::HS256,
        guarded: jwt_guard::Algorithm::Hs256,
        private: SECRET,
        public: SECRET,
    },
    Signer {
        name: "RS256",
        algorithm: jsonwebtoken::Algorithm::RS256,
        guarded: jwt_guard::Algorithm::Rs256,
        private: include_str!("../../tests/fixtures/keys/rsa-2048.private.pem"),
        public: include_str!("../../tests/fixtures/keys/rsa-2048.public.pem"),
    },
    Signer {
        name: "ES256",
        algorithm: jsonwebtoken::Algorithm::ES256,
        guarded: jwt_guard::Algorithm::Es256,
        private: include_str!("../../tests/fixtures/keys/p256.private.pem"),
        public: include_str!("../../tests/fixtures/keys/p256.public.pem"),
    },
    Signer {
        name: "EdDSA",
        algorithm: jsonwebtoken::Algorithm::EdDSA,
        guarded: jwt_guard::Algorithm::EdDsa,
        private: include_str!("../../tests/fixtures/keys/ed25519.private.pem"),
        public: include_str!("../../tests/fixtures/keys/ed25519.public.pem"),
    },
];

/// The name of the keys.
pub const KEY_ID: &str = "2026-11";

const SECRET: &str = "V3xNq7LrT0aYc9ZkHd2JmP5sWbE8uGfQ";

/// Makes aws-lc-rs the backend of jsonwebtoken's own functions too, in a build that has both.
pub fn choose_backend() {
    // An error means that it was chosen before.
    _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

impl Signer {
    /// Signs `claims`.
    ///
    /// # Panics
    ///
    /// When they are not JSON.
    #[must_use]
    pub fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_as(None, claims)
    }

    /// Signs `claims`, and names the key in the header.
    ///
    /// # Panics
    ///
    /// When they are not JSON.
    #[must_use]
    pub fn sign_as(&self, key_id: Option<&str>, claims: &impl Serialize) -> String {
        let header = Header { kid: key_id.map(str::to_owned), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.encoding_key()).expect("claims that are JSON")
    }

    /// The token with one character in the middle of its signature changed.
    #[must_use]
    pub fn forge(&self, token: &str) -> String {
        let signature = token.rfind('.').map_or(0, |dot| dot + 1);
        let middle = usize::midpoint(signature, token.len());
        let other = if token[middle..].starts_with('A') { "B" } else { "A" };
        format!("{}{other}{}", &token[..middle], &token[middle + 1..])
    }

    /// The key as jsonwebtoken verifies with it.
    ///
    /// # Panics
    ///
    /// When a fixture is broken.
    #[must_use]
    pub fn decoding_key(&self) -> DecodingKey {
        use jsonwebtoken::Algorithm::{ES256, EdDSA, HS256};

        let pem = self.public.as_bytes();
        let key = match self.algorithm {
            HS256 => DecodingKey::from_secret(pem),
            ES256 => DecodingKey::from_ec_pem(pem),
            EdDSA => DecodingKey::from_ed_pem(pem),
            _ => DecodingKey::from_rsa_pem(pem),
        };
        key.expect("a fixture")
    }

    /// A guard with this key, for the tokens of this bench.
    pub fn guard(&self) -> Builder<HasKeys, HasAudience> {
        self.add_key(JwtGuard::builder().issuer(ISSUER).audience(AUDIENCE))
    }

    /// The key, for a guard: under its name, and as the only one of its algorithm also for tokens that name none.
    ///
    /// # Panics
    ///
    /// Never: the fixtures are legal keys.
    pub fn add_key<K, A>(&self, builder: Builder<K, A>) -> Builder<HasKeys, A> {
        let key = if self.guarded == jwt_guard::Algorithm::Hs256 {
            VerifyingKey::secret(self.guarded, self.public)
        } else {
            VerifyingKey::pem(self.guarded, self.public)
        };
        builder.key(key.expect("a fixture").with_id(KEY_ID))
    }

    /// The secret, or the public key as PEM.
    #[must_use]
    pub fn public(&self) -> &'static str {
        self.public
    }

    /// The algorithm, in jsonwebtoken's words.
    #[must_use]
    pub fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.algorithm
    }

    fn encoding_key(&self) -> EncodingKey {
        use jsonwebtoken::Algorithm::{ES256, EdDSA, HS256};

        let pem = self.private.as_bytes();
        let key = match self.algorithm {
            HS256 => EncodingKey::from_secret(pem),
            ES256 => EncodingKey::from_ec_pem(pem),
            EdDSA => EncodingKey::from_ed_pem(pem),
            _ => EncodingKey::from_rsa_pem(pem),
        };
        key.expect("a fixture")
    }
}
