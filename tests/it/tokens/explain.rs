//! The explanation of a token: every check with its outcome, as the verification makes them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use jwt_guard::explain::{Check, Explanation, Outcome, RefusalCode};
use jwt_guard::setup::{Builder, Clock, HasAudience, HasKeys};
use jwt_guard::store::TokenInfo;
use jwt_guard::{Algorithm, Claims, JwtGuard, TrustedIssuer};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::key_server::KeyServer;
use jwt_guard_tests::{ISSUER, ManualClock, Payload, SigningKey, guard, hs256, token};
use serde_json::{Value, json};

fn made(explanation: &Explanation, outcome: &Outcome) -> Vec<Check> {
    let checks = explanation.checks().iter().filter(|checked| checked.outcome() == outcome);
    checks.map(|checked| checked.check()).collect()
}

/// The checks for which [`builder`] sets a rule.
fn without_client(checks: &[Check]) -> Vec<Check> {
    checks.iter().copied().filter(|check| *check != Check::Client).collect()
}

fn builder() -> Builder<HasKeys, HasAudience> {
    guard(Algorithm::Hs256)
        .revocation(|_: &TokenInfo<'_>| false)
        .issuer(ISSUER)
        .required_claim("tenant")
        .max_token_age(std::time::Duration::from_secs(3600))
}

fn whole() -> Payload {
    Payload::good().with("tenant", "\"acme\"").with("jti", "\"t1\"")
}

#[test]
fn a_good_token_passes_every_check() {
    let guard = builder().build().unwrap();
    let token = SigningKey::of(Algorithm::Hs256).token(&whole());
    // The second time its header is known.
    for _ in 0..2 {
        let explanation = guard.explain(&token);
        assert!(explanation.is_accepted() && explanation.failure().is_none(), "{explanation}");
        assert_eq!(explanation.code(), None);
        assert_eq!(made(&explanation, &Outcome::NotConfigured), [Check::Client]);
        assert_eq!(made(&explanation, &Outcome::Passed), without_client(Check::ALL));
    }
}

#[test]
fn a_check_without_a_rule_has_not_passed() {
    let explanation =
        guard(Algorithm::Hs256).build().unwrap().explain(&token(&[("iss", "\"https://id.example\"")]));
    assert!(explanation.is_accepted(), "{explanation}");
    let open = [Check::Issuer, Check::Client, Check::RequiredClaims];
    assert_eq!(made(&explanation, &Outcome::NotConfigured), open);
    assert!(explanation.to_string().contains("no rule      issuer\n"), "{explanation}");
    let value = serde_json::to_value(&explanation).unwrap();
    let outcomes = value["checks"].as_array().unwrap().iter();
    let issuer: Vec<_> = outcomes.filter(|check| check["check"] == "issuer").collect();
    assert_eq!(issuer, [&json!({ "check": "issuer", "outcome": "not_configured" })]);
    // A malformed name is refused without a rule, too.
    let refused = guard(Algorithm::Hs256).build().unwrap().explain(&token(&[("iss", "1")]));
    assert_eq!(refused.failure().unwrap().0, Check::Issuer);
}

#[test]
fn every_check_can_refuse_and_those_before_it_have_passed() {
    let key = SigningKey::of(Algorithm::Hs256);
    let guard = builder().build().unwrap();
    let header = |header: &str| key.token_of(header, whole().to_string().as_bytes());
    let claim = |name: &str, value: &str| key.token(&whole().with(name, value));
    let cases = [
        (Check::Form, "a.b".to_owned(), RefusalCode::NotAToken),
        (Check::Header, header("x"), RefusalCode::HeaderMalformed),
        (Check::Type, header(&key.header_with("typ", "\"rt+jwt\"")), RefusalCode::WrongType),
        (Check::Algorithm, header(r#"{"alg":"none"}"#), RefusalCode::WrongAlgorithm),
        (Check::Key, header(&key.header_with("kid", "\"x\"")), RefusalCode::UnknownKey),
        (
            Check::Signature,
            SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&whole()),
            RefusalCode::BadSignature,
        ),
        (Check::Payload, key.token_of(&key.header(), b"x"), RefusalCode::PayloadMalformed),
        (Check::Dates, claim("exp", "\"x\""), RefusalCode::ClaimMalformed),
        (Check::Issuer, claim("iss", "\"x\""), RefusalCode::WrongIssuer),
        (Check::Audience, claim("aud", "\"x\""), RefusalCode::WrongAudience),
        (Check::Names, claim("jti", "1"), RefusalCode::ClaimMalformed),
        (Check::Client, claim("client_id", "1"), RefusalCode::ClaimMalformed),
        (Check::Subject, claim("sub", ""), RefusalCode::ClaimMissing),
        (Check::RequiredClaims, claim("tenant", ""), RefusalCode::ClaimMissing),
        (Check::Holder, claim("cnf", "{}"), RefusalCode::SenderConstrained),
        (Check::NotBefore, claim("nbf", "1800000500"), RefusalCode::NotYetValid),
        (Check::IssuedAt, claim("iat", "1800000500"), RefusalCode::IssuedInFuture),
        (Check::Lifetime, claim("exp", "1900000000"), RefusalCode::LifetimeTooLong),
        (
            Check::Expiry,
            key.token(&whole().with("iat", "1799999000").with("exp", "1799999900")),
            RefusalCode::Expired,
        ),
        (Check::Revocable, claim("jti", ""), RefusalCode::ClaimMissing),
    ];
    assert_eq!(cases.iter().map(|(check, ..)| *check).collect::<Vec<_>>(), Check::ALL, "a check is missing");
    for (at, (check, token, code)) in cases.iter().enumerate() {
        let explanation = guard.explain(token);
        let (failed, failure) = explanation.failure().unwrap();
        assert_eq!((failed, failure.code()), (*check, *code), "{explanation}");
        assert_eq!(made(&explanation, &Outcome::Passed), without_client(&Check::ALL[..at]), "{explanation}");
        assert_eq!(made(&explanation, &Outcome::NotReached), Check::ALL[at + 1..], "{explanation}");
    }
}

#[test]
fn with_several_issuers_the_issuer_comes_first_because_it_chooses_the_keys() {
    let trusted = |name: &str, algorithm| {
        TrustedIssuer::new(name).key(SigningKey::of(algorithm).verifying()).audience("orders")
    };
    let guard = JwtGuard::builder()
        .trust(trusted(ISSUER, Algorithm::Hs256))
        .trust(trusted("https://other.example", Algorithm::Es256))
        .clock(ManualClock::new())
        .build()
        .unwrap();
    assert!(guard.explain(&token(&[])).is_accepted());
    let explanation = guard.explain(&token(&[("iss", "\"https://evil.example\"")]));
    assert_eq!(made(&explanation, &Outcome::Passed), [Check::Form]);
    let (check, failure) = explanation.failure().unwrap();
    assert_eq!(check, Check::Issuer);
    assert_eq!(failure.expected(), Some("one of \"https://id.example\", \"https://other.example\""));
    assert_eq!(failure.found(), Some("\"https://evil.example\""));
    assert_eq!(failure.setting(), Some(".issuer(..)"));
}

#[test]
fn a_named_client_is_a_rule_although_no_claim_was_made_required() {
    let trusted = TrustedIssuer::new(ISSUER)
        .key(SigningKey::of(Algorithm::Hs256).verifying())
        .audience("orders")
        .client("web");
    let guard = JwtGuard::builder().trust(trusted).clock(ManualClock::new()).build().unwrap();
    let explanation = guard.explain(&token(&[("client_id", "\"web\"")]));
    assert!(explanation.is_accepted(), "{explanation}");
    assert!(made(&explanation, &Outcome::Passed).contains(&Check::Client), "{explanation}");
    let explanation = guard.explain(&token(&[("client_id", "\"app\"")]));
    assert_eq!(explanation.failure().unwrap().0, Check::Client, "{explanation}");
}

#[test]
fn people_read_a_line_for_each_check_and_tools_an_object() {
    let explanation = hs256().explain(&token(&[("aud", "\"account\"")]));
    let text = explanation.to_string();
    assert!(text.contains("passed       signature\n"), "{text}");
    let line = "FAILED       audience: the token is for another audience (`aud`); expected \"orders\"; found \"account\"; \
                setting .audience(..) [wrong_audience]\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("not reached  expiry\n"), "{text}");
    let object = serde_json::to_value(&explanation).unwrap();
    assert_eq!(object["accepted"], Value::Bool(false));
    assert_eq!(object["checks"][0], json!({ "check": "form", "outcome": "passed" }));
    let failed = object["checks"].as_array().unwrap().iter().find(|check| check["outcome"] == "failed");
    assert_eq!(
        failed.unwrap(),
        &json!({
            "check": "audience",
            "outcome": "failed",
            "code": "wrong_audience",
            "reason": "the token is for another audience (`aud`)",
            "expected": "\"orders\"",
            "found": "\"account\"",
            "setting": ".audience(..)",
        })
    );
    let names: BTreeSet<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
    assert_eq!(names.len(), Check::ALL.len());
    for check in Check::ALL {
        assert_eq!(serde_json::to_value(check).unwrap(), check.as_str());
    }
}

#[test]
fn it_asks_no_store_and_no_loader_and_logs_nothing() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let guard = guard(Algorithm::Hs256)
        .revocation(|_: &TokenInfo<'_>| ASKED.fetch_add(1, Ordering::Relaxed) > 0)
        .load_user(|_: Claims| async {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Some(()))
        })
        .build()
        .unwrap();
    let events = capture();
    assert!(guard.explain(&token(&[("jti", "\"t1\"")])).is_accepted());
    assert!(!guard.explain("a.b.c").is_accepted());
    assert_eq!(events.take().len(), 0);
    assert_eq!(ASKED.load(Ordering::Relaxed), 0);
}

#[test]
fn a_clock_that_panics_is_a_refusal() {
    #[derive(Debug)]
    struct Broken;
    impl Clock for Broken {
        fn now(&self) -> SystemTime {
            panic!("no time")
        }
    }
    let guard = guard(Algorithm::Hs256).clock(Broken).build().unwrap();
    let explanation = guard.explain(&token(&[]));
    assert_eq!(explanation.code(), Some(RefusalCode::Panicked));
    assert_eq!(explanation.failure().unwrap().0, Check::Dates);
}

#[tokio::test]
async fn no_key_is_fetched_for_an_explanation() {
    let issuer = KeyServer::start().await;
    let key = SigningKey::of(Algorithm::Es256);
    issuer.publish(&[("a", &key)]);
    let name = issuer.issuer();
    let guard = JwtGuard::builder()
        .issuer(&name)
        .jwks_url(issuer.url(jwt_guard_tests::key_server::JWKS))
        .danger()
        .loopback_http("a test")
        .audience("orders")
        .clock(ManualClock::new())
        .build()
        .unwrap();
    let token = key.token_by("a", &Payload::good().with("iss", &format!("\"{name}\"")));
    let before = guard.explain(&token);
    assert_eq!(before.code(), Some(RefusalCode::KeysUnavailable), "{before}");
    assert_eq!(before.failure().unwrap().0, Check::Key);
    assert_eq!(issuer.requests(jwt_guard_tests::key_server::JWKS), 0);
    guard.keys().ready().await.unwrap();
    let after = guard.explain(&token);
    assert!(after.is_accepted(), "{after}");
}
