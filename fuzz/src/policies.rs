//! The decision on a caller is that of a reference, which reads the claims by itself; and the way that a refusal names leads in.

mod pool;
mod reference;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use arbitrary::Unstructured;
use jwt_guard::policy::Rule;
use jwt_guard::respond::{FailureKind, Refusal};
use jwt_guard::setup::TokenCache;
use jwt_guard::{JwtGuard, Principal};
use serde_json::{Map, Value, json};

use crate::common::{NOW, SECRET, Stopped, below, hs256, pick, ready};
use pool::Tree;

static GUARD: LazyLock<JwtGuard> = LazyLock::new(|| {
    let guard = JwtGuard::builder().secret(SECRET).issuer("https://id.example").audience("api");
    guard.clock(Stopped).token_cache(TokenCache::off()).build().expect("the settings are legal")
});

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let claims = claims(&mut input);
    let Some(Tree { rule, turns_names, repeats }) = pool::tree(&mut input) else { return };
    let Some(caller) = caller(&claims) else { return };
    let expected = reference::value(rule.requirement(), &claims);
    match GUARD.authorize(&caller, rule) {
        Ok(()) => assert_eq!(expected, Some(true), "{rule} admits {claims:?}"),
        Err(refusal) => {
            assert_ne!(expected, Some(true), "{rule} refuses {claims:?}");
            // A scope below `not(..)` may be the one that is missing beside it.
            if !turns_names {
                assert_way(&refusal, rule, &claims);
                if !repeats {
                    assert_fewest(&refusal, rule, &claims);
                }
            }
        }
    }
}

fn caller(claims: &Map<String, Value>) -> Option<Principal> {
    let payload = serde_json::to_string(claims).expect("claims are JSON");
    ready(GUARD.verify(&hs256(r#"{"alg":"HS256"}"#, payload))).ok()
}

/// A caller who follows the challenge is admitted.
fn assert_way(refusal: &Refusal, rule: &'static Rule, claims: &Map<String, Value>) {
    let way = refusal.way();
    match refusal.kind() {
        FailureKind::Forbidden => return assert!(way.scopes().is_empty() && !way.is_fresh()),
        FailureKind::InsufficientScope => assert!(!way.scopes().is_empty()),
        FailureKind::InsufficientUserAuthentication => {
            assert!(way.is_fresh() || way.max_age().is_some() || !way.acr_values().is_empty());
        }
        other => panic!("{other:?}"),
    }
    let mut better = claims.clone();
    let names: BTreeSet<&str> =
        caller_scopes(claims).into_iter().chain(way.scopes().iter().copied()).collect();
    let names: Vec<_> = names.into_iter().collect();
    better.insert("scope".to_owned(), names.join(" ").into());
    // A new login is of this moment, and its token too.
    let is_new = way.is_fresh() || way.max_age().is_some() || !way.acr_values().is_empty();
    if is_new {
        better.insert("fresh".to_owned(), true.into());
        better.insert("auth_time".to_owned(), NOW.into());
        better.insert("iat".to_owned(), NOW.into());
        if let Some(acr) = way.acr_values().first() {
            better.insert("acr".to_owned(), (*acr).into());
        }
    }
    let admitted = caller(&better).expect("a good token");
    assert!(
        GUARD.authorize(&admitted, rule).is_ok(),
        "{rule} asks {claims:?} for {way:?}, which is not enough"
    );
}

/// The refusal asks for the fewest scopes that admit, and for a new login if it is needed with so many; for nothing if nothing helps.
fn assert_fewest(refusal: &Refusal, rule: &'static Rule, claims: &Map<String, Value>) {
    let way = refusal.way();
    let held = reference::held(claims);
    // It is unknown whether the scopes of a new token could be read.
    let lacked = held.as_ref().map_or(Vec::new(), |held| lacked(held));
    let new_login = way.is_fresh() || way.max_age().is_some() || !way.acr_values().is_empty();
    let new = way.scopes().iter().filter(|name| lacked.contains(name)).count();
    let asked = (refusal.kind() != FailureKind::Forbidden).then_some((new, new_login));
    let mut fewest = None;
    for set in 0..1_u32 << lacked.len() {
        let names = lacked.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, name)| *name);
        let mut better = claims.clone();
        if set > 0 {
            let all = held.iter().flatten().map(String::as_str).chain(names);
            better.insert("scope".to_owned(), all.collect::<Vec<_>>().join(" ").into());
        }
        let logins = [None, Some(None), Some(Some("gold")), Some(Some("silver"))];
        for login in logins {
            let mut better = better.clone();
            if let Some(acr) = login {
                better.insert("fresh".to_owned(), true.into());
                better.insert("auth_time".to_owned(), NOW.into());
                better.insert("iat".to_owned(), NOW.into());
                better.extend(acr.map(|acr| ("acr".to_owned(), acr.into())));
            }
            if reference::value(rule.requirement(), &better) == Some(true) {
                let found = (set.count_ones() as usize, login.is_some());
                fewest = Some(fewest.map_or(found, |known: (usize, bool)| known.min(found)));
            }
        }
    }
    assert_eq!(asked, fewest, "{rule} asks {claims:?} for {way:?}");
}

/// The scopes of the policies that a caller has not.
fn lacked(held: &[String]) -> Vec<&'static str> {
    ["a", "b", "c"].into_iter().filter(|name| !held.iter().any(|known| known == name)).collect()
}

