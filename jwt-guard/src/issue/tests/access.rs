//! Access tokens: their claims, and the claims that an application cannot set.

use serde_json::json;

use super::super::names::check_claim;
use super::*;

#[test]
fn an_access_token_has_the_claims_of_rfc_9068() {
    let issuer = issuer(|builder| builder);
    let token = issuer.access("alice").scopes(["a", "b"]).roles(["clerk", "Site Admin"]).sign().unwrap();
    assert_eq!(segment(&token, 0), json!({"alg": "HS256", "typ": "at+jwt"}));
    let expected = json!({
        "iss": "https://id.example", "sub": "alice", "aud": "orders", "client_id": "orders", "iat": NOW,
        "exp": NOW + 900, "jti": token.id(), "scope": "a b", "roles": ["clerk", "Site Admin"]
    });
    assert_eq!(claims(&token), expected);
    assert_eq!(token.expires_in(), Duration::from_secs(900));
    assert_eq!(token.expires_at().duration_since(token.issued_at()).unwrap(), token.expires_in());
    assert_eq!((token.family(), token.csrf()), (None, None));
}

#[test]
fn an_access_token_passes_as_one_and_as_nothing_else() {
    let issuer = issuer(|builder| builder);
    let token = issuer.access("alice").scopes(["a", "b"]).roles(["clerk"]).sign().unwrap();
    for profile in [TokenProfile::AccessToken, TokenProfile::Classic] {
        let verified = verifier(&issuer, profile).verify(token.as_str().as_bytes()).unwrap().into_identity();
        let identity = verified;
        let Identity { claims, scopes, roles, .. } = &*identity;
        assert_eq!((claims.subject(), claims.token_id()), (Some("alice"), Some(token.id())));
        assert_eq!((scopes.to_string(), roles.to_string()), ("a b".to_owned(), "clerk".to_owned()));
    }
    assert_eq!(verify(&issuer, refresh_profile(), &token).err(), Some(VerifyError::WrongType));
}

#[test]
fn every_algorithm_issues_tokens_that_verify() {
    macro_rules! pem {
        ($name:literal) => {
            include_str!(concat!("../../../../tests/fixtures/keys/", $name, ".private.pem"))
        };
    }
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    let asymmetric = [
        (pem!("rsa-2048"), &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512][..]),
        (pem!("p256"), &[Es256]),
        (pem!("p384"), &[Es384]),
        (pem!("ed25519"), &[EdDsa]),
    ];
    let asymmetric = asymmetric.iter().flat_map(|(pem, algorithms)| {
        algorithms.iter().map(move |algorithm| SigningKey::pem(*algorithm, pem).unwrap())
    });
    let secrets = [Hs256, Hs384, Hs512]
        .map(|algorithm| SigningKey::secret(algorithm, crate::keys::tests::secret(7)).unwrap());
    let keys: Vec<_> = asymmetric.chain(secrets).collect();
    assert_eq!(keys.len(), 12);
    for key in keys {
        let algorithm = key.algorithm();
        let builder = TokenIssuer::builder(key.with_id("k\"1"));
        let issuer = builder
            .issuer("https://id.example")
            .audience("orders")
            .clock(ManualClock::new())
            .build()
            .unwrap();
        let pair = issuer.pair("alice").sign().unwrap();
        assert_eq!(
            segment(pair.access(), 0),
            json!({"alg": algorithm.name(), "typ": "at+jwt", "kid": "k\"1"})
        );
        assert!(verify(&issuer, TokenProfile::AccessToken, pair.access()).is_ok(), "{algorithm}");
        assert!(verify(&issuer, refresh_profile(), pair.refresh()).is_ok(), "{algorithm}");
    }
}

#[test]
fn no_two_tokens_have_the_same_name() {
    let issuer = issuer(|builder| builder);
    let tokens = [(); 2].map(|()| issuer.access("alice").sign().unwrap());
    assert_ne!(tokens[0].id(), tokens[1].id());
    assert_eq!(tokens[0].id().len(), 22);
}

#[test]
fn a_login_is_fresh_and_everything_else_is_not() {
    let issuer = issuer(|builder| builder);
    let fresh = claims(&issuer.access("alice").fresh().sign().unwrap());
    assert_eq!((&fresh["fresh"], &fresh["auth_time"]), (&json!(true), &json!(NOW)));
    let stale = claims(&issuer.access("alice").sign().unwrap());
    assert_eq!((stale.get("fresh"), stale.get("auth_time")), (None, None));
}

