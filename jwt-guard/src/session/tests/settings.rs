//! Settings that leave sessions without an end are refused, all at once.

use super::*;
use crate::session::{SessionCookie, SessionErrorKind};

const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

fn problems(change: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> Vec<String> {
    let error = change(Sessions::builder(Shelf::new())).build().unwrap_err();
    error.problems().collect()
}

#[test]
fn every_session_ends_and_every_problem_is_named() {
    let found = problems(|builder| {
        let cookie = SessionCookie::new().name("a b").max_age(Duration::ZERO);
        builder.idle_timeout(2 * HOUR).absolute_lifetime(Duration::ZERO).cookie(cookie)
    });
    assert_eq!(found.len(), 4, "{found:#?}");
    for (problem, part) in
        found.iter().zip(["`absolute_lifetime` is 0ns", "`idle_timeout` is 7200s", "\"a b\"", "`max_age`"])
    {
        assert!(problem.starts_with("sessions: ") && problem.contains(part), "{problem}");
    }
    assert_eq!(problems(|builder| builder.idle_timeout(Duration::ZERO)).len(), 1);
    assert_eq!(problems(|builder| builder.idle_timeout(13 * HOUR)).len(), 1);
    for name in ["", "__Host-", "a=b", "a;b", "a\r\nb", "\u{e9}"] {
        let found = problems(|builder| builder.cookie(SessionCookie::new().name(name)));
        assert_eq!(found.len(), 1, "{name:?}");
    }
}

#[test]
fn limits_may_be_equal_and_a_year_long() {
    for limit in [SECOND, HOUR, YEAR] {
        let builder = Sessions::builder(Shelf::new()).idle_timeout(limit).absolute_lifetime(limit);
        assert!(builder.build().is_ok(), "{limit:?}");
    }
}

#[tokio::test]
async fn no_time_is_without_end_and_every_one_that_is_too_long_is_named() {
    for long in [YEAR + SECOND, Duration::MAX] {
        let found = problems(|builder| {
            let cookie = SessionCookie::new().max_age(long);
            builder
                .idle_timeout(long)
                .absolute_lifetime(long)
                .fresh_for(long)
                .rotation_grace(long)
                .cookie(cookie)
        });
        let names = ["`idle_timeout`", "`absolute_lifetime`", "`fresh_for`", "`rotation_grace`", "`max_age`"];
        assert_eq!(found.len(), names.len(), "{found:#?}");
        for (problem, name) in found.iter().zip(names) {
            assert!(problem.contains(name) && problem.contains("at most"), "{problem}");
        }
    }
    assert_eq!(problems(|builder| builder.rotation_grace(MINUTE + SECOND)).len(), 1);
    let cookie = SessionCookie::new().max_age(YEAR);
    let builder = Sessions::builder(Shelf::new()).fresh_for(Duration::ZERO).rotation_grace(Duration::ZERO);
    assert!(builder.cookie(cookie).build().is_ok());
}

#[tokio::test]
async fn the_longest_limits_do_not_break_anything() {
    let place = SessionPlace::new();
    let sessions =
        machine(&place.shelf, &place.clock, |builder| builder.idle_timeout(YEAR).absolute_lifetime(YEAR));
    let id = sessions.create(NewSession::new("alice")).await.unwrap();
    assert!(sessions.read(id.as_str()).await.unwrap().is_some());
    sessions.delete_all("alice").await.unwrap();
    assert!(sessions.read(id.as_str()).await.unwrap().is_none());
}

#[tokio::test]
async fn illegal_names_are_refused_and_nothing_is_stored() {
    let place = SessionPlace::new();
    for session in [
        NewSession::new(""),
        NewSession::new("a\nb"),
        NewSession::new("alice").scopes(["a b"]),
        NewSession::new("alice").scopes([""]),
        NewSession::new("alice").scopes(["a", "\u{e9}"]),
        NewSession::new("alice").roles([""]),
        NewSession::new("alice").roles(["a\nadmin"]).roles(["clerk"]),
    ] {
        assert_eq!(place.here.create(session).await.unwrap_err().kind(), SessionErrorKind::Name);
    }
    assert_eq!(place.shelf.calls(), 0);
}
