//! Stands for an identity provider: it publishes a document and its keys, and signs tokens.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Json, Router, routing};
use jwt_guard::issue::TokenIssuer;
use jwt_guard::keys::KeySet;
use jwt_guard::{Algorithm, SigningKey};
use jwt_guard_examples::Failure;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::AUDIENCE;

// The keys of the tests of this repository: their private halves are public.
const FIRST: &str = include_str!("../../tests/fixtures/keys/rsa-2048.private.pem");
const SECOND: &str = include_str!("../../tests/fixtures/keys/p256.private.pem");
const UNPUBLISHED: &str = include_str!("../../tests/fixtures/keys/ed25519.private.pem");

/// The provider; a clone is the same one.
#[derive(Clone)]
pub(crate) struct StandIn {
    pub(crate) issuer: String,
    /// The newest key is the last one.
    keys: Arc<Mutex<Vec<SigningKey>>>,
}

impl StandIn {
    /// Serves it on a free port of this machine.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let issuer = format!("http://localhost:{}", listener.local_addr()?.port());
        let first = SigningKey::pem(Algorithm::Rs256, FIRST)?;
        let provider = Self { issuer, keys: Arc::new(Mutex::new(vec![first])) };
        let app = Router::new()
            .route("/.well-known/openid-configuration", routing::get(document))
            .route("/keys", routing::get(keys))
            .route("/rotate", routing::post(rotate))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(provider)
    }

    /// Tokens of the provider, and what each opens.
    pub(crate) fn tour(&self) -> Result<String, Failure> {
        let access = self.sign(AUDIENCE, "orders:read")?;
        let profile = self.sign(AUDIENCE, "profile")?;
        let for_client = self.sign("web", "openid")?;
        let forged =
            self.sign_with(SigningKey::pem(Algorithm::EdDsa, UNPUBLISHED)?, AUDIENCE, "orders:read")?;
        let tour = TOUR.replace("$PROVIDER", &self.issuer);
        Ok(format!("ACCESS={access}\nPROFILE={profile}\nFOR_CLIENT={for_client}\nFORGED={forged}\n{tour}"))
    }

    fn sign(&self, audience: &str, scope: &str) -> Result<String, Failure> {
        let newest = self.keys().last().cloned();
        self.sign_with(newest.ok_or_else(|| io::Error::other("there is no key"))?, audience, scope)
    }

    fn sign_with(&self, key: SigningKey, audience: &str, scope: &str) -> Result<String, Failure> {
        let issuer =
            TokenIssuer::builder(key).issuer(&*self.issuer).audience(audience).client_id("web").build()?;
        Ok(issuer.access("ada").scopes([scope]).sign()?.as_str().to_owned())
    }

    fn keys(&self) -> MutexGuard<'_, Vec<SigningKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn document(State(provider): State<StandIn>) -> Json<Value> {
    Json(json!({ "issuer": provider.issuer, "jwks_uri": format!("{}/keys", provider.issuer) }))
}

async fn keys(State(provider): State<StandIn>) -> Result<String, StatusCode> {
    let published: Vec<_> = provider.keys().iter().map(SigningKey::verifying_key).collect();
    let set = KeySet::new(published).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(set.to_public_json())
}

/// Signs with a new key from now on, publishes both, and shows a token of the new one.
async fn rotate(State(provider): State<StandIn>) -> Result<String, StatusCode> {
    let second = SigningKey::pem(Algorithm::Es256, SECOND).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    provider.keys().push(second);
    let token = provider.sign(AUDIENCE, "orders:read").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(format!("NEW={token}"))
}

const TOUR: &str = r#"
# 200: an access token of the provider, whose keys were found by its name
curl -i http://localhost:3000/orders -H "Authorization: Bearer $ACCESS"
#> no orders

# 403: the client did not ask for the scope
curl -i http://localhost:3000/orders -H "Authorization: Bearer $PROFILE"
#> www-authenticate: Bearer realm="api", error="insufficient_scope", scope="orders:read"

# 401: a token for the client, as an ID token is
curl -i http://localhost:3000/me -H "Authorization: Bearer $FOR_CLIENT"
#> www-authenticate: Bearer realm="api", error="invalid_token"

# 200: the provider signs with a new key
curl -i -X POST $PROVIDER/rotate
#> NEW=$NEW

# 200: the first token of the new key causes one fetch
curl -i http://localhost:3000/me -H "Authorization: Bearer $NEW"
#> {"audience":["orders"],"subject":"ada"}

# 200: tokens of the old key are good, as long as it is published
curl -i http://localhost:3000/me -H "Authorization: Bearer $ACCESS"
#> {"audience":["orders"],"subject":"ada"}

# 401: a key that the provider does not publish; for the next 30 seconds a token causes no further fetch
curl -i http://localhost:3000/me -H "Authorization: Bearer $FORGED"
#> www-authenticate: Bearer realm="api", error="invalid_token"
"#;
