//! protect-axum: an attribute that checks scopes, over a token check that the application writes.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::hint::black_box;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use jwt_guard_benches::AccessClaims;
use protect_axum::{GrantsLayer, protect};
use protect_endpoints_core::authorities::extractor::AuthoritiesExtractor;

use super::by_hand::Rules;
use super::{Contender, PATH, Role};

pub const CONTENDER: Contender = Contender {
    name: "protect-axum 0.2.0",
    role: Role::Rival,
    crypto: "aws-lc-rs",
    remark: "has no JWT code: the token check is the one written by hand; checks a scope",
    layout: None,
    router: |signer| {
        let grants = GrantsLayer::with_extractor(Scopes(Rules::new(signer)));
        Some(Router::new().route(PATH, get(orders)).layer(grants))
    },
};

#[protect("orders:read")]
async fn orders(Extension(claims): Extension<AccessClaims>) -> &'static str {
    black_box(claims);
    "ok"
}

struct Scopes(Rules);

impl<'a> AuthoritiesExtractor<'a, Request, String, Response> for Scopes {
    type Future = Ready<Result<HashSet<String>, Response>>;

    fn extract(&self, request: &'a mut Request) -> Self::Future {
        let scopes = match self.0.claims(request.headers()) {
            Ok(claims) => {
                let scopes = claims.scope.split(' ').map(str::to_owned).collect();
                request.extensions_mut().insert(claims);
                Ok(scopes)
            }
            Err(refused) => Err(refused.into_response()),
        };
        ready(scopes)
    }
}
