//! The access lock: what a review sees when a change says anew who may call what.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jwt_guard::lock::{AccessLock, ChangeKind, assert_access_lock};
use jwt_guard::{Algorithm, Router, anonymous_allowed, authentication_required, requires, routing};
use jwt_guard_tests::guard;

use crate::stores::Directory;

#[requires(scope = "orders:read", any(role = "clerk", not(claim("tenant", "kind") = "trial")))]
async fn list() {}

#[requires(role = "manager", redirect = "/login")]
async fn remove() {}

#[authentication_required(deny_as = "not_found")]
async fn hidden() {}

#[anonymous_allowed(credentials = "ignored")]
async fn log_in() {}

#[authentication_required(token = "refresh")]
async fn refresh() {}

fn router() -> Router {
    let guard = guard(Algorithm::Hs256)
        .name("api")
        .scope_implies("orders:admin", ["orders:read", "orders:write"])
        .build()
        .unwrap();
    Router::new()
        .route("/orders", routing::get(list))
        .nest("/orders", Router::new().route("/{id}", routing::delete(remove)))
        .route("/hidden", routing::get(hidden))
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(refresh))
        .unguarded("static \"assets\"", axum::Router::new())
        .with_guard(guard)
}

/// The file of [`router`], as a reviewer reads it.
const FILE: &str = r#"# Who may call what. A test compares this file with the application (jwt_guard::lock::assert_access_lock).
# After a change that is meant: ACCESS_LOCK=overwrite cargo test
version 1
guard "api": scope = "orders:admin" implies scope = "orders:read", scope = "orders:write"
ANY     "/* (not listed)":            unguarded
GET     "/hidden" guard "api":        authentication_required, deny_as = "not_found"
POST    "/login" guard "api":         anonymous_allowed(credentials = "ignored")
GET     "/orders" guard "api":        requires(scope = "orders:read", any(role = "clerk", not(claim("tenant", "kind") = "trial")))
DELETE  "/orders/{id}" guard "api":   requires(role = "manager"), redirect = "/login"
POST    "/refresh" guard "api":       authentication_required(token = "refresh")
"#;

/// The changes of [`router`] against a file in which a part is replaced: kind, route and sentence.
fn against(replaced: &str, by: &str) -> Vec<(ChangeKind, String)> {
    assert!(FILE.contains(replaced), "{replaced}");
    let before: AccessLock = FILE.replace(replaced, by).parse().unwrap();
    let changes = before.changes_to(&AccessLock::of(&router().access_table()));
    changes
        .into_iter()
        .map(|change| (change.kind, format!("{} {}: {}", change.method, change.path, change.sentence)))
        .collect()
}

#[test]
fn the_file_says_of_each_route_who_may_call_it_and_is_read_as_it_is_written() {
    let lock = AccessLock::of(&router().access_table());
    let squeezed = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(squeezed(&lock.to_string()), squeezed(FILE), "{lock}");
    assert_eq!(lock.to_string().parse::<AccessLock>().unwrap(), lock);
    assert!(lock.changes_to(&lock).is_empty());
}

