//! jwt-authorizer: a tower layer of axum 0.7.

use std::hint::black_box;

use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use jsonwebtoken_9::TokenData;
use jwt_authorizer::{AuthError, Authorizer, IntoLayer, JwtAuthorizer, Validation};
use jwt_guard_benches::{AUDIENCE, AccessClaims, ISSUER, Signer};
use tower::ServiceBuilder;

use super::{Contender, PATH, Role};

pub const CONTENDER: Contender = Contender {
    name: "jwt-authorizer 0.15.0",
    role: Role::Rival,
    crypto: "ring",
    remark: "jsonwebtoken 9; a layer for axum 0.7, with an adapter for its answers and an `Extension` for its extractor",
    layout: None,
    router,
};

async fn orders(Extension(token): Extension<TokenData<AccessClaims>>) -> &'static str {
    black_box(token.claims);
    "ok"
}

fn router(signer: &Signer) -> Option<Router> {
    let pem = signer.public();
    let builder = match signer.name {
        "HS256" => JwtAuthorizer::from_secret(pem),
        "RS256" => JwtAuthorizer::from_rsa_pem_text(pem),
        "ES256" => JwtAuthorizer::from_ec_pem_text(pem),
        _ => JwtAuthorizer::from_ed_pem_text(pem),
    };
    let validation = Validation::new().iss(&[ISSUER]).aud(&[AUDIENCE]);
    let authorizer: Authorizer<AccessClaims> =
        crate::block_on(builder.validation(validation).build()).expect("a good configuration");
    let layer = ServiceBuilder::new()
        .map_response(|Adapted(response)| response)
        .layer(authorizer.into_layer())
        .map_response(Adapted);
    Some(Router::new().route(PATH, get(orders)).layer(layer))
}

/// An answer of axum 0.8 that can be made of a refusal of axum 0.7, as the layer asks.
struct Adapted(Response);

impl From<AuthError> for Adapted {
    fn from(error: AuthError) -> Self {
        let refusal: http::Response<_> = error.into();
        Self(refusal.map(Body::new))
    }
}
