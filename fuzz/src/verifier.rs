//! What the guard accepts, jsonwebtoken accepts by its strictest rules, with the same claims.
//!
//! jsonwebtoken reads the clock of the system, so dates are relative to it here.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use arbitrary::Unstructured;
use jsonwebtoken::{DecodingKey, Validation};
use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Algorithm, JwtGuard};
use serde_json::{Map, Value, json};

use crate::common::{LEEWAY, SECRET, below, ed25519, ed25519_public, encode, hs256, pick, piece, ready};

struct Verifiers {
    ours: JwtGuard,
    keys: DecodingKey,
    rules: Validation,
}

/// For HS256, and for EdDSA.
static VERIFIERS: LazyLock<[Verifiers; 2]> = LazyLock::new(|| {
    let public = ed25519_public();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&public)}).to_string();
    let keys = [VerifyingKey::secret(Algorithm::Hs256, SECRET), VerifyingKey::jwk(&jwk, &[])];
    let theirs = [
        (
            DecodingKey::from_secret(SECRET.as_bytes()).expect("the key is legal"),
            jsonwebtoken::Algorithm::HS256,
        ),
        (DecodingKey::from_ed_der(&public), jsonwebtoken::Algorithm::EdDSA),
    ];
    let mut both = keys.into_iter().zip(theirs).map(|(ours, (keys, algorithm))| {
        let ours = JwtGuard::builder().key(ours.expect("the key is legal")).issuer("https://id.example");
        let ours =
            ours.audience("api").token_cache(TokenCache::off()).build().expect("the settings are legal");
        let mut rules = Validation::new(algorithm);
        rules.set_audience(&["api"]);
        rules.set_issuer(&["https://id.example"]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.validate_exp = true;
        rules.validate_nbf = true;
        rules.validate_aud = true;
        // It counts whole seconds, and reads the clock a moment later.
        rules.leeway = LEEWAY + 2;
        Verifiers { ours, keys, rules }
    });
    [both.next().expect("HS256"), both.next().expect("EdDSA")]
});

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let by_secret = pick(&mut input, &[true, false]);
    let [secret, pair] = &*VERIFIERS;
    let (Verifiers { ours, keys, rules }, algorithm) =
        if by_secret { (secret, "HS256") } else { (pair, "EdDSA") };
    let header = header(&mut input, algorithm);
    let payload = payload(&mut input, now);
    let token = if by_secret { hs256(header, &payload) } else { ed25519(header, &payload) };
    let Ok(caller) = ready(ours.verify(&token)) else { return };
    let theirs = jsonwebtoken::decode::<Map<String, Value>>(&token, keys, rules);
    let theirs = theirs.unwrap_or_else(|error| panic!("jsonwebtoken refuses it: {error:?}\n{payload}"));
    assert_eq!(theirs.claims["sub"].as_str(), caller.subject());
    let raw: Value = serde_json::from_str(&payload).expect("the payload is JSON");
    assert_eq!(Value::Object(theirs.claims), raw);
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
