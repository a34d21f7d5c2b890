//! The header rules B1 to B7 of `tests/CONFORMANCE.md`, one text at a time.

use std::time::Duration;

use super::super::steps::Unobserved;
use super::super::{Audience, ClaimPath, Clients, DateLimits as Bounds, RequiredValue, TokenProfile};
use super::*;

fn rules() -> Rules {
    Rules {
        profile: TokenProfile::Classic,
        issuers: Vec::new(),
        audience: Audience::Any,
        clients: Clients::default(),
        required_claims: Vec::new(),
        claim_values: Vec::new(),
        header_values: Vec::new(),
        subject_claim: "sub".to_owned(),
        machine_callers: false,
        scope_claims: Vec::new(),
        role_claims: Vec::new(),
        role_objects: Vec::new(),
        login_claims: crate::verify::LoginClaims::Believed,
        hierarchies: Default::default(),
        limits: Bounds {
            embedded_keys: EmbeddedKeys::Ignore,
            leeway: Duration::ZERO,
            max_lifetime: None,
            max_token_age: None,
        },
    }
}

fn error(text: &str) -> VerifyError {
    read(text, &rules(), &mut Unobserved).expect_err(text)
}

#[test]
fn algorithm_and_key_name_are_read() {
    let header = r#"{"typ":"JWT","alg":"ES256","kid":"k1"}"#;
    let header = read(header, &rules(), &mut Unobserved).unwrap();
    assert_eq!(header.algorithm, Algorithm::Es256);
    assert_eq!(header.key_id.as_deref(), Some("k1"));
}

