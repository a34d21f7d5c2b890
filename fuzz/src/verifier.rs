//! What the guard accepts, jsonwebtoken accepts by its strictest rules, with the same claims; and both refuse the same token
//! with a signature that the holder of the key did not make.
//!
//! jsonwebtoken reads the clock of the system, so dates are relative to it here.

mod forged;
mod keys;

use std::time::{SystemTime, UNIX_EPOCH};

use arbitrary::Unstructured;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{TokenData, decode};
use jwt_guard::explain::Check;
use serde_json::{Map, Value, json};

use self::forged::forged;
use self::keys::{VERIFIERS, Verifiers};
use crate::common::{below, pick, piece, ready};

/// In how many inputs of 16 each algorithm signs: RSA is slow.
const SHARES: [usize; 16] = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 4];

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let verifiers = &VERIFIERS[pick(&mut input, &SHARES)];
    let is_forged = below(&mut input, 4) == 3;
    let header = header(&mut input, verifiers.algorithm.name());
    let payload = payload(&mut input, now);
    let token = verifiers.sign(&header, &payload);
    let Ok(caller) = ready(verifiers.ours.verify(&token)) else { return };
    let theirs = by_jsonwebtoken(verifiers, &token);
    let theirs = theirs.unwrap_or_else(|error| panic!("jsonwebtoken refuses it: {error:?}\n{payload}"));
    assert_eq!(theirs.claims["sub"].as_str(), caller.subject());
    let raw: Value = serde_json::from_str(&payload).expect("the payload is JSON");
    assert_eq!(Value::Object(theirs.claims), raw);
    if is_forged {
        assert_refused(verifiers, &forged(&mut input, verifiers, &token));
    }
}

fn by_jsonwebtoken(verifiers: &Verifiers, token: &str) -> Result<TokenData<Map<String, Value>>, Error> {
    decode(token, &verifiers.keys, &verifiers.rules)
}

/// By both, and not because of its claims, which are good.
fn assert_refused(verifiers: &Verifiers, token: &str) {
    assert!(ready(verifiers.ours.verify(token)).is_err(), "the guard accepts {token}");
    let explanation = verifiers.ours.explain(token);
    let (check, _) = explanation.failure().expect("a check refuses it");
    assert!(
        matches!(check, Check::Form | Check::Algorithm | Check::Key | Check::Signature),
        "{check} of {token}"
    );
    let theirs = by_jsonwebtoken(verifiers, token).map(drop).map_err(|error| error.into_kind());
    assert!(
        matches!(
            theirs,
            Err(ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::Base64(_))
        ),
        "{theirs:?} of {token}"
    );
}

fn header(input: &mut Unstructured<'_>, algorithm: &str) -> String {
    let mut members = vec![format!(r#""alg":"{algorithm}""#)];
    for _ in 0..below(input, 4) {
        let value = value(input, 0);
        members.push(match below(input, 9) {
            0 => r#""typ":"JWT""#.to_owned(),
            1 => r#""typ":"at+jwt""#.to_owned(),
            2 => format!(r#""typ":{value}"#),
            3 => format!(r#""kid":{value}"#),
            4 => format!(r#""cty":{value}"#),
            5 => format!(r#""crit":{value}"#),
            // The guard passes over a key in the header, whatever it is; jsonwebtoken reads it.
            6 => r#""jwk":{"kty":"oct","k":"AA"}"#.to_owned(),
            7 => format!(r#""alg":{value}"#),
            _ => format!(r#""x":{value}"#),
        });
    }
    format!("{{{}}}", members.join(","))
}

/// Claims of a good token, of which some are replaced, repeated or added.
fn payload(input: &mut Unstructured<'_>, now: u64) -> String {
    let mut members: Vec<(String, String)> = [
        ("iss", r#""https://id.example""#.to_owned()),
        ("aud", r#""api""#.to_owned()),
        ("sub", r#""ada""#.to_owned()),
        ("exp", (now + 600).to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for _ in 0..below(input, 6) {
        let name = pick(
            input,
            &[
                "iss",
                "aud",
                "sub",
                "exp",
                "nbf",
                "iat",
                "jti",
                "sid",
                "client_id",
                "scope",
                "roles",
                "fresh",
                "csrf",
                "name",
                "x",
            ],
        );
        let value = value(input, now);
        match pick(input, &[0, 1, 2, 3]) {
            // A second member of the name.
            0 => members.push((name.to_owned(), value)),
            1 => members.retain(|(known, _)| known != name),
            _ => {
                members.retain(|(known, _)| known != name);
                members.push((name.to_owned(), value));
            }
        }
    }
    let space = pick(input, &["", " ", "\t", "\n"]);
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("{space}\"{name}\":{space}{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn value(input: &mut Unstructured<'_>, now: u64) -> String {
    let offset = i64::from(input.arbitrary::<i16>().unwrap_or_default());
    let near = now.saturating_add_signed(offset);
    match below(input, 16) {
        0 => near.to_string(),
        1 => format!("{near}.{}", below(input, 1000)),
        2 => format!("{near}e0"),
        3 => format!("{near}0E-1"),
        4 => format!("\"{near}\""),
        5 => format!("-{near}"),
        6 => "null".to_owned(),
        7 => "true".to_owned(),
        8 => pick(input, &["1e300", "1e400", "18446744073709551616", "-0", "-0.0", "253402300800", "0"])
            .to_owned(),
        9 => r#"["api","other"]"#.to_owned(),
        10 => {
            pick(input, &[r#"["api",7]"#, r#"[]"#, r#"["API"]"#, r#"[["api"]]"#, r#"{"api":1}"#]).to_owned()
        }
        11 => pick(
            input,
            &[r#""https://id.example""#, r#"["https://id.example"]"#, r#""https:\/\/id.example""#],
        )
        .to_owned(),
        12 => pick(input, &[r#""api""#, r#""\u0061pi""#, r#""ap\u0131""#, r#""api\u0000""#, r#"" api""#])
            .to_owned(),
        13 => pick(input, &[r#""""#, r#""\ud83d\ude00""#, r#""\ud800""#, r#""\u0000""#]).to_owned(),
        14 => format!("[{}]", input.arbitrary::<i64>().unwrap_or_default()),
        _ => json!(String::from_utf8_lossy(piece(input, 12))).to_string(),
    }
}
