//! axum-gate: a layer that reads tokens of its own layout only.

use std::hint::black_box;
use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use axum_gate::prelude::{
    AccessPolicy, Account, Gate, Group, JsonWebToken, JsonWebTokenOptions, JwtClaims, RegisteredClaims, Role,
};
use jsonwebtoken_10::{EncodingKey, Header, Validation};
use jwt_guard_benches::{AUDIENCE, AccessClaims, ISSUER, Signer};
use serde_json::Value;

use super::{Contender, PATH};
use crate::keys::{KEY_ID, decoding_key_10};

pub const CONTENDER: Contender = Contender {
    name: "axum-gate 1.1.1",
    role: super::Role::Rival,
    crypto: "aws-lc-rs",
    remark: "jsonwebtoken 10; RustCrypto by default; checks a role; its tokens are longer, in its own layout",
    layout: Some(layout),
    router,
};

type Payload = JwtClaims<Account<Role, Group>>;

async fn orders(
    Extension(account): Extension<Account<Role, Group>>,
    Extension(claims): Extension<RegisteredClaims>,
) -> &'static str {
    black_box((account, claims));
    "ok"
}

fn router(signer: &Signer) -> Option<Router> {
    let (algorithm, key) = decoding_key_10(signer);
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let codec = JsonWebToken::<Payload>::new_with_options(JsonWebTokenOptions {
        // It signs nothing here.
        enc_key: EncodingKey::from_secret(&[]),
        dec_key: key,
        // A token's header must be this one.
        header: Some(Header { kid: Some(KEY_ID.to_owned()), ..Header::new(algorithm) }),
        validation: Some(validation),
    });
    let gate = Gate::bearer::<JsonWebToken<Payload>, Role, Group>(ISSUER, Arc::new(codec))
        .with_policy(AccessPolicy::require_role(Role::User));
    Some(Router::new().route(PATH, get(orders)).layer(gate))
}

fn layout(claims: &AccessClaims) -> Value {
    let payload = Payload::new(
        Account::new(&claims.email, &[Role::User], &[Group::new("staff")]),
        RegisteredClaims {
            issuer: claims.iss.clone(),
            subject: Some(claims.sub.clone()),
            audience: Some([claims.aud.clone()].into()),
            expiration_time: claims.exp,
            not_before_time: None,
            issued_at_time: claims.iat,
            jwt_id: Some(claims.jti.clone()),
        },
    );
    serde_json::to_value(payload).expect("claims that are JSON")
}
