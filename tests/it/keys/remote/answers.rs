//! What a hostile or broken issuer answers, and what becomes of the tokens.

use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::{Reply, jwk_set};

use super::*;
use crate::app::{self, ALICE, PROTECTED};

fn with(status: u16, headers: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::With(status, headers.to_owned(), body.into())
}

/// Replies that are not a set of keys, and words of the reason. Each would bring the key `b` if it were accepted.
fn refused(elsewhere: &KeyServer) -> Vec<(Reply, &'static str)> {
    let good = jwk_set(&[("b", &key(Algorithm::Es384))]);
    elsewhere.publish(&[("b", &key(Algorithm::Es384))]);
    let mut huge = good.clone().into_bytes();
    huge.resize(262_145, b' ');
    // A gzip header; the contents do not matter, because they must not be decompressed.
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], good.as_bytes()].concat();
    let many: Vec<_> = (0..101).map(|number| number.to_string()).collect();
    // What a well-formed set does not list is withdrawn, so this one lists the key that is held.
    let (held, other) = (key(Algorithm::Es256), key(Algorithm::Es384));
    let many = many.iter().map(|id| (id.as_str(), &other)).chain([("a", &held)]);
    let many = jwk_set(&many.collect::<Vec<_>>());
    let mut replies = vec![
        (with(200, "", huge), "longer than 262144 bytes"),
        (Reply::Endless, "longer than 262144 bytes"),
        (Reply::Closes, "no answer"),
        (with(200, "", many), "at most 100"),
        (with(200, "content-encoding: gzip\r\n", gzip), "compressed"),
        (with(200, "content-encoding: br\r\n", good.clone()), "compressed"),
        (with(200, "", "<html>"), "JSON"),
        (with(200, "", "{\"keys\":[]}"), "empty"),
        (with(200, "", "{\"keys\":[],\"keys\":[]}"), "JSON"),
        (with(200, "", "[]"), "JSON"),
        (with(200, "", vec![0xff]), "UTF-8"),
        (with(500, "", good.clone()), "500"),
    ];
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}\r\n", elsewhere.url(JWKS));
        replies.push((with(status, &location, good.clone()), "only 200"));
    }
    for status in [201, 203, 206, 400, 401, 403, 404, 429, 503] {
        replies.push((with(status, "", good.clone()), "only 200"));
    }
    // No request asked whether anything had changed.
    replies.push((with(304, "", ""), "only 200"));
    replies
}

#[tokio::test]
async fn what_is_not_a_set_of_keys_changes_nothing_and_is_told_in_the_status() {
    let (issuer, elsewhere) = (server().await, KeyServer::start().await);
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
    let before = elsewhere.heads().len();
    for (reply, reason) in refused(&elsewhere) {
        issuer.reply(JWKS, reply.clone());
        clock.advance(secs(5));
        let error = guard.keys().refresh().await.unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains(ISSUER), "{error}");
        let status = guard.keys().status();
        assert_eq!((status[0].generation(), status[0].key_count(), status[0].is_usable()), (1, 1, true));
        service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
        service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.is(Outcome::BAD_TOKEN);
    }
    assert_eq!(elsewhere.heads().len(), before, "no redirect is followed");
}

#[tokio::test]
async fn a_guard_that_gets_no_set_of_keys_answers_503() {
    let elsewhere = KeyServer::start().await;
    for (reply, _) in refused(&elsewhere) {
        let issuer = KeyServer::start().await;
        issuer.reply(JWKS, reply.clone());
        let service = app::serve(guard(&issuer).0.build().unwrap()).await;
        assert_eq!(service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.status, 503, "{reply:?}");
    }
    assert_eq!(elsewhere.heads().len(), 0);
}