#[test]
fn each_change_of_access_is_a_sentence_about_its_route() {
    let list = "requires(scope = \"orders:read\", any(role = \"clerk\", not(claim(\"tenant\", \"kind\") = \"trial\")))";
    let cases = [
        // Another scope.
        (
            list,
            "requires(scope = \"orders:write\", role = \"clerk\")",
            ChangeKind::Changed,
            "GET /orders: a caller with `scope = \"orders:read\", any(role = \"clerk\", not(claim(\"tenant\", \"kind\") = \
             \"trial\"))` may now call it, and not a caller with `scope = \"orders:write\", role = \"clerk\"` as before",
        ),
        // `any` in place of `all`.
        (
            "any(role = \"clerk\", not(",
            "all(role = \"clerk\", not(",
            ChangeKind::Widened,
            "GET /orders: a caller with `scope = \"orders:read\", any(role = \"clerk\", not(claim(\"tenant\", \"kind\") = \
             \"trial\"))` may now call it; before, only a caller with `scope = \"orders:read\", all(role = \"clerk\", \
             not(claim(\"tenant\", \"kind\") = \"trial\"))`",
        ),
        // A condition more.
        (
            "requires(role = \"manager\")",
            "authentication_required",
            ChangeKind::Narrowed,
            "DELETE /orders/{id}: only a caller with `role = \"manager\"` may call it now; before, a caller with a valid \
             token could",
        ),
        // A login that became open.
        (
            "anonymous_allowed(credentials = \"ignored\")",
            "authentication_required",
            ChangeKind::Widened,
            "POST /login: any caller, whatever the token, may now call it; before, only a caller with a valid token",
        ),
        // A part without a guard.
        (
            "ANY     \"/* (not listed)\":            unguarded\n",
            "",
            ChangeKind::New,
            "ANY /* (not listed): any caller, without any guard, may call it",
        ),
        // Another refusal.
        (
            ", deny_as = \"not_found\"",
            "",
            ChangeKind::Changed,
            "GET /hidden: it refuses in another way: it is `authentication_required, deny_as = \"not_found\"`, and was \
             `authentication_required`",
        ),
        // Another guard.
        (
            "\"/refresh\" guard \"api\"",
            "\"/refresh\" guard \"admin\"",
            ChangeKind::Changed,
            "POST /refresh: another guard decides: api, and before admin",
        ),
        // A name that implies another.
        (
            "implies scope = \"orders:read\", scope = \"orders:write\"",
            "implies scope = \"orders:write\"",
            ChangeKind::Widened,
            "GET /orders: more names imply what `requires(scope = \"orders:read\", any(role = \"clerk\", \
             not(claim(\"tenant\", \"kind\") = \"trial\")))` asks for: the hierarchy of its guard changed",
        ),
        // A route that is gone.
        (
            "version 1\n",
            "version 1\nPUT \"/orders\" guard \"api\": authentication_required\n",
            ChangeKind::Removed,
            "PUT /orders: the route is gone; it was `authentication_required`",
        ),
    ];
    for (replaced, by, kind, sentence) in cases {
        assert_eq!(against(replaced, by), [(kind, sentence.to_owned())]);
    }
}

#[test]
fn another_order_of_conditions_does_not_count() {
    let other = "requires(any(not(claim(\"tenant\", \"kind\") = \"trial\"), role = \"clerk\"), scope = \"orders:read\")";
    let list = "requires(scope = \"orders:read\", any(role = \"clerk\", not(claim(\"tenant\", \"kind\") = \"trial\")))";
    assert_eq!(against(list, other), []);
}

mod renamed {
    #[jwt_guard::authentication_required]
    pub(super) async fn one() {}

    #[jwt_guard::authentication_required(reason = "moved")]
    pub(super) async fn other() {}
}

#[test]
fn another_handler_reason_or_line_does_not_count() {
    let one: Router = Router::new().route("/", routing::get(renamed::one));
    let other: Router = Router::new().route("/", routing::get(renamed::other));
    let lock = |router: &Router| AccessLock::of(&router.access_table());
    assert_eq!(lock(&one).changes_to(&lock(&other)), []);
    assert_eq!(lock(&one), lock(&other));
}

/// The tests of a fictional package, in a process of their own: `assert_access_lock` reads an environment variable.
fn run(file: &Path, mode: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "routers::access_lock::access_is_as_reviewed", "--ignored", "--nocapture"]);
    command.env_remove("ACCESS_LOCK").env("LOCK_FILE", file);
    if let Some(mode) = mode {
        command.env("ACCESS_LOCK", mode);
    }
    command.output().unwrap()
}

#[test]
#[ignore = "run by `a_test_of_the_lock_fails_until_the_file_is_written_and_after_each_change`"]
fn access_is_as_reviewed() {
    let file = PathBuf::from(std::env::var_os("LOCK_FILE").unwrap());
    assert_access_lock(&router().access_table(), file);
}

#[test]
fn a_test_of_the_lock_fails_until_the_file_is_written_and_after_each_change() {
    let directory = Directory::new();
    let file = directory.path().join("access.lock");
    let fails = |mode, expected: &str| {
        let output = run(&file, mode);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(expected), "{text}");
        text
    };
    fails(None, "is missing: write it with `ACCESS_LOCK=overwrite cargo test`, and commit it");
    fails(Some("check"), "is missing");
    assert!(run(&file, Some("overwrite")).status.success());
    assert!(run(&file, None).status.success());

    let written = fs::read_to_string(&file).unwrap();
    fs::write(&file, written.replace("role = \"manager\"", "role = \"owner\", role = \"manager\"")).unwrap();
    let text =
        fails(None, "WIDENED  DELETE /orders/{id}: a caller with `role = \"manager\"` may now call it");
    assert!(text.contains("at tests/it/routers/access_lock.rs:"), "{text}");
    assert!(text.contains("If this is meant, run `ACCESS_LOCK=overwrite cargo test`"), "{text}");

    fs::write(&file, written.replace("requires(role", "require(role")).unwrap();
    fails(None, "line 9 of the access lock: expected a policy, such as `authentication_required`");
}
