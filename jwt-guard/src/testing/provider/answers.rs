//! What the provider answers: metadata, keys, and tokens for clients.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::super::claims::seconds;
use super::super::draft::TokenDraft;
use super::{ProviderState, locked};
use crate::keys::KeySet;
use crate::login::form_fields;
use crate::random;

pub(super) const KEYS: &str = "/keys";
pub(super) const TOKEN: &str = "/token";

/// OpenID Connect Discovery 1.0 section 4, and RFC 8414 section 3.
const METADATA: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/// Tokens of clients live for five minutes.
const LIFETIME: u64 = 300;

pub(super) fn router(state: Arc<ProviderState>) -> Router {
    let router = Router::new().route(KEYS, get(keys)).route(TOKEN, post(token));
    let router = METADATA.into_iter().fold(router, |router, path| router.route(path, get(metadata)));
    router.layer(from_fn_with_state(Arc::clone(&state), unless_down)).with_state(state)
}

async fn unless_down(Shared(state): Shared<Arc<ProviderState>>, request: Request, next: Next) -> Response {
    if state.is_down.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

async fn metadata(Shared(state): Shared<Arc<ProviderState>>) -> Response {
    let ProviderState { issuer, .. } = &*state;
    answer(
        StatusCode::OK,
        &json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}{KEYS}"),
            "token_endpoint": format!("{issuer}{TOKEN}"),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }),
    )
}

async fn keys(Shared(state): Shared<Arc<ProviderState>>) -> Response {
    state.key_requests.fetch_add(1, Ordering::SeqCst);
    match KeySet::new(locked(&state.keys).published.clone()) {
        Ok(keys) => ([(CONTENT_TYPE, "application/jwk-set+json")], keys.to_public_json()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The client credentials grant (RFC 6749 section 4.4), with the errors of section 5.2.
async fn token(Shared(state): Shared<Arc<ProviderState>>, headers: HeaderMap, body: String) -> Response {
    let field = |name: &str| form_fields(body.as_bytes(), name).into_iter().next();
    if field("grant_type").as_deref() != Some("client_credentials") {
        return answer(StatusCode::BAD_REQUEST, &json!({ "error": "unsupported_grant_type" }));
    }
    let given = basic(&headers).or_else(|| Some((field("client_id")?, field("client_secret")?)));
    let audience = given.as_ref().and_then(|(id, secret)| {
        let clients = locked(&state.clients);
        let known = clients.iter().find(|client| client.id == *id && client.secret == *secret);
        known.map(|client| client.audience.clone())
    });
    let (Some((client, _)), Some(audience)) = (given, audience) else {
        let refusal = answer(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
        return ([(WWW_AUTHENTICATE, "Basic realm=\"token\"")], refusal).into_response();
    };
    let scope = field("scope").filter(|scope| !scope.is_empty());
    let token = state.access_token(&client, &audience, scope.as_deref());
    let mut said = json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME });
    if let (Value::Object(said), Some(scope)) = (&mut said, scope) {
        said.insert("scope".to_owned(), scope.into());
    }
    answer(StatusCode::OK, &said)
}

impl ProviderState {
    /// The token of a client that acts for itself (RFC 9068 section 2.2).
    fn access_token(&self, client: &str, audience: &str, scope: Option<&str>) -> String {
        let key = locked(&self.keys).signing.clone();
        let now = seconds(locked(&self.clock).now());
        let header = json!({ "typ": "at+jwt", "kid": key.verifying_key().name() });
        let mut claims = members(json!({
            "iss": self.issuer, "sub": client, "client_id": client, "aud": audience,
            "iat": now, "exp": now.saturating_add(LIFETIME), "jti": random::id().unwrap_or_default(),
        }));
        claims.extend(scope.map(|scope| ("scope".to_owned(), scope.into())));
        TokenDraft { header: members(header), claims }.signed(&key)
    }
}

fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The client of the header (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn answer(status: StatusCode, said: &Value) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json"), (http::header::CACHE_CONTROL, "no-store")],
        said.to_string(),
    )
        .into_response()
}
