//! tower-oauth2-resource-server: a tower layer over a set of keys.

use std::hint::black_box;

use axum::routing::get;
use axum::{Extension, Router};
use jwt_guard_benches::{AUDIENCE, AccessClaims, ISSUER, Signer};
use tower_oauth2_resource_server::server::OAuth2ResourceServer;
use tower_oauth2_resource_server::tenant::TenantConfiguration;
use tower_oauth2_resource_server::validation::ClaimsValidationSpec;

use super::{Contender, PATH, Role};
use crate::keys::{algorithm_11, public_jwk_set};

pub const CONTENDER: Contender = Contender {
    name: "tower-oauth2-resource-server 0.12.5",
    role: Role::Rival,
    crypto: "aws-lc-rs",
    remark: "jsonwebtoken 11; RustCrypto by default; a static key set, `nbf` off",
    layout: None,
    router,
};

async fn orders(Extension(claims): Extension<AccessClaims>) -> &'static str {
    black_box(claims);
    "ok"
}

fn router(signer: &Signer) -> Option<Router> {
    let claims = ClaimsValidationSpec::new().exp(true).iss(ISSUER).aud(&vec![AUDIENCE.to_owned()]);
    let tenant = TenantConfiguration::static_builder(public_jwk_set(signer))
        .claims_validation(claims)
        .allowed_algorithms(&[algorithm_11(signer)])
        .build()
        .expect("a good configuration");
    let server = OAuth2ResourceServer::<AccessClaims>::builder().add_tenant(tenant).build();
    let server = crate::block_on(server).expect("a good configuration");
    Some(Router::new().route(PATH, get(orders)).layer(server.into_layer()))
}
