//! Header and claims: what a guard accepts is a token by every rule, and nothing else happens to the rest.
//!
//! A JSON header, a line end and a JSON payload are signed with the key of the guards. Any other input is a token as it is.

use std::sync::LazyLock;

use http::StatusCode;
use jwt_guard::JwtGuard;
use jwt_guard::setup::TokenCache;
use serde_json::{Map, Value};

use crate::common::{LEEWAY, NOW, SECRET, Stopped, decode, encode, hs256, ready};
use crate::shape::Shape;

/// One guard verifies each token anew, the other one remembers it at first sight.
static GUARDS: LazyLock<[JwtGuard; 2]> = LazyLock::new(|| {
    [TokenCache::off(), TokenCache::new().at_first_sight()].map(|cache| {
        let guard = JwtGuard::builder().secret(SECRET).issuer("https://id.example").audience("api");
        guard.clock(Stopped).token_cache(cache).build().expect("the settings are legal")
    })
});

pub fn target(data: &[u8]) {
    let token = match data.iter().position(|&byte| byte == b'\n') {
        Some(end) if data.starts_with(b"{") => {
            let (header, payload) = data.split_at(end);
            hs256(header, &payload[1..])
        }
        _ => match std::str::from_utf8(data) {
            Ok(text) => text.to_owned(),
            Err(_) => return,
        },
    };
    let [anew, remembering] = &*GUARDS;
    let caller = ready(anew.verify(&token));
    // The first time it is verified, the second time it is found.
    for _ in 0..2 {
        let other = ready(remembering.verify(&token));
        assert_eq!(
            caller.as_ref().ok().map(|caller| caller.subject()),
            other.as_ref().ok().map(|caller| caller.subject())
        );
    }
    let explanation = anew.explain(&token);
    assert_eq!(explanation.is_accepted(), caller.is_ok());
    let explained = serde_json::to_string(&explanation).expect("an explanation is JSON");
    if let Some((_, signature)) = token.rsplit_once('.').filter(|(_, signature)| signature.len() > 40) {
        assert!(!explained.contains(signature), "an explanation has the signature");
    }
    match caller {
        Ok(caller) => {
            let claims = assert_token(&token);
            assert_eq!(claims["sub"].as_str(), caller.subject());
            assert_names(&claims, &caller);
        }
        Err(refusal) => {
            assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED, "{token}");
            assert_eq!(refusal.code(), (!token.is_empty()).then_some("invalid_token"));
        }
    }
}

/// Reads the token a second time: its form, its signature, one meaning of its JSON, its header, the parties, the types of the
/// registered claims, and its dates (RFC 7515, RFC 7519, RFC 8725).
fn assert_token(token: &str) -> Map<String, Value> {
    let segments: Vec<_> = token.split('.').collect();
    assert_eq!(segments.len(), 3);
    let bytes: Vec<_> =
        segments.iter().map(|segment| decode(segment).expect("a segment is base64url")).collect();
    for (segment, bytes) in segments.iter().zip(&bytes) {
        assert_eq!(encode(bytes), *segment, "a segment has one text");
    }
    assert_eq!(hs256(&bytes[0], &bytes[1]), token, "the holder of the secret did not sign it");
    let object = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => members,
        other => panic!("not an object: {other:?}"),
    };
    let (header, claims) = (object(&bytes[0]), object(&bytes[1]));
    for (bytes, depth, members) in [(&bytes[0], 8, 32), (&bytes[1], 32, usize::MAX)] {
        let shape = Shape::of(std::str::from_utf8(bytes).expect("JSON is UTF-8"));
        assert!(shape.is_strict(depth, members), "{shape:?}");
    }
    assert_eq!(header["alg"], "HS256");
    for name in ["crit", "b64", "zip", "enc"] {
        assert!(!header.contains_key(name), "{name}");
    }
    let typ = header.get("typ").map(|typ| typ.as_str().expect("a type is a text").to_ascii_lowercase());
    assert!(
        typ.is_none_or(|typ| matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")),
        "another type"
    );
    let is_nested = |cty: &str| matches!(cty.to_ascii_lowercase().as_str(), "jwt" | "application/jwt");
    assert!(header.get("cty").is_none_or(|cty| !is_nested(cty.as_str().expect("a type is a text"))));
    assert!(!header.contains_key("kid"), "the key has no name that a token could have");
    for name in ["jti", "sid", "client_id"] {
        assert!(claims.get(name).is_none_or(Value::is_string), "{name}");
    }
    assert_eq!(claims["iss"], "https://id.example");
    let audience = &claims["aud"];
    let named = audience
        .as_array()
        .is_some_and(|list| list.iter().all(Value::is_string) && list.iter().any(|one| one == "api"));
    assert!(audience == "api" || named, "{audience}");
    assert!(claims["sub"].as_str().is_some_and(|subject| !subject.is_empty()));
    assert!(!claims.contains_key("cnf"));
    let date = |name: &str| {
        let date = claims.get(name).map(|date| date.as_f64().expect("a date is a number"));
        date.inspect(|date| assert!((0.0..253_402_300_800.0).contains(date), "{name} is not of our era"))
    };
    let (now, leeway) = (NOW as f64, LEEWAY as f64);
    let expires = date("exp").expect("a token ends");
    assert!(expires > now - leeway, "{expires}");
    for name in ["nbf", "iat"] {
        assert!(date(name).is_none_or(|date| (0.0..=now + leeway).contains(&date)), "{name}");
    }
    let lives = expires - date("iat").unwrap_or(now - leeway);
    assert!((0.0..=86_400.0 + 2.0 * leeway).contains(&lives), "{lives}");
    claims
}

/// Scopes as one text of RFC 6749 section 3.3, which is what most issuers write.
fn assert_names(claims: &Map<String, Value>, caller: &jwt_guard::Principal) {
    let scope = claims.get("scope").and_then(Value::as_str);
    let is_legal = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let (Some(scope), None) = (scope, claims.get("scp")) else { return };
    if !scope.bytes().all(is_legal) {
        assert!(caller.scopes().is_empty() && caller.scopes().unreadable_claim() == Some("scope"));
        return;
    }
    let mut named: Vec<_> = scope.split(' ').filter(|name| !name.is_empty()).collect();
    let mut granted: Vec<_> = caller.scopes().iter().collect();
    for names in [&mut named, &mut granted] {
        names.sort_unstable();
        names.dedup();
    }
    assert_eq!(named, granted);
}