fn caller_scopes(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("scope") {
        Some(Value::String(text)) if reference::is_scope_list(text) => {
            text.split(' ').filter(|name| !name.is_empty()).collect()
        }
        Some(Value::Array(list))
            if list.iter().all(|name| name.as_str().is_some_and(reference::is_scope)) =>
        {
            list.iter().filter_map(Value::as_str).collect()
        }
        _ => Vec::new(),
    }
}

fn claims(input: &mut Unstructured<'_>) -> Map<String, Value> {
    let base = json!({"sub": "ada", "aud": "api", "iss": "https://id.example", "exp": NOW + 600});
    let Value::Object(mut claims) = base else { unreachable!("an object") };
    for _ in 0..below(input, 7) {
        let name = pick(input, &["scope", "scp", "roles", "n", "l", "fresh", "auth_time", "acr", "iat"]);
        let value = match name {
            "scope" | "scp" => {
                names(input, &["a", "b", "c", "a b", "b c", " a  c ", "a\tb", "\u{e9}", "", "a\"b", "aa"])
            }
            "roles" => names(input, &["r", "s", "r s", "r,s", "s ", "", "\u{a0}", "rr"]),
            "n" => json_of(
                input,
                &[
                    r#""x""#,
                    r#""y""#,
                    r#"["x","y"]"#,
                    r#"["x",7]"#,
                    "[]",
                    "7",
                    "7.0",
                    "[7,8]",
                    r#""""#,
                    "null",
                    "-7",
                ],
            ),
            "l" => json_of(
                input,
                &[
                    r#"{"m":true}"#,
                    r#"{"m":false}"#,
                    r#"{"m":null}"#,
                    "{}",
                    "null",
                    "7",
                    r#"{"m":[true]}"#,
                    r#"{"m":1}"#,
                ],
            ),
            "fresh" => json_of(input, &["true", "false", "null", "1", r#""true""#]),
            "acr" => json_of(input, &[r#""gold""#, r#""silver""#, r#""Gold""#, "null", "1", r#"["gold"]"#]),
            _ => date(input),
        };
        claims.insert(name.to_owned(), value);
    }
    claims
}

fn names(input: &mut Unstructured<'_>, texts: &[&str]) -> Value {
    match below(input, 4) {
        0 => (0..below(input, 4)).map(|_| pick(input, texts)).collect::<Vec<_>>().into(),
        1 => json_of(input, &["null", "7", "[7]", "{}", r#"["a",null]"#, "true"]),
        _ => pick(input, texts).into(),
    }
}

fn json_of(input: &mut Unstructured<'_>, texts: &[&str]) -> Value {
    serde_json::from_str(pick(input, texts)).expect("JSON")
}

fn date(input: &mut Unstructured<'_>) -> Value {
    match below(input, 6) {
        0 => json_of(
            input,
            &["null", r#""1800000000""#, "-1", "1e300", "253402300800", "253402300799", "0", "true"],
        ),
        1 => (NOW as f64 - below(input, 2000) as f64 / 2.0).into(),
        _ => (NOW + 60 - below(input, 1000) as u64).into(),
    }
}
