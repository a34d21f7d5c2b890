//! A guard from the variables of a process, over HTTP. Each case runs in a process of its own.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use jwt_guard::{Algorithm, JwtGuard};
use jwt_guard_tests::{AUDIENCE, ISSUER, ManualClock, Outcome, Request, SigningKey, token};

use crate::app::{self, ALICE, PROTECTED};

#[test]
fn a_guard_is_read_from_the_environment() {
    let secret = String::from_utf8(SigningKey::secret().to_vec()).unwrap();
    run(
        "reads_a_guard",
        [
            ("JWT_GUARD_SECRET", secret.into()),
            ("JWT_GUARD_AUDIENCE", format!("other,{AUDIENCE}").into()),
            ("JWT_GUARD_ISSUER", ISSUER.into()),
            ("JWT_GUARD_LOCATIONS", "bearer,cookie:access_token".into()),
            ("JWT_GUARD_REALM", "orders".into()),
        ],
    );
}

#[tokio::test]
#[ignore = "run by `a_guard_is_read_from_the_environment`"]
async fn reads_a_guard() {
    let guard = JwtGuard::from_env().clock(ManualClock::new()).build().unwrap();
    let server = app::serve(guard).await;
    server.get(PROTECTED, &token(&[])).await.is(ALICE);
    let cookie = format!("access_token={}", token(&[]));
    server.send(Request::get(PROTECTED).header("cookie", &cookie)).await.is(ALICE);
    let refused = Outcome { challenge: Some(r#"Bearer realm="orders""#), ..Outcome::NO_TOKEN };
    server.send(Request::get(PROTECTED)).await.is(refused);
    for changes in [("aud", "\"elsewhere\""), ("iss", "\"https://evil.example\"")] {
        let answer = server.get(PROTECTED, &token(&[changes])).await;
        assert_eq!(answer.status, 401, "{changes:?}");
    }
    let forged = SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&jwt_guard_tests::Payload::good());
    assert_eq!(server.get(PROTECTED, &forged).await.status, 401);
}

#[test]
fn every_problem_of_the_environment_is_named_at_once() {
    run(
        "names_every_problem",
        [
            ("JWT_GUARD_SECRET", OsString::new()),
            ("JWT_GUARD_AUDIENCES", AUDIENCE.into()),
            ("JWT_GUARD_LEEWAY", "1h".into()),
            ("JWT_GUARD_REALM", not_text()),
        ],
    );
}

#[test]
#[ignore = "run by `every_problem_of_the_environment_is_named_at_once`"]
fn names_every_problem() {
    let error = JwtGuard::from_env().build().unwrap_err();
    let found: Vec<_> = error.problems().collect();
    let starts = [
        "`JWT_GUARD_REALM` is not UTF-8",
        "`JWT_GUARD_AUDIENCES` is not a setting; did you mean `JWT_GUARD_AUDIENCE`?",
        "`JWT_GUARD_SECRET`: empty",
        "no audience",
        "a leeway of 3600s is too much",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for start in starts {
        assert!(found.iter().any(|problem| problem.starts_with(start)), "{start}: {found:#?}");
    }
}

#[test]
fn an_empty_environment_lacks_a_key_and_an_audience() {
    run("lacks_everything", []);
}

#[test]
#[ignore = "run by `an_empty_environment_lacks_a_key_and_an_audience`"]
fn lacks_everything() {
    let error = JwtGuard::from_env().build().unwrap_err();
    let found: Vec<_> = error.problems().collect();
    assert_eq!(found.len(), 2, "{error}");
    assert!(found[0].starts_with("no key: set one of `JWT_GUARD_SECRET`, "), "{error}");
    assert!(
        found[0].ends_with("`JWT_GUARD_OIDC_ISSUER`, `JWT_GUARD_JWKS_URL`, `JWT_GUARD_TRUST`"),
        "{error}"
    );
    assert_eq!(found[1], "no audience: set `JWT_GUARD_AUDIENCE` to the `aud` of the tokens");
}

#[cfg(unix)]
fn not_text() -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(vec![0xff, 0xfe])
}

#[cfg(windows)]
fn not_text() -> OsString {
    use std::os::windows::ffi::OsStringExt as _;
    OsString::from_wide(&[0xd800])
}

/// Runs an ignored test of this file with these variables and no others of ours.
#[track_caller]
fn run<const N: usize>(test: &str, variables: [(&str, OsString); N]) {
    let mut command = Command::new(env::current_exe().unwrap());
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("JWT_GUARD_") {
            command.env_remove(name);
        }
    }
    let test = format!("settings::from_env::{test}");
    let output =
        command.args(["--exact", &test, "--ignored", "--nocapture"]).envs(variables).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{errors}");
}
