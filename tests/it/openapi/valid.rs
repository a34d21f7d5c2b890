//! The documents are valid, by a validator that knows nothing of us.

use jwt_guard::cookies::CookieSettings;
use jwt_guard::openapi::DocumentOptions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
use jwt_guard_tests::{AUDIENCE, hs256};
use serde_json::{Value, json};

use super::{both, by_aide, usual};
use crate::attributes::sample;
use crate::interop::programs::{python, run};

#[tokio::test]
async fn every_document_passes_the_validator() {
    let mut documents = Vec::new();
    documents.extend(usual().map(|(_, document)| document));
    documents
        .extend(both(&hs256(), &DocumentOptions::new().with_hidden_routes()).map(|(_, document)| document));
    documents.extend(sample::documents());
    for guard in [of_cookies(), of_every_place()] {
        let schemes = guard
            .openapi()
            .token_url("/login")
            .authorization_code("https://id.example/authorize", "https://id.example/token")
            .scope("orders:read", "Look at orders");
        documents
            .extend(both(&guard, &DocumentOptions::new().schemes(schemes)).map(|(_, document)| document));
    }
    let Some(faults) = validate(&documents).await else { return };
    for (faults, document) in faults.iter().zip(&documents) {
        assert_eq!(faults, &json!([]), "{document:#}");
    }
}

#[tokio::test]
async fn the_validator_finds_a_fault() {
    let [(_, good), _] = usual();
    let mut bad = good.clone();
    bad["paths"]["/me"]["get"]["responses"]["200"].as_object_mut().unwrap().remove("description");
    let Some(faults) = validate(&[good, bad]).await else { return };
    assert_eq!(faults[0], json!([]));
    assert!(faults[1].to_string().contains("'description' is a required property"), "{faults:?}");
}

#[tokio::test]
async fn a_document_of_aides_own_router_passes_too() {
    let guard = hs256();
    let document = by_aide::of_its_own_router(&guard);
    let Some(faults) = validate(std::slice::from_ref(&document)).await else { return };
    assert_eq!(faults[0], json!([]), "{document:#}");
}

async fn validate(documents: &[Value]) -> Option<Vec<Value>> {
    Some(run(python("openapi_validate.py")?, &json!({ "documents": documents })).await)
}

fn of_cookies() -> JwtGuard {
    let builder =
        JwtGuard::builder().signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap());
    builder.audience(AUDIENCE).cookies(CookieSettings::new()).build().unwrap()
}

fn of_every_place() -> JwtGuard {
    let places = [
        TokenLocation::scheme("Token"),
        TokenLocation::bearer(),
        TokenLocation::header("X-Api-Key"),
        TokenLocation::cookie("token"),
        TokenLocation::websocket_protocol("bearer"),
    ];
    let builder = JwtGuard::builder().secret(Secret::random()).audience(AUDIENCE).locations(places);
    builder.danger().query_parameter("access_token", "a test").build().unwrap()
}
