//! Nothing that is logged or formatted shows a token.

use jwt_guard::Principal;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::store::MemoryStore;
use jwt_guard_tests::{Answer, Outcome, Request, events};

use super::{Jar, Pair, builder, guard, login, post, serve};

#[tokio::test]
async fn no_token_and_no_subject_is_in_the_log_of_logins_refreshes_and_logouts() {
    let log = events::capture();
    let server = serve(guard()).await;
    let mut secrets = Vec::new();
    let pair = login(&server).await;
    let next = Pair::of(&server.send(post("/refresh").bearer(&pair.refresh)).await);
    // Reuse, and then a dead login.
    server.send(post("/refresh").bearer(&pair.refresh)).await;
    server.send(post("/refresh").bearer(&next.refresh)).await;
    secrets.extend([pair.access, pair.refresh, next.access, next.refresh]);
    let jar = Jar::login(&server).await;
    jar.send(&server, post("/me")).await;
    jar.send(&server, post("/me").header("x-csrf-token", "wrong")).await;
    jar.send(&server, post("/logout").header("x-csrf-token", jar.csrf())).await;
    jar.send(&server, Request::get("/me")).await;
    jar.refresh(&server).await;
    secrets.extend(jar.0.into_values());
    let shown = format!("{:?}", log.take());
    assert!(shown.contains("denied"), "{shown}");
    hides(&shown, &secrets);
    let words: Vec<_> = shown.split(|letter: char| !letter.is_alphanumeric()).collect();
    assert!(words.contains(&"denied") && !words.contains(&"ada"), "the subject is in {shown}");
}

#[tokio::test]
async fn stripped_credentials_take_both_cookies_with_them() {
    let guard = builder()
        .token_store(MemoryStore::new())
        .cookies(CookieSettings::new())
        .strip_credentials()
        .build()
        .unwrap();
    let server = serve(guard).await;
    let mut jar = Jar::login(&server).await;
    jar.0.retain(|name, _| name.starts_with("__Host-"));
    jar.0.insert("theme".to_owned(), "dark".to_owned());
    jar.send(&server, Request::get("/cookies")).await.is(Outcome::ok("theme=dark"));
}

#[tokio::test]
async fn no_token_is_in_what_is_formatted() {
    let guard = guard();
    let builder_shown =
        format!("{:?}", builder().cookies(CookieSettings::new()).trusted_origin("https://a.example"));
    let response = guard.login("hunter2").claim("hunter2", "hunter2").cookies().respond().await.unwrap();
    let shown = format!("{response:?} {response:#?}");
    let answer = Answer::read(response).await;
    let mut jar = Jar::default();
    jar.keep(&answer);
    assert_eq!(jar.0.len(), 4);
    hides(&shown, &jar.0.into_values().collect::<Vec<_>>());
    let by_header = guard.login("hunter2").header().respond().await.unwrap();
    let shown = format!("{by_header:?}");
    let token = Answer::read(by_header).await.header("authorization").unwrap()["Bearer ".len()..].to_owned();
    hides(&shown, &[token]);
    let error = guard.login("hunter2\n").respond().await.unwrap_err();
    let refused = guard.refresh(&anonymous().await).respond().await.unwrap_err();
    for shown in [
        builder_shown,
        format!("{:?}", guard.login("hunter2").claim("hunter2", "hunter2").body("hunter2")),
        format!("{:?}", guard.refresh(&anonymous().await)),
        format!("{guard:?} {:?} {:?}", CookieSettings::new(), guard.csrf_form_field("x")),
        format!("{error:?} {error} {refused:?} {refused}"),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

/// The caller of an open route without a token.
async fn anonymous() -> Principal {
    use axum::extract::FromRequestParts as _;
    use jwt_guard::extract::Guarded;
    use jwt_guard::policy::{Policy, Rule};

    struct Open;
    impl Policy for Open {
        const RULE: Rule = Rule::anonymous();
    }
    let (mut parts, ()) = http::Request::get("/").body(()).unwrap().into_parts();
    guard().provide(&mut parts.extensions);
    Guarded::<Open>::from_request_parts(&mut parts, &()).await.unwrap();
    Principal::from_request_parts(&mut parts, &()).await.unwrap()
}

/// Neither the whole nor a segment that is a secret.
#[track_caller]
fn hides(shown: &str, secrets: &[String]) {
    for secret in secrets {
        let last = secret.rsplit('.').next().unwrap();
        assert!(!shown.contains(secret.as_str()) && !shown.contains(last), "{secret} in {shown}");
    }
}
