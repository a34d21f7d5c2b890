//! The first refusal of a program without a log says on stderr how to see the reasons.

use std::process::Command;

use jwt_guard_tests::{Request, hs256};

use crate::app;

const CHILD: &str = "JWT_GUARD_TESTS_HINT";

/// What a process prints on stderr that refuses three requests.
fn stderr_of(child: &str) -> String {
    let name = format!("answers::hint::{child}");
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name.as_str(), "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_program_without_a_subscriber_is_told_once_how_to_see_reasons() {
    let stderr = stderr_of("child_without_a_subscriber");
    assert_eq!(stderr.matches("the reason is not shown").count(), 1, "{stderr}");
    assert!(stderr.contains("tracing_subscriber::fmt().init()"), "{stderr}");
    assert!(stderr.contains("RUST_LOG=jwt_guard=info"), "{stderr}");
}

#[test]
fn a_program_that_shows_errors_only_is_told_too() {
    let stderr = stderr_of("child_that_shows_errors_only");
    assert_eq!(stderr.matches("the reason is not shown").count(), 1, "{stderr}");
}

#[test]
fn a_program_that_logs_refusals_is_told_nothing() {
    let stderr = stderr_of("child_with_a_subscriber");
    assert!(!stderr.contains("the reason is not shown"), "{stderr}");
}

#[tokio::test]
#[ignore = "run by `a_program_without_a_subscriber_is_told_once_how_to_see_reasons`"]
async fn child_without_a_subscriber() {
    refuse().await;
}

#[tokio::test]
#[ignore = "run by `a_program_that_shows_errors_only_is_told_too`"]
async fn child_that_shows_errors_only() {
    use tracing_subscriber::filter::LevelFilter;
    use tracing_subscriber::layer::SubscriberExt as _;

    let subscriber = tracing_subscriber::registry().with(LevelFilter::ERROR);
    if std::env::var_os(CHILD).is_some() {
        tracing::subscriber::set_global_default(subscriber).unwrap();
    }
    refuse().await;
}

#[tokio::test]
#[ignore = "run by `a_program_that_logs_refusals_is_told_nothing`"]
async fn child_with_a_subscriber() {
    if std::env::var_os(CHILD).is_some() {
        tracing::subscriber::set_global_default(tracing_subscriber::registry()).unwrap();
    }
    refuse().await;
}

async fn refuse() {
    let server = app::serve(hs256()).await;
    for _ in 0..3 {
        assert_eq!(server.send(Request::get(app::PROTECTED)).await.status, 401);
    }
}
