//! Tokens, good and bad, from what the catalogue says of them.

use std::collections::BTreeMap;

use jwt_guard::Algorithm;
use jwt_guard_tests::{ALGORITHMS, AUDIENCE, ISSUER, SigningKey, base64url, sources};
use serde::Deserialize;
use toml::{Table, Value};

use super::template::{Names, bytes, object};

/// A token. Without any member it is good for the guard `orders`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TokenSpec {
    /// Who signs it: HS256 of the harness by default.
    key: Option<KeySpec>,
    /// Members of the header beside `alg` and `typ`, or in place of them.
    header: Table,
    /// Members of the header that it lacks.
    without_header: Vec<String>,
    /// Members of the header that stand there once more, at its end.
    header_again: Table,
    /// The whole header; `{members}` is what it would be.
    header_text: Option<String>,
    /// Claims beside `iss`, `aud`, `sub`, `iat` and `exp`, or in place of them.
    claims: Table,
    /// Claims that it lacks.
    without: Vec<String>,
    /// Claims that stand there once more, at its end.
    claims_again: Table,
    /// The whole payload; `{members}` is what it would be.
    payload_text: Option<String>,
    /// The whole payload in hexadecimal, where it is not text.
    payload_hex: Option<String>,
    /// What is done to the signature.
    signature: Option<SignatureChange>,
    /// Claims that are put into the payload after it was signed.
    forged: Table,
    /// The whole token; `{token}`, `{header}`, `{payload}` and `{signature}` are what it would be.
    text: Option<String>,
}

/// Who signs.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum KeySpec {
    /// A key of the harness, by its algorithm.
    Fixture(String),
    Hmac(HmacSpec),
}

/// A secret that the signer has made up, guessed or found.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct HmacSpec {
    hmac: String,
    secret: Option<String>,
    /// The text of this file of the key fixtures.
    file: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SignatureChange {
    /// One bit is another.
    Flipped,
    /// As long, and all zeros.
    Zeros,
    /// Without its last byte.
    Cut,
    /// With a byte more.
    Longer,
    /// The same bytes, written otherwise.
    UnusedBits,
    /// The same bytes in the alphabet with `+` and `/`.
    StandardAlphabet,
    /// A good one of another token of the same key.
    OfAnotherToken,
}

impl TokenSpec {
    /// The token at this time.
    pub(super) fn make(&self, now: u64, names: &Names) -> String {
        let (algorithm, key) = self.key(names);
        let (header, payload) = (self.header(algorithm, now, names), self.payload(now, names));
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(&payload));
        let signature = self.signature(&key, &message);
        let (header, signed_payload) = message.split_once('.').unwrap();
        let payload = if self.forged.is_empty() {
            signed_payload.to_owned()
        } else {
            base64url(object(self.members(names, &self.forged).iter(), now).as_bytes())
        };
        let token = format!("{header}.{payload}.{signature}");
        let Some(text) = &self.text else { return token };
        let parts =
            Names::default().with("header", header).with("payload", payload).with("signature", signature);
        parts.with("token", token).fill(text)
    }

    fn key(&self, names: &Names) -> (Algorithm, SigningKey) {
        let usual = |algorithm| (algorithm, SigningKey::of(algorithm));
        match &self.key {
            None => usual(Algorithm::Hs256),
            Some(KeySpec::Fixture(name)) => usual(algorithm(name)),
            Some(KeySpec::Hmac(HmacSpec { hmac, secret, file })) => {
                let file = file.as_ref().map(|file| sources::read(&format!("tests/fixtures/keys/{file}")));
                let secret = secret.as_ref().map(|secret| names.fill(secret));
                let secret = secret.or(file).expect("`secret` or `file`");
                (algorithm(hmac), SigningKey::hmac(algorithm(hmac), secret.as_bytes()))
            }
        }
    }

    fn header(&self, algorithm: Algorithm, now: u64, names: &Names) -> String {
        let usual = [("alg", algorithm.name()), ("typ", "JWT")];
        let mut members: BTreeMap<_, _> =
            usual.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        members.extend(self.header.clone());
        members.values_mut().for_each(|value| names.fill_all(value));
        members.retain(|name, _| !self.without_header.contains(name));
        let text = object(members.iter().chain(&self.header_again), now);
        match &self.header_text {
            Some(whole) => Names::default().with("members", text).fill(whole),
            None => text,
        }
    }

    fn payload(&self, now: u64, names: &Names) -> Vec<u8> {
        if let Some(hex) = &self.payload_hex {
            return bytes(hex);
        }
        let members = self.members(names, &self.claims);
        let text = object(members.iter().chain(&self.claims_again), now);
        match &self.payload_text {
            Some(whole) => Names::default().with("members", text).fill(whole).into_bytes(),
            None => text.into_bytes(),
        }
    }

    fn members(&self, names: &Names, claims: &Table) -> BTreeMap<String, Value> {
        let at =
            |seconds: i64| Value::Table([("now".to_owned(), Value::Integer(seconds))].into_iter().collect());
        let usual = [
            ("iss", Value::from(ISSUER)),
            ("aud", AUDIENCE.into()),
            ("sub", "alice".into()),
            ("iat", at(-5)),
            ("exp", at(600)),
        ];
        let mut members: BTreeMap<_, _> =
            usual.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        members.extend(claims.clone());
        members.values_mut().for_each(|value| names.fill_all(value));
        members.retain(|name, _| !self.without.contains(name));
        members
    }

    fn signature(&self, key: &SigningKey, message: &str) -> String {
        let mut bytes = key.sign(message.as_bytes());
        match self.signature {
            None => {}
            Some(SignatureChange::Flipped) => bytes[0] ^= 1,
            Some(SignatureChange::Zeros) => bytes.fill(0),
            Some(SignatureChange::Cut) => drop(bytes.pop()),
            Some(SignatureChange::Longer) => bytes.push(0),
            Some(SignatureChange::UnusedBits) => return loosened(&base64url(&bytes)),
            Some(SignatureChange::StandardAlphabet) => return in_standard_alphabet(&base64url(&bytes)),
            Some(SignatureChange::OfAnotherToken) => bytes = key.sign(format!("{message}A").as_bytes()),
        }
        base64url(&bytes)
    }
}

/// The algorithm of this name.
pub(super) fn algorithm(name: &str) -> Algorithm {
    let known = ALGORITHMS.into_iter().find(|known| known.name() == name);
    known.unwrap_or_else(|| panic!("no algorithm {name}"))
}

/// The text with `+` and `/`, of which it must have one.
fn in_standard_alphabet(text: &str) -> String {
    let written = text.replace('-', "+").replace('_', "/");
    assert_ne!(text, written, "the signature has neither `-` nor `_`: change a claim");
    written
}

/// The text with an unused bit of its last character set: other text for the same bytes.
fn loosened(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.find(last).unwrap();
    assert_eq!(value % 4, 0, "the last character carries spare bits");
    format!("{rest}{}", &ALPHABET[value + 1..value + 2])
}
