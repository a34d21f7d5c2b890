//! An extractor over `jsonwebtoken::decode`, as in axum's example `jwt`: key and rules in the state, claims in a struct.

use std::hint::black_box;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Json};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{DecodingKey, Validation};
use jwt_guard_benches::{AUDIENCE, AccessClaims, ISSUER, Signer};
use serde_json::json;

use super::{Contender, PATH, Role};

pub const CONTENDER: Contender = Contender {
    name: "by hand, jsonwebtoken 12",
    role: Role::ByHand,
    crypto: "aws-lc-rs",
    remark: "axum's example `jwt`, with issuer and audience",
    layout: None,
    router: |signer| Some(Router::new().route(PATH, get(orders)).with_state(Rules::new(signer))),
};

async fn orders(ByHand(claims): ByHand) -> &'static str {
    black_box(claims);
    "ok"
}

#[derive(Clone)]
pub(super) struct Rules(Arc<(DecodingKey, Validation)>);

impl Rules {
    pub(super) fn new(signer: &Signer) -> Self {
        let mut validation = Validation::new(signer.algorithm());
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        Self(Arc::new((signer.decoding_key(), validation)))
    }

    pub(super) fn claims(&self, headers: &HeaderMap) -> Result<AccessClaims, Refused> {
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or(Refused::NoToken)?;
        let (key, validation) = &*self.0;
        let decoded = jsonwebtoken::decode::<AccessClaims>(token, key, validation);
        decoded.map(|decoded| decoded.claims).map_err(|_| Refused::BadToken)
    }
}

struct ByHand(AccessClaims);

impl FromRequestParts<Rules> for ByHand {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, rules: &Rules) -> Result<Self, Refused> {
        rules.claims(&request.headers).map(Self)
    }
}

pub(super) enum Refused {
    NoToken,
    BadToken,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let message = match self {
            Self::NoToken => "Missing credentials",
            Self::BadToken => "Invalid token",
        };
        (StatusCode::UNAUTHORIZED, Json(json!({ "error": message }))).into_response()
    }
}
