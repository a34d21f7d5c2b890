//! A failing store is an error and never a verdict, and messages reveal nothing about users.

use std::error::Error as _;
use std::fmt::Debug;

use serde_json::Value;

use super::*;
use crate::session::SessionErrorKind;

#[tokio::test]
async fn a_store_that_fails_is_an_error_whichever_call_it_fails_at() {
    // A use that writes is nine loads and a write: the session, its mark and both generations, all again, the write, the mark.
    for (good, works) in (0..11).map(|good| (good, good == 10)) {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.clock.advance(MINUTE);
        place.shelf.fail_once_after(good);
        let answer = place.here.read(id.as_str()).await;
        if works {
            assert!(answer.unwrap().is_some());
        } else {
            let error = answer.expect_err(&format!("{good} calls succeeded"));
            assert_eq!(error.kind(), SessionErrorKind::Store);
            assert_eq!(error.source().unwrap().to_string(), shelf::AWAY);
        }
    }
}

#[tokio::test]
async fn every_operation_says_that_the_store_failed() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.shelf.fail_after(0);
    let id = id.as_str();
    let errors = [
        place.here.create(NewSession::new("alice")).await.unwrap_err(),
        place.here.read(id).await.unwrap_err(),
        place.here.update(id, 1).await.unwrap_err(),
        place.here.rotate(id).await.unwrap_err(),
        place.here.delete(id).await.unwrap_err(),
        place.here.delete_all("alice").await.unwrap_err(),
        place.here.delete_everybody().await.unwrap_err(),
        place.here.read(&"A".repeat(43)).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.kind() == SessionErrorKind::Store));
    assert!(crate::opaque::Resolve::resolve(&place.here, id).await.is_err());
    place.shelf.recover();
    assert!(place.here.read(id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_logout_that_fails_can_be_repeated() {
    for good in 0..3 {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.shelf.fail_after(good);
        place.here.delete(id.as_str()).await.unwrap_err();
        place.shelf.recover();
        place.here.delete(id.as_str()).await.unwrap();
        assert!(!place.is_alive(&id).await, "{good}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_an_error() {
    for text in
        ["", "{}", "null", r#"{"session":{"subject":"alice"}}"#, r#""ended""#, r#"{"generation":"x"}"#]
    {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.shelf.change(|record| {
            record.data.insert("jwt_guard".to_owned(), Value::String(text.to_owned()));
        });
        let error = place.here.read(id.as_str()).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Record, "{text}");
    }
}

#[tokio::test]
async fn a_mark_that_cannot_be_read_is_an_error() {
    let place = SessionPlace::new();
    place.here.delete_all("alice").await.unwrap();
    let entry = |text: &str| Value::String(text.to_owned());
    place.shelf.change(|record| drop(record.data.insert("jwt_guard".to_owned(), entry("{}"))));
    let error = place.here.create(NewSession::new("alice")).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Record);
}

#[tokio::test]
async fn nothing_that_is_shown_tells_an_id_a_subject_or_a_payload() {
    let place = SessionPlace::new();
    let session = || NewSession::new("alice@home").roles(["clerk"]).payload([("card", "4111-1111")]);
    let id = place.here.create(session()).await.unwrap();
    let data = place.here.read(id.as_str()).await.unwrap().unwrap();
    let cookie = place.here.set_cookie(&id);
    let builder = Sessions::builder(place.shelf.clone());
    assert!(format!("{:?}", place.shelf).contains("alice@home"), "the store shows everything");
    let mut things: Vec<(&str, &dyn Debug)> = vec![
        ("Sessions { limits: SessionLimits { idle: 1800s, ", &place.here),
        ("SessionsBuilder { limits: SessionLimits { idle: 1800s, ", &builder),
        ("SessionId(..)", &id),
        (r#"SessionData { scopes: {}, roles: {"clerk"}, .. }"#, &data),
        ("Sensitive", &cookie),
    ];
    let (new, wrong_type) = (session(), data.payload::<u8>().unwrap_err());
    let in_the_middle = data.payload::<Vec<(String, u8)>>().unwrap_err();
    place.shelf.fail_after(0);
    let down = place.here.read(id.as_str()).await.unwrap_err();
    place.shelf.recover();
    place.shelf.change(|record| drop(record.data.insert("jwt_guard".to_owned(), Value::Null)));
    let broken = place.here.read(id.as_str()).await.unwrap_err();
    let illegal = NewSession::new("alice@home\n4111-1111").checked().err().unwrap();
    let messages = [
        (SessionErrorKind::Payload, "the payload is not of the type asked for (data error at line 1 column "),
        (SessionErrorKind::Payload, "the payload is not of the type asked for (data error at line 1 column "),
        (SessionErrorKind::Store, "the session store could not answer"),
        (SessionErrorKind::Record, "the session store holds a record that is not of this kind or version"),
        (SessionErrorKind::Name, "the subject"),
    ];
    let errors = [wrong_type, in_the_middle, down, broken, illegal];
    things.push(("NewSession(..)", &new));
    let begins =
        messages.map(|(kind, message)| format!("SessionError {{ kind: {kind:?}, message: \"{message}"));
    things.extend(begins.iter().map(String::as_str).zip(errors.iter().map(|error| error as &dyn Debug)));
    for (begin, thing) in &things {
        assert!(format!("{thing:?}").starts_with(begin), "{thing:?}");
    }
    let mut shown: Vec<String> = things.iter().map(|(_, thing)| format!("{thing:?} {thing:#?}")).collect();
    for ((_, message), error) in messages.iter().zip(&errors) {
        assert!(error.to_string().starts_with(message), "{error}");
        shown.push(error.to_string());
    }
    for text in shown {
        for secret in ["alice", "4111", "card", id.as_str(), &id.as_str()[..8]] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