#[test]
fn a_token_says_how_and_when_its_person_logged_in() {
    let issuer = issuer(|builder| builder);
    let earlier = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW - 3_600);
    let login = issuer.access("alice").fresh().auth_time(earlier).acr("urn:example:mfa").amr(["pwd", "otp"]);
    let claims = claims(&login.sign().unwrap());
    assert_eq!((&claims["auth_time"], &claims["acr"]), (&json!(NOW - 3_600), &json!("urn:example:mfa")));
    assert_eq!(claims["amr"], json!(["pwd", "otp"]));
    for acr in ["", "two words", "a\"b", "\u{e9}"] {
        let error = issuer.access("alice").acr(acr).sign().unwrap_err();
        assert_eq!(error.kind(), IssueErrorKind::Name, "{acr:?}");
        assert!(error.to_string().contains("RFC 9470"), "{error}");
    }
    assert_eq!(issuer.access("alice").amr([""]).sign().unwrap_err().kind(), IssueErrorKind::Name);
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(issuer.access("alice").auth_time(before).sign().unwrap_err().kind(), IssueErrorKind::Clock);
}

#[test]
fn setters_replace_what_was_said_before() {
    let token = issuer(|builder| builder.client_id("web"))
        .access("alice")
        .scopes(["a"])
        .scopes(["b", "b"])
        .roles(["a"])
        .roles::<&str>([])
        .audience(["billing", "orders"])
        .client_id("app")
        .family("f1")
        .claim("tenant", "acme")
        .claim("tenant", "other")
        .csrf()
        .lifetime(Duration::from_millis(61_900))
        .sign()
        .unwrap();
    let expected = json!({
        "iss": "https://id.example", "sub": "alice", "aud": ["billing", "orders"], "client_id": "app", "iat": NOW,
        "exp": NOW + 61, "jti": token.id(), "scope": "b", "sid": "f1", "tenant": "other", "csrf": token.csrf()
    });
    assert_eq!(claims(&token), expected);
    assert_eq!((token.family(), token.csrf().map(str::len)), (Some("f1"), Some(22)));
}

#[test]
fn claims_that_the_issuer_sets_cannot_be_overwritten() {
    let issuer = issuer(|builder| builder.subject_claim("user"));
    let reserved = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "sid",
        "scope",
        "scp",
        "roles",
        "fresh",
        "auth_time",
        "acr",
        "amr",
        "client_id",
        "typ",
        "cnf",
        "csrf",
        "renew",
        "user",
    ];
    for name in reserved {
        let part = format!("`{name}` is set by the issuer");
        refused(issuer.access("alice").claim(name, 1).sign(), IssueErrorKind::Claim, &part);
        refused(issuer.access("alice").claims(json!({name: 1})).sign(), IssueErrorKind::Claim, &part);
        refused(issuer.refresh("alice").claim(name, 1).sign(), IssueErrorKind::Claim, &part);
        refused(issuer.pair("alice").claim(name, 1).sign(), IssueErrorKind::Claim, &part);
    }
    refused(issuer.access("alice").claim("scp", ["a"]).sign(), IssueErrorKind::Claim, "use `.scopes(..)`");
    assert!(check_claim("Sub", None).is_ok());
    assert_eq!(claims(&issuer.access("alice").sign().unwrap())["user"], "alice");
}

#[test]
fn claims_of_a_type_are_its_members() {
    #[derive(serde::Serialize)]
    struct Tenant {
        tenant: &'static str,
        level: u8,
    }
    let issuer = issuer(|builder| builder);
    let token = issuer.access("alice").claims(Tenant { tenant: "acme", level: 3 }).sign().unwrap();
    assert_eq!((&claims(&token)["tenant"], &claims(&token)["level"]), (&json!("acme"), &json!(3)));
    refused(issuer.access("alice").claims([1]).sign(), IssueErrorKind::Claim, "expected a struct or a map");
    let no_json = std::collections::HashMap::from([((1, 2), 3)]);
    refused(issuer.access("alice").claim("map", no_json).sign(), IssueErrorKind::Claim, "not JSON");
}

#[test]
fn a_claim_that_guards_do_not_read_is_not_issued() {
    let issuer = issuer(|builder| builder);
    let nested = |levels| (0..levels).fold(json!(1), |value, _| json!([value]));
    let token = issuer.access("alice").claim("deep", nested(31)).sign().unwrap();
    assert!(verify(&issuer, TokenProfile::AccessToken, &token).is_ok());
    refused(issuer.access("alice").claim("deep", nested(32)).sign(), IssueErrorKind::Claim, "32 levels");
    refused(issuer.access("alice").claim("", 1).sign(), IssueErrorKind::Claim, "empty name");
    let long = "x".repeat(6000);
    assert!(issuer.access("alice").claim("long", &long[..5500]).sign().is_ok());
    refused(issuer.access("alice").claim("long", long).sign(), IssueErrorKind::TooLong, "at most 8192");
}

