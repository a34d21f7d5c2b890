//! C7: coordinates of exactly the right length, the right curve, a point on it.

use serde_json::{Value, json};

use super::{Algorithm, KeyError, KeyErrorKind, VerifyingKey, base64url, changed, fixture, member, refused};

const P256: &str = fixture!("p256.public.jwk");
const P384: &str = fixture!("p384.public.jwk");

fn with(jwk: &str, changes: &Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::jwk(&changed(jwk, changes), &[])
}

#[test]
fn good_points_load_and_the_curve_decides_the_algorithm() {
    assert_eq!(with(P256, &json!({})).unwrap().algorithm(), Algorithm::Es256);
    assert_eq!(with(P384, &json!({})).unwrap().algorithm(), Algorithm::Es384);
}

#[test]
fn a_wrong_curve_is_refused() {
    refused(with(P256, &json!({"crv": "P-384"})), KeyErrorKind::Malformed, "`x` has 32 bytes; on P-384");
    refused(with(P384, &json!({"crv": "P-256"})), KeyErrorKind::Malformed, "`x` has 48 bytes; on P-256");
    for other in ["P-521", "secp256k1", "Ed25519", "p-256", "P-256 ", ""] {
        refused(with(P256, &json!({"crv": other})), KeyErrorKind::Unsupported, "P-256 and P-384");
    }
    refused(with(P256, &json!({"crv": null})), KeyErrorKind::Malformed, "`crv` is missing");
    refused(with(P256, &json!({"crv": 256})), KeyErrorKind::Malformed, "`crv` is not a string");
    refused(with(fixture!("p521.public.jwk"), &json!({})), KeyErrorKind::Unsupported, "P-521");
    refused(with(fixture!("secp256k1.public.jwk"), &json!({})), KeyErrorKind::Unsupported, "secp256k1");
}

#[test]
fn an_algorithm_of_another_curve_is_refused() {
    refused(with(P256, &json!({"alg": "ES384"})), KeyErrorKind::Mismatch, "ES384 needs an EC key on P-384");
    refused(with(P384, &json!({"alg": "ES256"})), KeyErrorKind::Mismatch, "ES256 needs an EC key on P-256");
}

#[test]
fn coordinates_cut_at_the_wrong_byte_are_refused() {
    for jwk in [P256, P384] {
        let (x, y) = (member(jwk, "x"), member(jwk, "y"));
        let both = [&x[..], &y[..]].concat();
        for cut in (0..=both.len()).filter(|cut| *cut != x.len()) {
            let (x, y) = both.split_at(cut);
            refused(
                with(jwk, &json!({"x": base64url(x), "y": base64url(y)})),
                KeyErrorKind::Malformed,
                "coordinate",
            );
        }
        refused(
            with(jwk, &json!({"x": base64url(&[&[0], &x[..]].concat())})),
            KeyErrorKind::Malformed,
            "`x` has",
        );
        refused(with(jwk, &json!({"y": base64url(&y[1..])})), KeyErrorKind::Malformed, "`y` has");
        refused(with(jwk, &json!({"y": null})), KeyErrorKind::Malformed, "`y` is missing");
    }
}

#[test]
fn a_point_off_the_curve_is_refused() {
    for (jwk, size) in [(P256, 32), (P384, 48)] {
        let mut y = member(jwk, "y");
        y[size - 1] ^= 1;
        refused(with(jwk, &json!({"y": base64url(&y)})), KeyErrorKind::Malformed, "does not lie on");
        let zero = base64url(&vec![0; size]);
        refused(with(jwk, &json!({"x": zero, "y": zero})), KeyErrorKind::Malformed, "does not lie on");
        let large = base64url(&vec![0xff; size]);
        refused(with(jwk, &json!({"x": large, "y": large})), KeyErrorKind::Malformed, "does not lie on");
    }
}

#[test]
fn points_in_other_forms_are_refused() {
    use super::super::algorithm::Curve;
    use super::super::ec::load;

    let (x, y) = (member(P256, "x"), member(P256, "y"));
    let point = |first: u8| [&[first], &x[..], &y[..]].concat();
    assert!(load(Curve::P256, &point(4)).is_ok());
    for first in [0, 2, 3, 5, 6, 7] {
        let part = "has 65 bytes; on P-256 it has 65, of which the first is 4";
        refused(load(Curve::P256, &point(first)), KeyErrorKind::Malformed, part);
    }
    for first in [2, 3] {
        refused(load(Curve::P256, &[&[first], &x[..]].concat()), KeyErrorKind::Malformed, "is compressed");
        refused(load(Curve::P256, &[&[first], &x[1..]].concat()), KeyErrorKind::Malformed, "has 32 bytes");
    }
    refused(load(Curve::P256, &[0]), KeyErrorKind::Malformed, "1 bytes");
    refused(load(Curve::P256, &[]), KeyErrorKind::Malformed, "0 bytes");
    refused(load(Curve::P384, &point(4)), KeyErrorKind::Malformed, "on P-384 it has 97");
}
