//! Keys and tokens that other libraries make, before a guard of ours.

use jwt_guard::keys::VerifyingKey;
use jwt_guard::{Algorithm, JwtGuard};
use jwt_guard_tests::{ALGORITHMS, AUDIENCE, ISSUER};
use serde_json::Value;

use super::programs::Library;
use crate::app;

#[tokio::test]
async fn tokens_of_jose_are_accepted_and_what_is_wrong_with_them_is_found() {
    check(Library::Jose).await;
}

#[tokio::test]
async fn tokens_of_pyjwt_are_accepted_and_what_is_wrong_with_them_is_found() {
    check(Library::PyJwt).await;
}

async fn check(library: Library) {
    let Some(entries) = library.sign().await else { return };
    let mut seen = Vec::new();
    for entry in &entries {
        let algorithm = Algorithm::from_name(entry["algorithm"].as_str().unwrap()).unwrap();
        seen.push(algorithm);
        for (form, key) in keys(entry, algorithm) {
            let guard = JwtGuard::builder().key(key).issuer(ISSUER).audience(AUDIENCE).build().unwrap();
            let server = app::serve(guard).await;
            let name = |what: &str| format!("{library:?}, {algorithm}, the key as {form}: {what}");
            app::welcomes(&server, &name("a good token"), entry["token"].as_str().unwrap()).await;
            let refused = entry["refused"].as_object().unwrap();
            assert!(refused.len() >= 10, "{}", name("too few bad tokens"));
            for (what, token) in refused {
                app::refuses(&server, &name(what), token.as_str().unwrap()).await;
            }
        }
    }
    assert_eq!(seen, ALGORITHMS);
}

/// The key in every form in which the library publishes it.
fn keys(entry: &Value, algorithm: Algorithm) -> Vec<(&'static str, VerifyingKey)> {
    let jwk = VerifyingKey::jwk(&entry["public_jwk"].to_string(), &[]).unwrap();
    assert_eq!(jwk.algorithm(), algorithm);
    let pem = entry["public_pem"].as_str().map(|pem| VerifyingKey::pem(algorithm, pem).unwrap());
    assert_eq!(pem.is_none(), algorithm.name().starts_with("HS"), "a secret has no PEM");
    [("JWK", jwk)].into_iter().chain(pem.map(|pem| ("PEM", pem))).collect()
}