#[test]
fn a_lifetime_is_at_least_a_second_and_not_too_long() {
    let issuer = issuer(|builder| builder);
    let of = |lifetime| issuer.access("alice").lifetime(lifetime).sign();
    for lifetime in [Duration::ZERO, Duration::from_millis(999)] {
        refused(of(lifetime), IssueErrorKind::Lifetime, "shorter than a second");
    }
    assert_eq!(of(Duration::from_secs(1)).unwrap().expires_in(), Duration::from_secs(1));
    assert!(of(Duration::from_secs(86_400)).is_ok());
    for lifetime in [Duration::from_secs(86_401), Duration::MAX] {
        refused(of(lifetime), IssueErrorKind::Lifetime, "at most 86400 s");
    }
    let refresh = issuer.refresh("alice").lifetime(Duration::ZERO).sign();
    refused(refresh, IssueErrorKind::Lifetime, "shorter than a second");
    refused(issuer.pair("alice").lifetime(Duration::ZERO).sign(), IssueErrorKind::Lifetime, "shorter");
    refused(
        issuer.pair("alice").refresh_lifetime(Duration::ZERO).sign(),
        IssueErrorKind::Lifetime,
        "shorter",
    );
}

#[test]
fn illegal_names_are_refused() {
    let issuer = issuer(|builder| builder);
    let token = || issuer.access("alice");
    let name = IssueErrorKind::Name;
    refused(issuer.access("").sign(), name, "the subject is empty");
    refused(issuer.access("a\nb").sign(), name, "the subject has a control character");
    for scope in ["", "a b", "a\"", "a\\", "\u{e9}", "a\n"] {
        refused(token().scopes([scope]).sign(), name, "RFC 6749");
    }
    for role in ["", "a\nb"] {
        refused(token().roles([role]).sign(), name, "name of a role");
    }
    refused(token().audience([""]).sign(), name, "the audience is empty");
    refused(token().audience::<&str>([]).sign(), name, "the audience is empty");
    refused(token().family("").sign(), name, "id of the family");
    refused(token().client_id("").sign(), name, "client id");
    // The first problem is the one that is told.
    refused(token().scopes([""]).claim("sub", 1).sign(), name, "RFC 6749");
}

#[test]
fn a_clock_out_of_range_issues_nothing() {
    #[derive(Debug)]
    struct Fixed(SystemTime);
    impl Clock for Fixed {
        fn now(&self) -> SystemTime {
            self.0
        }
    }
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let after = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    for time in [before, after] {
        let issuer = issuer(|builder| builder.clock(Fixed(time)));
        refused(issuer.access("alice").sign(), IssueErrorKind::Clock, "set the clock");
    }
}

#[test]
fn nothing_of_a_token_is_shown() {
    let issuer = issuer(|builder| builder);
    let builder = issuer.pair("alice-hunter2").claim("tenant", "acme-hunter2").csrf();
    let mut shown = format!("{builder:?} {issuer:?} {:?}", TokenIssuer::builder(key()));
    let pair = builder.sign().unwrap();
    shown += &format!("{pair:?} {:?} {:#?}", pair.access(), pair.refresh());
    let secrets = [
        "hunter2",
        pair.access().as_str(),
        pair.refresh().as_str(),
        pair.access().id(),
        pair.refresh().csrf().unwrap(),
        pair.access().family().unwrap(),
    ];
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("IssuedToken(..)") && shown.contains("TokenPair(..)"));
}

#[test]
fn an_id_of_the_application_is_that_of_the_access_token_alone() {
    let issuer = issuer(|issuer| issuer);
    let token = issuer.access("alice").token_id("order-7").sign().unwrap();
    assert_eq!((token.id(), &claims(&token)["jti"]), ("order-7", &"order-7".into()));
    assert_eq!(verify(&issuer, TokenProfile::AccessToken, &token).unwrap().token_id(), Some("order-7"));
    let pair = issuer.pair("alice").token_id("order-8").sign().unwrap();
    assert_eq!(pair.access().id(), "order-8");
    assert_ne!(pair.refresh().id(), "order-8");
    for bad in ["", "a\nb"] {
        refused(issuer.access("alice").token_id(bad).sign(), IssueErrorKind::Name, "id of the token");
    }
    assert!(issuer.access("alice").claim("jti", "order-9").sign().is_err());
}

#[test]
fn a_parameter_of_the_header_stands_beside_those_of_every_token() {
    let issuer = issuer(|issuer| issuer);
    let token = issuer.access("alice").header("tenant", "acme").header("v", 2).sign().unwrap();
    let header = segment(&token, 0);
    assert_eq!((&header["tenant"], &header["v"]), (&"acme".into(), &2.into()));
    let usual = segment(&issuer.access("alice").sign().unwrap(), 0);
    for (name, value) in usual.as_object().unwrap() {
        assert_eq!(&header[name], value);
    }
    assert!(verify(&issuer, TokenProfile::AccessToken, &token).is_ok());
}

#[test]
fn no_parameter_of_the_header_changes_what_the_token_is() {
    let issuer = issuer(|issuer| issuer);
    for name in [
        "alg", "typ", "kid", "crit", "cty", "jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256", "b64", "enc",
        "zip", "",
    ] {
        refused(issuer.access("alice").header(name, "none").sign(), IssueErrorKind::Name, "parameter");
    }
    let long = issuer.access("alice").header("more", "x".repeat(3000)).sign();
    refused(long, IssueErrorKind::TooLong, "2048");
}