#[test]
fn a_member_of_the_header_that_must_have_a_value_has_no_other() {
    let required = RequiredValue {
        path: ClaimPath(vec!["cat".to_owned()]),
        values: vec!["session".to_owned()],
        may_be_absent: true,
        setting: "",
    };
    let rules = Rules { header_values: vec![required], ..rules() };
    let read = |cat: &str| read(&format!(r#"{{"alg":"ES256"{cat}}}"#), &rules, &mut Unobserved).map(drop);
    for cat in ["", r#","cat":null"#, r#","cat":"session""#] {
        assert_eq!(read(cat), Ok(()), "{cat}");
    }
    for cat in [r#","cat":"template""#, r#","cat":"""#, r#","cat":["session"]"#, r#","cat":1"#] {
        assert_eq!(read(cat), Err(VerifyError::WrongType), "{cat}");
    }
}

#[test]
fn the_header_is_one_plain_object() {
    for text in [
        "",
        "[]",
        "null",
        r#"["HS256"]"#,
        "{\"alg\":\"HS256\"}x",
        "\u{feff}{\"alg\":\"HS256\"}",
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","x":1,"x":1}"#,
        r#"{"alg":"HS256","x":{"y":1,"\u0079":1}}"#,
    ] {
        assert_eq!(error(text), VerifyError::HeaderNotJson, "{text}");
    }
    let members: String = (0..32).map(|index| format!(",\"m{index}\":0")).collect();
    assert_eq!(error(&format!("{{\"alg\":\"HS256\"{members}}}")), VerifyError::HeaderNotJson);
    let deep = format!("{{\"alg\":\"HS256\",\"x\":{}{}}}", "[".repeat(8), "]".repeat(8));
    assert_eq!(error(&deep), VerifyError::HeaderNotJson);
}

#[test]
fn the_algorithm_is_a_string_of_the_list() {
    for alg in [r#"{"HS256":null}"#, "5", "null", r#"["HS256"]"#, "true"] {
        assert_eq!(error(&format!(r#"{{"alg":{alg}}}"#)), VerifyError::HeaderRefused("alg"), "{alg}");
    }
    assert_eq!(error("{}"), VerifyError::HeaderRefused("alg"));
    for alg in [
        "none", "None", "NONE", "nOnE", "", "hs256", "HS257", "HS", "ed25519", "Ed448", "ES256K", "ES512",
        "A128GCM",
    ] {
        assert_eq!(error(&format!(r#"{{"alg":"{alg}"}}"#)), VerifyError::AlgorithmNotAllowed, "{alg}");
    }
    for alg in ["EdDSA", "Ed25519"] {
        let text = format!(r#"{{"alg":"{alg}"}}"#);
        assert_eq!(read(&text, &rules(), &mut Unobserved).unwrap().algorithm, Algorithm::EdDsa, "{alg}");
    }
}

#[test]
fn extensions_encryption_and_nesting_are_refused() {
    for (name, value) in [
        ("crit", r#"["x"]"#),
        ("crit", "[]"),
        ("crit", "null"),
        ("crit", r#"["alg"]"#),
        ("b64", "false"),
        ("b64", "true"),
        ("zip", r#""DEF""#),
        ("enc", r#""A128GCM""#),
        ("cty", r#""JWT""#),
        ("cty", r#""application/jwt""#),
        ("cty", "1"),
    ] {
        assert_eq!(
            error(&format!(r#"{{"alg":"HS256","{name}":{value}}}"#)),
            VerifyError::HeaderRefused(name)
        );
    }
    assert!(read(r#"{"alg":"HS256","cty":"json"}"#, &rules(), &mut Unobserved).is_ok());
}

#[test]
fn embedded_keys_are_ignored_or_refused_and_never_used() {
    for name in ["jwk", "jku", "x5u", "x5c"] {
        let text = format!(r#"{{"alg":"HS256","{name}":"https://evil.example"}}"#);
        assert!(read(&text, &rules(), &mut Unobserved).is_ok());
        let mut strict = rules();
        strict.limits.embedded_keys = EmbeddedKeys::Refuse;
        assert_eq!(read(&text, &strict, &mut Unobserved).unwrap_err(), VerifyError::HeaderRefused(name));
    }
}

#[test]
fn a_key_name_is_short_printable_text() {
    for kid in [r#""a\nb""#, r#""a\u0000""#, r#""\u007f""#, "1", "null", r#"["a"]"#] {
        assert_eq!(
            error(&format!(r#"{{"alg":"HS256","kid":{kid}}}"#)),
            VerifyError::HeaderRefused("kid"),
            "{kid}"
        );
    }
    let kid = |length: usize| format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(length));
    assert!(read(&kid(256), &rules(), &mut Unobserved).is_ok());
    assert_eq!(error(&kid(257)), VerifyError::HeaderRefused("kid"));
}

fn accepts(profile: TokenProfile, typ: Option<&str>) -> bool {
    let rules = Rules { profile, ..rules() };
    let typ = typ.map(|typ| format!(r#","typ":"{typ}""#)).unwrap_or_default();
    read(&format!(r#"{{"alg":"HS256"{typ}}}"#), &rules, &mut Unobserved).is_ok()
}

#[test]
fn the_classic_profile_takes_plain_and_access_tokens_only() {
    let classic = || TokenProfile::Classic;
    assert!(accepts(classic(), None));
    for typ in ["JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(accepts(classic(), Some(typ)), "{typ}");
    }
    for typ in [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "rt+jwt",
        "evil",
        "",
        "JOSE",
        "application/",
        "application/application/at+jwt",
        "token-introspection+jwt",
        "text/at+jwt",
        "at+jwt ",
        "JWT;a=b",
    ] {
        assert!(!accepts(classic(), Some(typ)), "{typ}");
    }
}

#[test]
fn the_access_token_profile_takes_at_jwt_only() {
    let profile = || TokenProfile::AccessToken;
    assert!(accepts(profile(), Some("at+jwt")));
    assert!(accepts(profile(), Some("application/AT+jwt")));
    for typ in [None, Some("JWT"), Some("rt+jwt")] {
        assert!(!accepts(profile(), typ));
    }
}

#[test]
fn a_type_of_its_own_is_compared_without_case() {
    let profile = || TokenProfile::Typed("application/Example+jwt".to_owned());
    assert!(accepts(profile(), Some("example+JWT")));
    assert!(!accepts(profile(), Some("JWT")));
    assert!(!accepts(profile(), None));
}

#[test]
fn application_is_left_out_only_where_no_other_slash_is() {
    let profile = || TokenProfile::Typed("application/text/plain".to_owned());
    assert!(accepts(profile(), Some("APPLICATION/text/plain")));
    assert!(!accepts(profile(), Some("text/plain")));
    assert!(!accepts(TokenProfile::Typed("text/plain".to_owned()), Some("application/text/plain")));
    assert!(accepts(TokenProfile::Typed("APPLICATION/a+jwt".to_owned()), Some("a+jwt")));
}

#[test]
fn a_type_that_is_not_a_string_is_refused() {
    for typ in ["1", "null", "[]"] {
        assert_eq!(error(&format!(r#"{{"alg":"HS256","typ":{typ}}}"#)), VerifyError::HeaderRefused("typ"));
    }
}
