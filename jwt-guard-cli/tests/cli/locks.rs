//! `routes` and `diff`: the access lock, as `assert_access_lock` judges it.

use serde_json::json;

use crate::process::Folder;

const BEFORE: &str = r#"version 1
GET    "/orders" guard "api": requires(scope = "orders:read", role = "clerk")
POST   "/orders" guard "api": requires(scope = "orders:write")
DELETE "/orders" guard "api": requires(role = "admin")
GET    "/old"    guard "api": authentication_required
"#;

const NOW: &str = r#"version 1
GET    "/orders" guard "api": requires(scope = "orders:read")
POST   "/orders" guard "api": requires(scope = "orders:write", role = "clerk")
DELETE "/orders" guard "api": requires(role = "root")
GET    "/health" guard "api": anonymous_allowed
"#;

fn folder(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("before.lock", BEFORE);
    folder.write("now.lock", NOW);
    folder
}

#[test]
fn every_kind_of_change_is_named_with_a_sentence_the_most_dangerous_first() {
    let folder = folder("diff_kinds");
    let run = folder.run("diff before.lock now.lock");
    run.is(1);
    let kinds: Vec<_> = run.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(kinds, ["WIDENED", "NEW", "CHANGED", "NARROWED", "REMOVED"]);
    assert!(
        run.stdout.contains("WIDENED  GET /orders: a caller with `scope = \"orders:read\"` may now call it"),
        "{}",
        run.stdout
    );
    let value = folder.run("diff before.lock now.lock --json").json();
    assert_eq!(value["differs"], true);
    assert_eq!(value["changes"][0]["kind"], "WIDENED");
    assert_eq!(
        (&value["changes"][1]["path"], &value["changes"][1]["method"]),
        (&json!("/health"), &json!("GET"))
    );
}

#[test]
fn the_status_is_1_for_the_differences_that_were_asked_for() {
    let folder = folder("diff_status");
    let narrowed = BEFORE.replace("authentication_required", "requires(scope = \"a\")");
    folder.write("narrowed.lock", narrowed);
    for (files, any, wider) in [
        ("before.lock before.lock", 0, 0),
        ("before.lock narrowed.lock", 1, 0),
        ("narrowed.lock before.lock", 1, 1),
        ("before.lock now.lock", 1, 1),
    ] {
        folder.run(&format!("diff {files}")).is(any);
        folder.run(&format!("diff {files} --fail-on wider")).is(wider);
        folder.run(&format!("diff {files} --fail-on wider --json")).is(wider);
        folder.run(&format!("diff {files} --fail-on never")).is(0);
    }
    assert_eq!(folder.run("diff now.lock now.lock").is_done(), "");
}

#[test]
fn a_new_route_and_another_guard_may_admit_more() {
    let folder = folder("diff_wider");
    folder.write("new.lock", format!("{BEFORE}GET \"/new\" guard \"api\": requires(role = \"admin\")\n"));
    folder.write("guard.lock", BEFORE.replace("\"/old\"    guard \"api\"", "\"/old\" guard \"other\""));
    for (file, kind) in [("new.lock", "NEW"), ("guard.lock", "CHANGED")] {
        let run = folder.run(&format!("diff before.lock {file} --fail-on wider"));
        run.is(1);
        assert!(run.stdout.starts_with(kind), "{}", run.stdout);
    }
}

#[test]
fn a_route_that_is_gone_fails_if_its_requests_reach_an_open_one() {
    let folder = Folder::new("diff_reroute");
    let (open, secret) = (
        "version 1\nGET \"/files/{name}\" guard \"api\": anonymous_allowed\n",
        "GET \"/files/secret\" guard \"api\": requires(role = \"admin\")\n",
    );
    folder.write("before.lock", format!("{open}{secret}"));
    folder.write("now.lock", open);
    let run = folder.run("diff before.lock now.lock --fail-on wider");
    run.is(1);
    let start =
        "WIDENED  GET /files/secret: the route is gone, and `GET /files/{name}` answers its requests: ";
    assert!(run.stdout.starts_with(start), "{}", run.stdout);
}

#[test]
fn a_lock_of_thousands_of_equal_rows_is_compared() {
    let folder = Folder::new("diff_equal_rows");
    let rows = "GET \"/\": unguarded\n".repeat(50_000);
    folder.write("many.lock", format!("version 1\n{rows}"));
    folder.write("one.lock", "version 1\nGET \"/\": unguarded\n");
    folder.run("diff many.lock many.lock").is_done();
    folder.run("diff one.lock many.lock --fail-on wider").is(1);
    let half = "GET \"/\": unguarded\n".repeat(25_000);
    folder.write("half.lock", format!("version 1\n{half}"));
    folder.run("diff many.lock half.lock --fail-on wider").is_done();
}

#[test]
fn a_lock_comes_through_a_pipe_and_a_wrong_one_is_not_compared() {
    let folder = folder("diff_pipe");
    folder.run_on("diff - now.lock", NOW).is_done();
    folder.run_on("diff - -", NOW).fails(2, "standard input");
    folder.run("diff missing.lock now.lock").fails(3, "missing.lock");
    folder.write("wrong.lock", "version 1\nGET /orders\n");
    folder.run("diff before.lock wrong.lock").fails(3, "line 2 of the access lock");
}

#[test]
fn routes_lists_policies_and_finds_open_ones() {
    let folder = folder("routes");
    let run = folder.run("routes now.lock");
    assert_eq!(run.is_done().lines().count(), 4);
    assert!(run.stdout.contains("DELETE  /orders  api  requires(role = \"root\")\n"), "{}", run.stdout);
    assert!(run.stderr.contains("4 routes, 1 of them open"), "{}", run.stderr);
    assert_eq!(folder.run("routes now.lock --open").is_done(), "GET  /health  api  anonymous_allowed\n");
    let value = folder.run("routes now.lock --open --json").json();
    let health = json!({ "method": "GET", "path": "/health", "guard": "api", "policy": "anonymous_allowed", "open": true });
    assert_eq!(value, json!({ "routes": [health] }));
}

#[test]
fn a_lock_cannot_write_to_the_terminal() {
    let folder = Folder::new("lock_terminal");
    let lock = "version 1\nG\u{1b}[2JT \"/\\u001b]0;x\\u0007\" guard \"\u{202e}\": requires(scope = \"\u{9b}31m\")\n";
    folder.write("a.lock", lock);
    folder.write("b.lock", "version 1\n");
    for arguments in [
        "routes a.lock",
        "routes a.lock --json",
        "diff a.lock b.lock",
        "diff b.lock a.lock",
        "diff b.lock a.lock --json",
    ] {
        let run = folder.run(arguments);
        assert!(run.stdout.len() > 10);
        let is_text = |character: char| character == '\n' || matches!(character, ' '..='~');
        assert!(run.stdout.chars().all(is_text), "{arguments}: {:?}", run.stdout);
    }
    folder.write("c.lock", "version 1\n\u{1b}[2J\n");
    let run = folder.run("routes c.lock");
    run.fails(3, "line 2");
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}
