//! What operators see: the status, the log, and the calls at start-up.

use jwt_guard::TrustedIssuer;
use jwt_guard_tests::events;
use jwt_guard_tests::key_server::{Reply, jwk_set};
use tracing::Level;

use super::*;

#[tokio::test]
async fn the_status_tells_what_is_held_how_old_it_is_and_what_went_wrong() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let status = &guard.keys().status()[0];
    assert_eq!((status.issuer(), status.endpoint()), (ISSUER, Some(issuer.url(JWKS).as_str())));
    assert_eq!((status.is_usable(), status.generation(), status.key_count()), (false, 0, 0));
    assert_eq!((status.age(), status.fetched_at(), status.next_refresh()), (None, None, None));
    guard.keys().ready().await.unwrap();
    clock.advance(secs(60));
    let status = &guard.keys().status()[0];
    assert_eq!((status.is_usable(), status.generation(), status.key_count()), (true, 1, 1));
    assert_eq!((status.age(), status.fetches(), status.failures()), (Some(secs(60)), 1, 0));
    assert!(status.fetched_at().is_some());
    let next = status.next_refresh().unwrap();
    assert!((secs(360)..=secs(480)).contains(&next), "{next:?}");
    issuer.reply(JWKS, Reply::Closes);
    guard.keys().refresh().await.unwrap_err();
    let status = &guard.keys().status()[0];
    assert!(status.last_error().unwrap().contains("no answer"));
    assert_eq!((status.age(), status.fetches(), status.failures()), (Some(secs(60)), 2, 1));
}

#[tokio::test]
async fn keys_of_the_configuration_are_always_ready() {
    let guard = jwt_guard_tests::hs256();
    guard.keys().ready().await.unwrap();
    guard.keys().refresh().await.unwrap();
    let status = &guard.keys().status()[0];
    assert_eq!((status.is_usable(), status.key_count(), status.endpoint()), (true, 1, None));
}

#[tokio::test]
async fn a_start_that_fails_names_every_issuer_without_keys() {
    let (good, bad, worse) = (server().await, KeyServer::start().await, KeyServer::start().await);
    worse.reply(JWKS, Reply::Closes);
    let trusted = |name: &str, server: &KeyServer| {
        TrustedIssuer::new(name).jwks_url(server.url(JWKS)).audience(AUDIENCE)
    };
    let builder = JwtGuard::builder().trust(trusted("bad", &bad)).trust(trusted("good", &good));
    let builder = builder.trust(trusted("worse", &worse)).clock(ManualClock::new());
    let guard = builder.danger().loopback_http(REASON).build().unwrap();
    let error = guard.keys().ready().await.unwrap_err();
    let failures: Vec<_> = error.failures().collect();
    assert_eq!(failures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["bad", "worse"]);
    assert!(failures[0].1.contains("404") && failures[1].1.contains("no answer"), "{error}");
}

#[tokio::test]
async fn calls_of_the_application_are_one_fetch_in_five_seconds() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    for _ in 0..10 {
        guard.keys().refresh().await.unwrap();
    }
    assert_eq!(issuer.heads().len(), 1);
    clock.advance(secs(5));
    guard.keys().refresh().await.unwrap();
    assert_eq!(issuer.heads().len(), 2);
}

