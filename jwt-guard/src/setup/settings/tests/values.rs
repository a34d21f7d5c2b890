//! The forms of values.

use serde_json::json;

use super::*;

#[test]
fn durations_have_one_number_and_one_unit() {
    for (text, seconds) in [("0s", 0), ("30s", 30), ("15m", 900), ("24h", 86_400), ("7d", 604_800)] {
        assert_eq!(read(json!({ "leeway": text })).unwrap().leeway, Some(Duration::from_secs(seconds)));
    }
    for text in [
        "",
        " ",
        "30",
        "s",
        "30 s",
        "1h30m",
        "-5m",
        "+5m",
        "1.5h",
        "5M",
        "5w",
        "5ms",
        "5\u{b5}",
        "99999999999999999999s",
        "18446744073709551615d",
    ] {
        let error = read(json!({ "leeway": text })).unwrap_err();
        assert!(error.contains(r#""15m""#), "{text:?}: {error}");
    }
    let error = read(json!({ "leeway": 30 })).unwrap_err();
    assert!(error.contains("in quotes") && error.contains(r#""30s""#), "{error}");
}

#[test]
fn every_value_has_one_form() {
    for wrong in [
        json!({ "algorithm": "hs256" }),
        json!({ "algorithm": "none" }),
        json!({ "algorithms": ["HS256", "none"] }),
        json!({ "profile": "typed" }),
        json!({ "profile": "Classic" }),
        json!({ "locations": ["Bearer"] }),
        json!({ "locations": ["cookie"] }),
        json!({ "locations": ["query:token"] }),
        json!({ "locations": [] }),
        json!({ "issuer": [] }),
        json!({ "issuer": null }),
        json!({ "issuer": "" }),
        json!({ "issuer": ["a", ""] }),
        json!({ "audience": { "name": "orders" } }),
        json!({ "secret": null }),
        json!({ "secret": "" }),
        json!({ "prefer_first": "yes" }),
        json!({ "prefer_first": 1 }),
        json!({ "prefer_first": null }),
        json!({ "max_token_len": "8k" }),
        json!({ "max_token_len": -1 }),
        json!({ "role_claims": ["realm_access", "roles"] }),
        json!({ "role_claims": [[1]] }),
        json!({ "scope_implies": {} }),
        json!({ "scope_implies": null }),
        json!({ "scope_implies": "orders:admin" }),
        json!({ "scope_implies": ["orders:admin"] }),
        json!({ "scope_implies": { "orders:admin": [] } }),
        json!({ "scope_implies": { "orders:admin": null } }),
        json!({ "scope_implies": { "orders:admin": { "orders:write": "orders:read" } } }),
        json!({ "role_implies": { "admin": ["clerk", ""] } }),
        json!({ "role_implies": { "admin": 1 } }),
    ] {
        assert!(read(wrong.clone()).is_err(), "{wrong}");
    }
    assert_eq!(read(json!({ "role_claims": "groups" })).unwrap().role_claims, [["groups"]]);
    assert_eq!(read(json!({ "issuer": "a" })).unwrap().issuer, ["a"]);
    assert_eq!(read(json!({ "issuer": ["a,b"] })).unwrap().issuer, ["a,b"], "a list is not split again");
    let texts = read(json!({ "prefer_first": "true", "max_token_len": "4096" })).unwrap();
    assert!(texts.prefer_first && texts.max_token_len == Some(4096));
    assert_eq!(
        read(json!({ "profile": "typed:example+jwt" })).unwrap().profile,
        Some(TokenProfile::Typed("example+jwt".to_owned()))
    );
}