#[tokio::test]
async fn a_bad_key_is_left_out_and_a_secret_or_private_one_is_never_used() {
    let issuer = KeyServer::start().await;
    let secret = jwt_guard_tests::base64url(SigningKey::secret());
    let private = include_str!("../../../fixtures/keys/p384.private.jwk").trim().trim_start_matches('{');
    let good = key(Algorithm::Es256).published("a");
    issuer.says(
        JWKS,
        &format!(
            r#"{{"keys":[17,{{"kty":"oct","kid":"s","alg":"HS256","k":"{secret}"}},{{"kid":"p","alg":"ES384",{private},{good},{{"kty":"EC","kid":"half"}}]}}"#
        ),
    );
    let (builder, _clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
    service.get(PROTECTED, &token(Algorithm::Hs256, "s")).await.is(Outcome::BAD_TOKEN);
    service.get(PROTECTED, &token(Algorithm::Es384, "p")).await.is(Outcome::BAD_TOKEN);
    let status = &guard.keys().status()[0];
    assert_eq!((status.key_count(), status.skipped().len()), (1, 4), "{:?}", status.skipped());
    assert!(status.skipped().iter().any(|reason| reason.contains("shared secret")));
    assert!(status.skipped().iter().any(|reason| reason.contains("private member")));
    assert!(!format!("{status:?}{guard:?}").contains(&secret));
}

#[tokio::test]
async fn the_request_carries_no_credential_and_asks_for_nothing_compressed() {
    let issuer = server().await;
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.build().unwrap()).await;
    let token = token(Algorithm::Es256, "a");
    let request = jwt_guard_tests::Request::get(PROTECTED).bearer(&token).header("cookie", "session=1");
    service.send(request).await.is(ALICE);
    let head = issuer.heads().remove(0).to_lowercase();
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
    for name in ["authorization", "cookie", "if-none-match", "referer", "proxy-"] {
        assert!(!head.contains(&format!("\r\n{name}")), "{head}");
    }
}

#[tokio::test]
async fn a_tag_is_sent_back_and_304_keeps_the_keys() {
    let issuer = KeyServer::start().await;
    let body = jwk_set(&[("a", &key(Algorithm::Es256))]);
    issuer.reply(JWKS, with(200, "etag: \"v1\"\r\n", body));
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
    issuer.reply(JWKS, with(304, "etag: \"v1\"\r\n", ""));
    clock.advance(secs(540));
    until("the timer has fetched", || guard.keys().status()[0].age() == Some(secs(0))).await;
    assert!(issuer.heads()[1].to_lowercase().contains("if-none-match: \"v1\"\r\n"));
    let status = &guard.keys().status()[0];
    assert_eq!((status.generation(), status.last_error()), (1, None));
    clock.advance(secs(3599));
    service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_not_used() {
    // That port is closed; a client with the proxy of the environment would fail.
    const CHILD: &str = "JWT_GUARD_TEST_PROXY";
    if std::env::var_os(CHILD).is_some() {
        let issuer = server().await;
        guard(&issuer).0.build().unwrap().keys().ready().await.unwrap();
        return;
    }
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "keys::remote::answers::the_proxy_of_the_environment_is_not_used"])
        .env(CHILD, "1");
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, "http://127.0.0.1:1");
    }
    let output = child.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn an_rsa_key_without_alg_is_for_the_one_algorithm_that_is_chosen_and_the_status_says_how() {
    let rsa = key(Algorithm::Rs256);
    let nameless = |id: &str| rsa.published(id).replace(r#""alg":"RS256","#, "");
    let issuer = KeyServer::start().await;
    issuer.says(JWKS, &format!(r#"{{"keys":[{}]}}"#, nameless("a")));
    for algorithms in [&[][..], &[Algorithm::Rs256, Algorithm::Ps256], &[Algorithm::Es256]] {
        let (builder, _clock) = guard(&issuer);
        let guard = builder.algorithms(algorithms.iter().copied()).build().unwrap();
        let error = guard.keys().ready().await.unwrap_err().to_string();
        assert!(error.contains(".algorithms([Algorithm::Rs256])"), "{error}");
        let service = app::serve(guard).await;
        assert_ne!(service.get(PROTECTED, &token(Algorithm::Rs256, "a")).await.status, 200);
    }
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.algorithms([Algorithm::Rs256]).build().unwrap()).await;
    service.get(PROTECTED, &token(Algorithm::Rs256, "a")).await.is(ALICE);
    for other in [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256] {
        service.get(PROTECTED, &token(other, "a")).await.is(Outcome::BAD_TOKEN);
    }
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.algorithms([Algorithm::Ps256]).build().unwrap()).await;
    service.get(PROTECTED, &token(Algorithm::Ps256, "a")).await.is(ALICE);
    service.get(PROTECTED, &token(Algorithm::Rs256, "a")).await.is(Outcome::BAD_TOKEN);
}