#[tokio::test]
async fn the_log_tells_each_change_once_and_nothing_of_what_was_received() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let log = events::capture();
    let levels = |log: &events::Capture| log.take().iter().map(|event| event.level).collect::<Vec<_>>();
    guard.keys().ready().await.unwrap();
    assert_eq!(levels(&log), [Level::INFO], "the first keys");
    issuer.reply(JWKS, Reply::With(500, String::new(), b"a secret of the issuer".to_vec()));
    for failures in 1..4 {
        clock.advance(secs(5));
        let before = guard.keys().status()[0].failures();
        drop(guard.keys().refresh().await);
        assert!(guard.keys().status()[0].failures() > before, "{failures}");
    }
    let events = log.take();
    assert_eq!(events.iter().map(|event| event.level).collect::<Vec<_>>(), [Level::WARN]);
    assert!(events[0].field("error").unwrap().contains("500"));
    assert!(!format!("{events:?}").contains("a secret"));
    clock.advance(secs(3600));
    drop(guard.keys().refresh().await);
    assert_eq!(levels(&log), [Level::ERROR], "past the hard limit");
    clock.advance(secs(5));
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    guard.keys().refresh().await.unwrap();
    assert_eq!(levels(&log), [Level::INFO], "recovered");
    clock.advance(secs(5));
    issuer.publish(&[("b", &key(Algorithm::Es256))]);
    guard.keys().refresh().await.unwrap();
    let event = log.only();
    assert!(
        event.field("added").unwrap().contains('b') && event.field("removed").unwrap().contains('a'),
        "{event:?}"
    );
    issuer.publish(&[]);
    for expected in [vec![Level::WARN], vec![Level::INFO, Level::INFO, Level::WARN], vec![]] {
        clock.advance(secs(15));
        drop(guard.keys().refresh().await);
        assert_eq!(levels(&log), expected, "an empty list, a second one, and a third one");
    }
}

#[tokio::test]
async fn ten_keys_that_cannot_be_used_are_logged_and_the_others_are_counted() {
    let issuer = KeyServer::start().await;
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    guard.keys().ready().await.unwrap();
    let log = events::capture();
    for (number, lines, more) in [(10, 10, None), (13, 10, Some("3"))] {
        let useless = |number| format!(r#",{{"kty":"EC","crv":"P-256","kid":"{number}","x":"AA","y":"AA"}}"#);
        let useless: String = (0..number).map(useless).collect();
        let set = jwk_set(&[("a", &key(Algorithm::Es256))]).replace("]}", &format!("{useless}]}}"));
        issuer.says(JWKS, &set);
        clock.advance(secs(5));
        guard.keys().refresh().await.unwrap();
        let events = log.take();
        assert!(events.iter().all(|event| event.level == Level::WARN), "{events:?}");
        assert_eq!(events.iter().filter(|event| event.field("reason").is_some()).count(), lines);
        assert_eq!(events.iter().find_map(|event| event.field("more")), more);
        assert_eq!(guard.keys().status()[0].skipped().len(), number);
    }
}

#[tokio::test]
async fn a_published_secret_and_new_material_under_an_old_name_are_loud() {
    let issuer = KeyServer::start().await;
    issuer.publish(&[("a", &key(Algorithm::Rs256))]);
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    guard.keys().ready().await.unwrap();
    let log = events::capture();
    let secret = jwt_guard_tests::base64url(SigningKey::secret());
    let oct = format!(r#"{{"kty":"oct","kid":"s","alg":"HS256","k":"{secret}"}}"#);
    let only_oct = format!(r#"{{"keys":[{oct}]}}"#);
    let with_oct = jwk_set(&[("a", &key(Algorithm::Rs256))]).replace("]}", &format!(",{oct}]}}"));
    for (body, expected) in [
        (with_oct.clone(), vec![Level::ERROR]),
        (with_oct, vec![]),
        (jwk_set(&[("a", &key(Algorithm::Rs256))]), vec![]),
        // `a` is withdrawn with it.
        (only_oct, vec![Level::WARN, Level::INFO, Level::WARN, Level::ERROR]),
        (jwk_set(&[("a", &key(Algorithm::Rs256))]), vec![Level::INFO, Level::INFO]),
    ] {
        issuer.says(JWKS, &body);
        clock.advance(secs(5));
        drop(guard.keys().refresh().await);
        let events = log.take();
        assert_eq!(events.iter().map(|event| event.level).collect::<Vec<_>>(), expected, "{body} {events:?}");
        assert!(!format!("{events:?}").contains(&secret));
    }
    let other = include_str!("../../../fixtures/keys/rsa-2048-e3.public.jwk").trim().trim_start_matches('{');
    issuer.says(JWKS, &format!(r#"{{"keys":[{{"kid":"a","alg":"RS256",{other}]}}"#));
    clock.advance(secs(5));
    guard.keys().refresh().await.unwrap();
    let events = log.take();
    let replaced = events.iter().find(|event| event.field("replaced").is_some()).unwrap();
    assert_eq!(replaced.level, Level::WARN);
}
