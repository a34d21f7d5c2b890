//! aliri_tower and aliri_axum: a layer that verifies, and a scope guard as an extractor.

use std::hint::black_box;

use aliri::jwt::{Audience, Audiences, CoreClaims, CoreValidator, Issuer, IssuerRef, Subject, SubjectRef};
use aliri::{Jwks, jwa};
use aliri_clock::UnixTime;
use aliri_oauth2::{Authority, HasScope, Scope};
use aliri_tower::Oauth2Authorizer;
use axum::Router;
use axum::routing::get;
use jwt_guard_benches::{AUDIENCE, ISSUER, Signer};
use serde::Deserialize;

use super::{Contender, PATH, Role};
use crate::keys::public_jwk_set;

pub const CONTENDER: Contender = Contender {
    name: "aliri_tower 0.6.1, aliri_axum 0.5.0",
    role: Role::Rival,
    crypto: "ring, OpenSSL for ES256",
    remark: "a decoder of its own; checks a scope; has no EdDSA",
    layout: None,
    router,
};

aliri_axum::scope_guard!(ReadOrders(OrderClaims); "orders:read");

async fn orders(ReadOrders(claims): ReadOrders) -> &'static str {
    black_box(claims);
    "ok"
}

fn router(signer: &Signer) -> Option<Router> {
    let algorithm = match signer.name {
        "HS256" => jwa::Algorithm::HS256,
        "RS256" => jwa::Algorithm::RS256,
        "ES256" => jwa::Algorithm::ES256,
        _ => return None,
    };
    let keys: Jwks = serde_json::from_str(&public_jwk_set(signer)).expect("a set of keys");
    let rules = CoreValidator::default()
        .add_approved_algorithm(algorithm)
        .add_allowed_audience(Audience::from_static(AUDIENCE))
        .require_issuer(Issuer::from_static(ISSUER));
    let authorizer = Oauth2Authorizer::new().with_claims::<OrderClaims>().with_terse_error_handler();
    let layer = authorizer.jwt_layer(Authority::new(keys, rules));
    Some(Router::new().route(PATH, get(orders)).layer(layer))
}

/// `AccessClaims`, in the types that aliri asks for.
#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "they are read, and no more")]
struct OrderClaims {
    iss: Issuer,
    sub: Subject,
    aud: Audiences,
    exp: UnixTime,
    iat: UnixTime,
    jti: String,
    scope: Scope,
    email: String,
}

impl CoreClaims for OrderClaims {
    fn nbf(&self) -> Option<UnixTime> {
        None
    }

    fn exp(&self) -> Option<UnixTime> {
        Some(self.exp)
    }

    fn aud(&self) -> &Audiences {
        &self.aud
    }

    fn iss(&self) -> Option<&IssuerRef> {
        Some(&self.iss)
    }

    fn sub(&self) -> Option<&SubjectRef> {
        Some(&self.sub)
    }
}

impl HasScope for OrderClaims {
    fn scope(&self) -> &Scope {
        &self.scope
    }
}
