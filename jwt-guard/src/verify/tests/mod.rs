//! The claim rules D1 to D9 of `tests/CONFORMANCE.md`, without checking signatures, and the order of the checks.

use std::time::{Duration, SystemTime};

use super::*;
use crate::claims::names::NameSet;
use crate::claims::registered::TokenClaims;
use crate::keys::{Algorithm, IssuerKeys, VerifyingKey};

mod clients;
mod conditions;
mod dates;
mod empty;
mod explained;
mod findings;
mod machines;
mod numbers;
mod said;
mod shown;

const NOW: u64 = 1_800_000_000;

#[derive(Debug)]
struct Fixed(SystemTime);

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        self.0
    }
}

fn verifier(change: impl FnOnce(&mut Rules)) -> Verifier {
    let mut rules = Rules {
        profile: TokenProfile::Classic,
        issuers: vec!["https://id.example".to_owned()],
        audience: Audience::OneOf(vec!["orders".to_owned()]),
        clients: Clients::default(),
        required_claims: Vec::new(),
        claim_values: Vec::new(),
        header_values: Vec::new(),
        subject_claim: "sub".to_owned(),
        machine_callers: false,
        scope_claims: vec![ClaimPath(vec!["scope".to_owned()]), ClaimPath(vec!["scp".to_owned()])],
        role_claims: vec![ClaimPath(vec!["realm".to_owned(), "roles".to_owned()])],
        role_objects: Vec::new(),
        login_claims: LoginClaims::Believed,
        hierarchies: Default::default(),
        limits: DateLimits { leeway: Duration::ZERO, ..DateLimits::default() },
    };
    change(&mut rules);
    let keys = KeySet::new([VerifyingKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap()])
        .unwrap();
    let issuer = IssuerRules { keys: IssuerKeys::fixed(keys), rules };
    let clock = Fixed(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
    Verifier::new(vec![issuer], 8192, Arc::new(clock))
}

impl Verifier {
    /// Verifies `payload` without checking the signature.
    fn read(&self, payload: String) -> Result<Identity, VerifyError> {
        let (identity, _) = self.issuers[0].check(payload, || self.date(), None, &mut Unobserved)?;
        Ok(Arc::into_inner(identity).expect("the only handle"))
    }
}

impl Identity {
    fn into_parts(self) -> (TokenClaims, NameSet, NameSet) {
        (self.claims, self.scopes, self.roles)
    }
}

/// A valid payload with some members replaced; `""` removes a member.
fn payload(changes: &[(&str, &str)]) -> String {
    let mut members = vec![
        ("iss", "\"https://id.example\"".to_owned()),
        ("aud", "\"orders\"".to_owned()),
        ("sub", "\"alice\"".to_owned()),
        ("iat", (NOW - 5).to_string()),
        ("exp", (NOW + 600).to_string()),
    ];
    for (name, value) in changes {
        members.retain(|(known, _)| known != name);
        if !value.is_empty() {
            members.push((name, (*value).to_owned()));
        }
    }
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn read(changes: &[(&str, &str)]) -> Result<Identity, VerifyError> {
    verifier(|_| {}).read(payload(changes))
}

fn error(changes: &[(&str, &str)]) -> VerifyError {
    read(changes).map(drop).expect_err(&payload(changes))
}

fn malformed(name: &'static str) -> VerifyError {
    VerifyError::ClaimMalformed(name.into())
}

fn missing(name: &'static str) -> VerifyError {
    VerifyError::ClaimMissing(name.into())
}

#[test]
fn a_good_payload_is_read() {
    let changes = [
        ("jti", "\"t1\""),
        ("client_id", "\"web\""),
        ("name", "\"Alice\""),
        ("scope", "\"a  b\""),
        ("scp", "[\"c\"]"),
        ("realm", r#"{"roles":["clerk"]}"#),
    ];
    let (claims, scopes, roles) = read(&changes).unwrap().into_parts();
    assert_eq!((claims.subject(), claims.issuer()), (Some("alice"), Some("https://id.example")));
    assert_eq!((claims.token_id(), claims.client_id()), (Some("t1"), Some("web")));
    assert_eq!(claims.audience().collect::<Vec<_>>(), ["orders"]);
    assert_eq!(claims.display_name(), Some("Alice"));
    assert_eq!(scopes.iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(roles.iter().collect::<Vec<_>>(), ["clerk"]);
}

#[test]
fn the_payload_is_one_plain_object() {
    let good = payload(&[]);
    for text in [
        "[1800000600,0,\"alice\"]".to_owned(),
        "null".to_owned(),
        "\"x\"".to_owned(),
        String::new(),
        format!("{good}{good}"),
        format!("\u{feff}{good}"),
        good.replace('}', ",}"),
        good.replace('}', r#","exp":9999999999}"#),
        good.replace('}', r#","x":{"a":1,"a":1}}"#),
        good.replace('}', r#","\u0065xp":9999999999}"#),
        good.replace('}', &format!(",\"x\":{}{}}}", "[".repeat(32), "]".repeat(32))),
        good.replace("1800000600", "NaN"),
        good.replace("1800000600", "Infinity"),
    ] {
        let result = verifier(|_| {}).read(text.clone()).map(drop);
        assert_eq!(result, Err(VerifyError::PayloadNotJson), "{text}");
    }
}

#[test]
fn exp_is_required_and_a_date() {
    assert_eq!(error(&[("exp", "")]), missing("exp"));
    for value in [
        "null",
        "\"1800000600\"",
        "true",
        "[1800000600]",
        "{}",
        "-1",
        "1e300",
        "18446744073709551615",
        "1e12",
    ] {
        assert_eq!(error(&[("exp", value)]), malformed("exp"), "{value}");
    }
}

#[test]
fn a_token_is_expired_from_the_second_of_exp_on() {
    assert_eq!(error(&[("exp", "1800000000"), ("iat", "1799999999")]), VerifyError::Expired);
    assert_eq!(error(&[("exp", "1799999999.9"), ("iat", "1799999999")]), VerifyError::Expired);
    assert!(read(&[("exp", "1800000000.5")]).is_ok());
    let lenient = |exp: &str| {
        let verifier = verifier(|rules| rules.limits.leeway = Duration::from_secs(30));
        verifier.read(payload(&[("exp", exp), ("iat", "1799999900")])).map(drop)
    };
    assert_eq!(lenient("1799999971"), Ok(()));
    assert_eq!(lenient("1799999970"), Err(VerifyError::Expired));
}

#[test]
fn nbf_is_checked_whenever_it_is_there() {
    assert_eq!(error(&[("nbf", "1800000001")]), VerifyError::NotYetValid);
    assert!(read(&[("nbf", "1800000000")]).is_ok());
    for value in ["null", "\"0\"", "{}", "-1"] {
        assert_eq!(error(&[("nbf", value)]), malformed("nbf"), "{value}");
    }
    let lenient = verifier(|rules| rules.limits.leeway = Duration::from_secs(30));
    assert!(lenient.read(payload(&[("nbf", "1800000030")])).is_ok());
}

#[test]
fn iat_is_a_date_in_the_past() {
    assert_eq!(error(&[("iat", "1800000001")]), VerifyError::IssuedInFuture);
    assert!(read(&[("iat", "")]).is_ok());
    for value in ["null", "\"x\"", "{}", "-1"] {
        assert_eq!(error(&[("iat", value)]), malformed("iat"), "{value}");
    }
}

#[test]
fn a_lifetime_is_bounded_with_and_without_iat() {
    assert!(read(&[("iat", "1799999995"), ("exp", "1800086395")]).is_ok());
    assert_eq!(error(&[("iat", "1799999995"), ("exp", "1800086396")]), VerifyError::LifetimeTooLong);
    assert_eq!(error(&[("iat", ""), ("exp", "1800086401")]), VerifyError::LifetimeTooLong);
    assert_eq!(error(&[("exp", "1799999990")]), malformed("exp"));
    let unlimited = verifier(|rules| rules.limits.max_lifetime = None);
    assert!(unlimited.read(payload(&[("exp", "253402300799")])).is_ok());
}

#[test]
fn an_age_limit_requires_iat() {
    let aged = |iat: &str| {
        let verifier = verifier(|rules| rules.limits.max_token_age = Some(Duration::from_secs(60)));
        verifier.read(payload(&[("iat", iat)])).map(drop)
    };
    assert_eq!(aged("1799999941"), Ok(()));
    assert_eq!(aged("1799999940"), Err(VerifyError::TooOld));
    assert_eq!(aged(""), Err(missing("iat")));
}

#[test]
fn iss_is_one_string_compared_byte_by_byte() {
    assert_eq!(error(&[("iss", "")]), missing("iss"));
    for value in ["1", "null", "{}", "true", r#"["https://evil.example","https://id.example"]"#] {
        assert_eq!(error(&[("iss", value)]), malformed("iss"), "{value}");
    }
    for value in
        ["https://id.example/", "https://ID.example", "https://id.exampl", "x", "https://id.example\\u0000"]
    {
        assert_eq!(error(&[("iss", &format!("\"{value}\""))]), VerifyError::WrongIssuer, "{value}");
    }
    let any = verifier(|rules| rules.issuers.clear());
    assert!(any.read(payload(&[("iss", "\"https://any.example\"")])).is_ok());
    assert_eq!(any.read(payload(&[("iss", "1")])).map(drop), Err(malformed("iss")));
}

#[test]
fn aud_is_ours_or_a_list_with_ours() {
    assert!(read(&[("aud", r#"["other","orders"]"#)]).is_ok());
    assert_eq!(error(&[("aud", "")]), missing("aud"));
    for value in ["1", "null", "{}", "true", r#"["orders",1]"#, r#"[["orders"]]"#] {
        assert_eq!(error(&[("aud", value)]), malformed("aud"), "{value}");
    }
    for value in ["[]", "\"\"", "\"Orders\"", "\"order\"", "\"orders other\"", r#"["other"]"#] {
        assert_eq!(error(&[("aud", value)]), VerifyError::WrongAudience, "{value}");
    }
    let any = verifier(|rules| rules.audience = Audience::Any);
    assert!(any.read(payload(&[("aud", "")])).is_ok());
    assert_eq!(any.read(payload(&[("aud", "1")])).map(drop), Err(malformed("aud")));
}

#[test]
fn sub_jti_and_client_id_are_strings() {
    for name in ["sub", "jti", "client_id"] {
        for value in ["42", "null", "{}", "[]", "true"] {
            assert_eq!(error(&[(name, value)]), malformed(name), "{name} {value}");
        }
    }
    assert_eq!(error(&[("sub", "")]), missing("sub"));
    assert_eq!(error(&[("sub", "\"\"")]), malformed("sub"));
}

#[test]
fn the_subject_may_be_another_claim() {
    let other = |changes: &[(&str, &str)]| {
        let verifier = verifier(|rules| rules.subject_claim = "user".to_owned());
        verifier.read(payload(changes)).map(|verified| verified.into_parts().0.subject().unwrap().to_owned())
    };
    assert_eq!(other(&[("user", "\"bob\""), ("sub", "")]), Ok("bob".to_owned()));
    assert_eq!(other(&[("user", "\"bob\""), ("sub", "1")]), Err(malformed("sub")));
    assert_eq!(other(&[]), Err(missing("user")));
    assert_eq!(other(&[("user", "\"\"")]), Err(malformed("user")));
    for value in ["null", "true", "{}", "[]", r#"["bob"]"#, r#"{"id":"bob"}"#] {
        assert_eq!(other(&[("user", value)]), Err(malformed("user")), "{value}");
    }
}

#[test]
fn required_claims_are_there_and_not_null() {
    let requiring = |changes: &[(&str, &str)]| {
        let verifier = verifier(|rules| rules.required_claims.push("tenant".to_owned()));
        verifier.read(payload(changes)).map(drop)
    };
    assert_eq!(requiring(&[("tenant", "0")]), Ok(()));
    assert_eq!(requiring(&[("tenant", "null")]), Err(missing("tenant")));
    assert_eq!(requiring(&[]), Err(missing("tenant")));
}

#[test]
fn the_access_token_profile_requires_the_claims_of_rfc_9068() {
    let profile = |changes: &[(&str, &str)]| {
        let mut all = vec![("client_id", "\"web\""), ("jti", "\"t1\"")];
        all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        all.extend(changes);
        let verifier = verifier(|rules| rules.profile = TokenProfile::AccessToken);
        verifier.read(payload(&all)).map(drop)
    };
    assert_eq!(profile(&[]), Ok(()));
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_eq!(profile(&[(name, "")]), Err(missing(name)), "{name}");
    }
}

#[test]
fn a_token_bound_to_a_key_is_not_a_bearer_token() {
    for value in [r#"{"jkt":"x"}"#, r#"{"x5t#S256":"x"}"#, "{}", "null"] {
        assert_eq!(error(&[("cnf", value)]), VerifyError::SenderConstrained, "{value}");
    }
}

#[test]
fn expired_means_that_nothing_else_is_wrong() {
    let expired = [("exp", "1799999999"), ("iat", "1799999000")];
    assert_eq!(error(&expired), VerifyError::Expired);
    for other in
        [("aud", "\"other\""), ("iss", "\"other\""), ("cnf", "{}"), ("sub", ""), ("nbf", "1800000001")]
    {
        assert_ne!(error(&[expired[0], expired[1], other]), VerifyError::Expired, "{other:?}");
    }
}

#[test]
fn a_claim_of_the_wrong_type_grants_nothing() {
    for value in ["1", "null", "{}", "true", r#"["a",1]"#, r#"[["a"]]"#] {
        let (_, scopes, _) = read(&[("scope", value)]).unwrap().into_parts();
        assert!(scopes.is_empty(), "{value}");
        let (_, _, roles) = read(&[("realm", &format!(r#"{{"roles":{value}}}"#))]).unwrap().into_parts();
        assert!(roles.is_empty(), "{value}");
    }
}

#[test]
fn a_role_may_hold_spaces_and_a_scope_may_not() {
    let (_, scopes, roles) =
        read(&[("scope", "\"a b\""), ("realm", r#"{"roles":["Site Admin"]}"#)]).unwrap().into_parts();
    assert!(scopes.contains("a") && scopes.contains("b") && !scopes.contains("a b"));
    assert!(roles.contains("Site Admin") && !roles.contains("Site"));
}

#[test]
fn a_clock_before_1970_is_not_a_verdict() {
    let mut verifier = verifier(|_| {});
    verifier.clock = Arc::new(Fixed(SystemTime::UNIX_EPOCH - Duration::from_secs(1)));
    assert_eq!(verifier.read(payload(&[])).map(drop), Err(VerifyError::ClockBefore1970));
}

#[test]
fn text_that_is_not_utf_8_is_not_a_payload() {
    assert_eq!(decode(base64url::encode(b"{\"x\":\"\xff\"}").as_bytes()), None);
    assert_eq!(decode(base64url::encode("{}").as_bytes()).as_deref(), Some("{}"));
}

#[test]
fn a_string_with_escapes_is_read_as_what_it_says() {
    let (claims, _, _) = read(&[("sub", r#""\u0061lice""#)]).unwrap().into_parts();
    assert_eq!(claims.subject(), Some("alice"));
}

fn token(header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let key = jsonwebtoken::EncodingKey::from_secret(&crate::keys::tests::secret(7)).unwrap();
    let signer =
        (crate::keys::tests::backend::provider().signer_factory)(&jsonwebtoken::Algorithm::HS256, &key)
            .unwrap();
    format!("{signed}.{}", base64url::encode(signer.try_sign(signed.as_bytes()).unwrap()))
}

#[test]
fn a_known_header_changes_no_answer() {
    let verifier = verifier(|_| {});
    let header = r#"{"alg":"HS256"}"#;
    let answers = || {
        [
            token(header, &payload(&[])),
            token(header, &payload(&[("aud", "\"other\"")])),
            token(header, "[]"),
            token(r#"{"alg":"HS256","crit":["x"]}"#, &payload(&[])),
            token(r#"{"alg":"HS384"}"#, &payload(&[])),
            token(header, &payload(&[])).replacen('.', ".A", 1),
        ]
        .map(|token| verifier.verify(token.as_bytes()).map(drop))
    };
    let cold = answers();
    assert_eq!(cold[0], Ok(()));
    assert_eq!(cold, answers());
    assert!(cold[1..].iter().all(Result::is_err));
}

#[test]
fn the_signature_is_checked_before_the_claims_are_read() {
    let token = format!(
        "{}.{}.{}",
        base64url::encode(br#"{"alg":"HS256"}"#),
        base64url::encode("not json"),
        base64url::encode([0; 32])
    );
    assert_eq!(verifier(|_| {}).verify(token.as_bytes()).map(drop), Err(VerifyError::BadSignature));
}
