//! How a token names its key: as the published set does.

use super::*;

fn header_of(key: SigningKey) -> Value {
    let issuer = TokenIssuer::builder(key).audience("orders").clock(ManualClock::new()).build().unwrap();
    segment(&issuer.access("alice").sign().unwrap(), 0)
}

#[test]
fn a_key_pair_without_an_id_is_named_by_its_thumbprint() {
    let pem = include_str!("../../../../tests/fixtures/keys/p256.private.pem");
    let key = || SigningKey::pem(Algorithm::Es256, pem).unwrap();
    let thumbprint = key().verifying_key().thumbprint().unwrap();
    assert_eq!(header_of(key())["kid"], thumbprint.as_str());
    let published: Value = serde_json::from_str(&key().verifying_key().to_public_jwk().unwrap()).unwrap();
    assert_eq!(published["kid"], thumbprint.as_str());
    assert_eq!(header_of(key().with_id("2026"))["kid"], "2026");
}

#[test]
fn a_shared_secret_without_an_id_is_not_named() {
    assert_eq!(header_of(key()).get("kid"), None);
    assert_eq!(header_of(key().with_id("2026"))["kid"], "2026");
}
