//! The presets of identity providers: their access tokens are accepted and read, their other tokens are not.
//!
//! The claims are those of each provider's documentation; the key is a fixture.

use jwt_guard::keys::KeySet;
use jwt_guard::policy::NameSet;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenProfile, WantsAudience, WantsKeys};
use jwt_guard::{Algorithm, Claims, JwtGuard, Principal, Router, TrustedIssuer, routing};
use jwt_guard_tests::{ManualClock, NOW, Outcome, Server, SigningKey};
use serde_json::{Value, json};

mod auth0;
mod authentik;
mod clerk;
mod clients;
mod cloudflare_access;
mod cognito;
mod entra;
mod entra_v1;
mod firebase;
mod github_actions;
mod keycloak;
mod kubernetes;
mod machines;
mod okta;
mod rfc9068;
mod supabase;
mod zitadel;

/// A service that trusts one issuer, whose key is `k1`.
struct Service(Server);

impl Service {
    async fn of(issuer: TrustedIssuer) -> Self {
        Self::with(|builder| builder.trust(issuer.key_set(keys()))).await
    }

    async fn with(
        trust: impl FnOnce(Builder<WantsKeys, WantsAudience>) -> Builder<HasKeys, HasAudience>,
    ) -> Self {
        let guard = trust(JwtGuard::builder()).clock(ManualClock::new()).build().unwrap();
        let router = Router::new().route("/", routing::get(caller));
        Self(Server::start(router.with_guard(guard).into_axum()).await)
    }

    /// Asserts that the token is good, and what the handler learns.
    async fn learns(&self, token: &Value, expected: &str) {
        self.learns_by(json!({"typ": "JWT"}), token, expected).await;
    }

    /// The same for a token with this header, beside `alg` and `kid`.
    async fn learns_by(&self, header: Value, token: &Value, expected: &str) {
        self.0.get("/", &signed(&header, token)).await.is(Outcome::ok(expected));
    }

    /// Asserts that the token is bad.
    async fn refuses(&self, why: &str, token: &Value) {
        self.refuses_by(json!({"typ": "JWT"}), why, token).await;
    }

    async fn refuses_by(&self, header: Value, why: &str, token: &Value) {
        let answer = self.0.get("/", &signed(&header, token)).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{why}");
    }
}

fn keys() -> KeySet {
    KeySet::new([SigningKey::of(Algorithm::Rs256).verifying().with_id("k1")]).unwrap()
}

fn signed(header: &Value, payload: &Value) -> String {
    let header = changed(header, json!({"alg": "RS256", "kid": "k1"}));
    SigningKey::of(Algorithm::Rs256).token_of(&header.to_string(), payload.to_string().as_bytes())
}

/// The claims with some of them replaced; `null` removes one.
fn changed(claims: &Value, changes: Value) -> Value {
    let mut claims = claims.as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims.into()
}

#[jwt_guard::authentication_required]
async fn caller(claims: Claims, caller: Principal) -> String {
    let client = claims.client_id().unwrap_or("anonymous");
    format!("{} by {client}: {} as {}", claims.subject(), sorted(caller.scopes()), sorted(caller.roles()))
}

fn sorted(names: &NameSet) -> String {
    let mut names: Vec<_> = names.iter().collect();
    names.sort_unstable();
    names.join(" ")
}
