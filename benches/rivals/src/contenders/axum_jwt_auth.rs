//! axum-jwt-auth: an extractor, the decoder in the state.

use std::hint::black_box;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use axum_jwt_auth::{Claims, Decoder, LocalDecoder};
use jsonwebtoken_10::Validation;
use jwt_guard_benches::{AUDIENCE, AccessClaims, ISSUER, Signer};

use super::{Contender, PATH, Role};
use crate::keys::decoding_key_10;

pub const CONTENDER: Contender = Contender {
    name: "axum-jwt-auth 0.7.0",
    role: Role::Rival,
    crypto: "aws-lc-rs",
    remark: "jsonwebtoken 10; RustCrypto by default, the program chooses aws-lc-rs",
    layout: None,
    router,
};

async fn orders(claims: Claims<AccessClaims>) -> &'static str {
    black_box(claims.claims);
    "ok"
}

fn router(signer: &Signer) -> Option<Router> {
    let (algorithm, key) = decoding_key_10(signer);
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let decoder = LocalDecoder::new(vec![key], validation).expect("a good configuration");
    let decoder: Decoder<AccessClaims> = Arc::new(decoder);
    Some(Router::new().route(PATH, get(orders)).with_state(decoder))
}
