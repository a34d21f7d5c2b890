//! Keys in PEM and DER: the public half of an accepted key is the same after it was written and read again; a private key is
//! never taken for a public one, and no message quotes a line of it.
//!
//! The first byte chooses the algorithm. What follows is PEM if it is text, and DER in any case.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jwt_guard::keys::{KeyError, VerifyingKey};
use jwt_guard::{Algorithm, SigningKey};

use crate::common::long_words;
use crate::jwk::assert_same_when_written;

pub fn target(data: &[u8]) {
    let Some((&first, bytes)) = data.split_first() else { return };
    let algorithm = Algorithm::ALL[usize::from(first) % Algorithm::ALL.len()];
    let is_private = bytes.windows(11).any(|window| window == b"PRIVATE KEY");
    match VerifyingKey::pem(algorithm, bytes) {
        Ok(key) => {
            assert!(!is_private || !bytes.windows(16).any(|window| window == b"PRIVATE KEY-----"));
            assert_public(&key, algorithm);
        }
        Err(error) => assert_silent(&error, bytes),
    }
    match VerifyingKey::der(algorithm, bytes) {
        Ok(key) => {
            assert_public(&key, algorithm);
            assert!(SigningKey::der(algorithm, bytes).is_err(), "a key is public and private");
        }
        Err(error) => assert_silent(&error, bytes),
    }
    for key in [SigningKey::pem(algorithm, bytes), SigningKey::der(algorithm, bytes)] {
        match key {
            Ok(key) => assert_public(&key.verifying_key(), algorithm),
            Err(error) => assert_silent(&error, bytes),
        }
    }
}

fn assert_public(key: &VerifyingKey, algorithm: Algorithm) {
    assert_eq!(key.algorithm(), algorithm);
    assert_same_when_written(key);
    let pem = key.to_public_pem().expect("a key of a pair");
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(lines).expect("PEM is base64");
    let again = VerifyingKey::der(algorithm, &der).expect("what was written is a key");
    assert_eq!(again.thumbprint(), key.thumbprint());
}

fn assert_silent(error: &KeyError, bytes: &[u8]) {
    let shown = format!("{error} {error:?}");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A label may be quoted.
    for line in long_words(text, 24).filter(|line| !line.contains('-')) {
        assert!(!shown.contains(line), "{shown}");
    }
}
