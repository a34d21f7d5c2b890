//! A session reads as the claims of a token, and a payload cannot change the registered ones.

use serde_json::{Value, json};

use super::*;
use crate::claims::registered::PAYLOAD_LIMITS;
use crate::opaque::{OpaqueCaller, Resolve as _, Resolved};
use crate::session::SessionErrorKind;

async fn identified(place: &SessionPlace, id: &SessionId) -> OpaqueCaller {
    match place.here.resolve(id.as_str()).await.unwrap() {
        Resolved::Caller(caller) => caller,
        Resolved::Replaced(_) | Resolved::Nothing => panic!("there is no session"),
    }
}

async fn claims(payload: Value) -> Value {
    let place = SessionPlace::new();
    let session = NewSession::new("alice").scopes(["a", "b"]).roles(["Site Admin"]).payload(payload);
    let id = place.here.create(session).await.unwrap();
    place.clock.advance(MINUTE);
    let identity = identified(&place, &id).await;
    assert_eq!(
        (identity.scopes.to_string(), identity.roles.to_string()),
        ("a b".to_owned(), "Site Admin".to_owned())
    );
    assert!(crate::json::parse_object(&identity.claims, PAYLOAD_LIMITS).is_ok());
    serde_json::from_str(&identity.claims).unwrap()
}

fn plain() -> Value {
    json!({"sub": "alice", "scope": "a b", "roles": ["Site Admin"], "auth_time": NOW, "iat": NOW, "exp": NOW + 60 + 1800})
}

#[tokio::test]
async fn the_members_of_the_payload_are_claims() {
    let mut expected = plain();
    expected["tenant"] = "acme".into();
    expected["realm"] = json!({"name": ["x", 1.5, null]});
    assert_eq!(claims(json!({"tenant": "acme", "realm": {"name": ["x", 1.5, null]}})).await, expected);
    for payload in [json!(null), json!([1]), json!("text"), json!(5), json!({})] {
        assert_eq!(claims(payload).await, plain());
    }
}

#[tokio::test]
async fn no_payload_makes_its_caller_another_person_or_fresh() {
    let payload = json!({
        "sub": "root", "scope": "admin", "roles": ["admin"], "iat": 0, "exp": 9_999_999_999_u64, "nbf": 0, "iss": "x",
        "aud": "x", "jti": "x", "sid": "x", "fresh": true, "auth_time": 9_999_999_999_u64, "acr": "gold",
        "amr": ["mfa"], "client_id": "x", "typ": "at+jwt", "cnf": {}, "csrf": "x", "renew": {},
    });
    assert_eq!(claims(payload).await, plain());
}

#[tokio::test]
async fn a_session_that_grants_nothing_has_no_such_claim() {
    let place = SessionPlace::new();
    let id = place.here.create(NewSession::new("alice")).await.unwrap();
    let identity = identified(&place, &id).await;
    let claims: Value = serde_json::from_str(&identity.claims).unwrap();
    assert_eq!(claims, json!({"sub": "alice", "auth_time": NOW, "iat": NOW, "exp": NOW + 1800}));
}

#[tokio::test]
async fn a_payload_that_guards_would_read_otherwise_is_refused() {
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    let looks_like_a_number = json!({"$serde_json::private::Number": "5"});
    let place = SessionPlace::new();
    let id = place.alice().await;
    for payload in [deep, looks_like_a_number] {
        let error = place.here.create(NewSession::new("alice").payload(&payload)).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Payload);
        let error = place.here.update(id.as_str(), &payload).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Payload);
    }
    assert_eq!(place.here.read(id.as_str()).await.unwrap().unwrap().payload_json(), "\"a basket\"");
}

#[tokio::test]
async fn a_session_says_how_and_when_its_person_logged_in_also_after_a_rotation() {
    let place = SessionPlace::new();
    let login = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW - 3_600);
    let session = NewSession::new("alice").auth_time(login).acr("urn:example:mfa").amr(["pwd", "otp"]);
    let id = place.here.create(session).await.unwrap();
    place.clock.advance(MINUTE);
    let id = place.here.rotate(id.as_str()).await.unwrap().unwrap();
    let caller = identified(&place, &id).await;
    let claims: Value = serde_json::from_str(&caller.claims).unwrap();
    assert_eq!(claims["auth_time"], NOW - 3_600);
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:example:mfa"), &json!(["pwd", "otp"])));
    // An hour at the identity provider is more than the 15 minutes of `fresh_for`.
    assert!(!caller.is_fresh);
    let read = place.here.read(id.as_str()).await.unwrap().unwrap();
    assert_eq!((read.auth_time(), read.acr()), (login, Some("urn:example:mfa")));
    assert_eq!(read.amr().collect::<Vec<_>>(), ["pwd", "otp"]);
}

#[tokio::test]
async fn an_update_and_a_use_do_not_renew_the_time_of_the_login() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.clock.advance(MINUTE * 10);
    place.here.update(id.as_str(), "another basket").await.unwrap();
    let claims: Value = serde_json::from_str(&identified(&place, &id).await.claims).unwrap();
    assert_eq!(claims["auth_time"], NOW);
}

#[tokio::test]
async fn a_time_of_the_login_that_is_ahead_of_the_session_does_not_keep_it_fresh() {
    let place = SessionPlace::new();
    let ahead = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 86_400);
    let id = place.here.create(NewSession::new("alice").auth_time(ahead)).await.unwrap();
    place.clock.advance(MINUTE * 16);
    assert!(!identified(&place, &id).await.is_fresh);
}

#[tokio::test]
async fn an_acr_that_no_challenge_can_name_is_refused() {
    let place = SessionPlace::new();
    for session in
        [NewSession::new("a").acr("two words"), NewSession::new("a").acr(""), NewSession::new("a").amr([""])]
    {
        let error = place.here.create(session).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Name);
    }
}
