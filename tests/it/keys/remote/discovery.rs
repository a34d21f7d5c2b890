//! Issuers whose metadata says where their keys are.

use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::{OAUTH, OPENID, Reply};

use super::*;
use crate::app::{self, ALICE, PROTECTED};

fn discovering(server: &KeyServer) -> (JwtGuard, ManualClock) {
    let clock = ManualClock::new();
    let builder = JwtGuard::builder().oidc_issuer(server.issuer()).audience(AUDIENCE);
    (builder.clock(clock.clone()).danger().loopback_http(REASON).build().unwrap(), clock)
}

fn token_of(server: &KeyServer) -> String {
    let payload = payload().with("iss", &format!("\"{}\"", server.issuer()));
    key(Algorithm::Es256).token_by("a", &payload)
}

#[tokio::test]
async fn keys_are_found_by_the_metadata_of_either_standard() {
    for (path, asked) in [(OPENID, 2), (OAUTH, 3)] {
        let issuer = server().await;
        issuer.describe(path);
        let (guard, _clock) = discovering(&issuer);
        let service = app::serve(guard).await;
        service.get(PROTECTED, &token_of(&issuer)).await.is(ALICE);
        service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(Outcome::BAD_TOKEN);
        assert_eq!(issuer.heads().len(), asked);
    }
}

#[tokio::test]
async fn metadata_is_read_once_an_hour_and_keys_more_often() {
    let issuer = server().await;
    issuer.describe(OPENID);
    let (guard, clock) = discovering(&issuer);
    guard.keys().ready().await.unwrap();
    for _ in 0..6 {
        clock.advance(secs(599));
        guard.keys().refresh().await.unwrap();
    }
    assert_eq!(issuer.requests(OPENID), 1);
    assert!(issuer.requests(JWKS) >= 7);
    clock.advance(secs(6));
    guard.keys().refresh().await.unwrap();
    assert_eq!(issuer.requests(OPENID), 2);
}

#[tokio::test]
async fn metadata_that_is_wrong_brings_no_keys_and_no_verdict() {
    let elsewhere = server().await;
    for (issuer_name, jwks_uri, reason) in [
        (Some("https://evil.example"), None, "byte for byte"),
        (Some(""), None, "byte for byte"),
        (None, Some("http://192.0.2.1/keys"), "plain_http"),
        (None, Some("ftp://localhost/keys"), "neither https nor http"),
        (None, Some("http://user:secret@localhost/keys"), "user information"),
    ] {
        let issuer = server().await;
        let (name, url) = (issuer.issuer(), issuer.url(JWKS));
        let (name, url) = (issuer_name.unwrap_or(&name), jwks_uri.unwrap_or(&url));
        issuer.says(OPENID, &format!(r#"{{"issuer":"{name}","jwks_uri":"{url}"}}"#));
        issuer.describe(OAUTH);
        let (guard, _clock) = discovering(&issuer);
        let error = guard.keys().ready().await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(error.failures().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), [issuer.issuer()]);
        let service = app::serve(guard).await;
        assert_eq!(service.get(PROTECTED, &token_of(&issuer)).await.status, 503, "{reason}");
        assert_eq!((issuer.requests(JWKS), issuer.requests(OAUTH)), (0, 0));
    }
    // Nor is the name with a slash at its end the same name.
    let issuer = server().await;
    issuer.says(OPENID, &format!(r#"{{"issuer":"{}/","jwks_uri":"{}"}}"#, issuer.issuer(), issuer.url(JWKS)));
    assert!(discovering(&issuer).0.keys().ready().await.unwrap_err().to_string().contains("byte for byte"));
    // A redirect of the metadata is not followed either.
    let issuer = server().await;
    elsewhere.describe(OPENID);
    let location = format!("location: {}\r\n", elsewhere.url(OPENID));
    issuer.reply(OPENID, Reply::With(302, location, Vec::new()));
    assert!(discovering(&issuer).0.keys().ready().await.is_err());
    assert_eq!(elsewhere.heads().len(), 0);
}

#[tokio::test]
async fn discovery_and_keys_share_one_time_limit() {
    let issuer = server().await;
    issuer.describe(OPENID);
    issuer.reply(JWKS, Reply::Hangs);
    let (guard, clock) = discovering(&issuer);
    let waiting = tokio::spawn({
        let guard = guard.clone();
        async move { guard.keys().ready().await }
    });
    issuer.asked(2).await;
    clock.advance(secs(5));
    assert!(waiting.await.unwrap().unwrap_err().to_string().contains("longer"));
}

#[tokio::test]
async fn addresses_that_are_not_safe_are_refused_when_the_guard_is_built() {
    for url in [
        "http://id.example",
        "http://localhost:1",
        "https://u:p@id.example",
        "https://id.example/#x",
        "id.example",
    ] {
        for builder in [JwtGuard::builder().jwks_url(url), JwtGuard::builder().oidc_issuer(url)] {
            let error = builder.audience(AUDIENCE).build().unwrap_err().to_string();
            assert!(error.contains("URL"), "{url}: {error}");
        }
    }
    let outside = JwtGuard::builder().jwks_url("http://id.example/keys").audience(AUDIENCE);
    assert!(outside.danger().loopback_http(REASON).build().is_err());
}
