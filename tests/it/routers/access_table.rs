//! The access table: complete, in three renderings, and true.

use axum::routing::get as axum_get;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::routing::AccessRow;
use jwt_guard::{Router, extract::Guarded, routing};
use jwt_guard_tests::{Outcome, Request, Server, hs256, sources, token};

const FILE: &str = "tests/it/routers/access_table.rs";

/// Method, path, policy, handler, reason.
type ExpectedRow = (&'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

/// What every row of [`router`] must be.
const ROWS: [ExpectedRow; 10] = [
    ("ANY", "/* (no route)", "authentication_required", Some("it::routers::access_table::lost"), None),
    ("ANY", "/* (not listed)", "unguarded", None, Some("static | assets")),
    (
        "GET",
        "/api/orders",
        "anonymous_allowed",
        Some("it::routers::access_table::list"),
        Some("a shop window"),
    ),
    (
        "POST",
        "/api/orders",
        r#"requires(scope = "orders:write")"#,
        Some("it::routers::access_table::create"),
        None,
    ),
    (
        "DELETE",
        "/api/orders/{id}",
        r#"requires(any(role = "manager", scope = "orders:admin"), claim("tenant") = "acme")"#,
        Some("it::routers::access_table::remove"),
        None,
    ),
    ("OTHER", "/api/orders/{id}", "authentication_required", Some("it::routers::access_table::lost"), None),
    ("ANY", "/api/v1", "authentication_required", Some("it::routers::access_table::root"), None),
    ("ANY", "/api/v1/any", r#"requires(scope = "a")"#, Some("it::routers::access_table::by_hand"), None),
    ("ANY", "/files/* (not listed)", "unguarded", None, Some("third party")),
    ("GET", "/me", "authentication_required", Some("it::routers::access_table::me"), None),
];

#[test]
fn the_table_lists_every_route_after_nesting_and_merging_with_its_policy() {
    let table = router().access_table();
    let rows: Vec<_> = table
        .rows()
        .iter()
        .map(|row| {
            (
                row.method.as_str(),
                row.path.as_str(),
                row.policy.as_str(),
                row.handler.as_deref(),
                row.reason.as_deref(),
            )
        })
        .collect();
    assert_eq!(rows, ROWS);
}

#[test]
fn every_row_names_the_file_and_line_of_the_attribute_or_of_the_call() {
    let source = sources::read(FILE);
    let line_of = |text: &str| {
        let found =
            source.lines().enumerate().filter(|(_, line)| line.contains(text)).last().map(|(at, _)| at);
        u32::try_from(found.unwrap() + 1).unwrap()
    };
    for row in router().access_table().rows() {
        assert_eq!(row.file, FILE);
        let expected = match row.handler.as_deref() {
            Some("it::routers::access_table::by_hand") => line_of("routing::any(by_hand)"),
            // The attribute stands right above the handler.
            Some(handler) => {
                line_of(&format!("async fn {}(", handler.trim_start_matches("it::routers::access_table::")))
                    - 1
            }
            None => line_of(&format!(".unguarded(\"{}\"", row.reason.as_deref().unwrap())),
        };
        assert_eq!(row.line, expected, "{row:?}");
    }
}

#[test]
fn the_text_is_aligned_and_has_a_line_for_each_row() {
    let text = router().access_table().to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), ROWS.len() + 1);
    let column = lines[0].find("policy").unwrap();
    for (line, row) in lines[1..].iter().zip(ROWS) {
        assert!(line.starts_with(row.0), "{line}");
        assert!(line[column..].starts_with(row.2), "{line}");
        assert!(!line.ends_with(' '), "{line}");
        if let Some(reason) = row.4 {
            assert!(line.ends_with(reason), "{line}");
        }
    }
    assert!(lines[0].starts_with("method  path"), "{}", lines[0]);
}

#[test]
fn the_markdown_escapes_what_would_break_the_table() {
    let markdown = router().access_table().to_markdown();
    let lines: Vec<_> = markdown.lines().collect();
    assert_eq!(lines.len(), ROWS.len() + 2);
    assert_eq!(lines[0], "| method | path | policy | guard | handler | source | reason |");
    assert_eq!(lines[1], "|---|---|---|---|---|---|---|");
    for line in &lines {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 8, "{line}");
    }
    assert!(markdown.contains(r"| static \| assets |"), "{markdown}");
}

#[test]
fn the_json_is_a_list_of_rows_with_all_their_fields() {
    let json: serde_json::Value = serde_json::from_str(&router().access_table().to_json()).unwrap();
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), ROWS.len());
    for (row, (method, path, policy, handler, reason)) in rows.iter().zip(ROWS) {
        assert_eq!(row["method"], method);
        assert_eq!(row["path"], path);
        assert_eq!(row["policy"], policy);
        assert_eq!(row["handler"].as_str(), handler);
        assert_eq!(row["reason"].as_str(), reason);
        assert_eq!(row["file"], FILE);
        assert!(row["line"].as_u64().unwrap() > 0);
    }
}

#[tokio::test]
async fn every_route_answers_a_stranger_as_its_row_says() {
    let app = router();
    let rows = app.access_table().rows().to_vec();
    let server = Server::start(app.with_guard(hs256()).into_axum()).await;
    for row in rows {
        let answer = server.send(Request::new(method(&row), &target(&row))).await;
        let expected = match row.policy.as_str() {
            "anonymous_allowed" | "unguarded" => 200,
            _ => 401,
        };
        assert_eq!(answer.status, expected, "{row:?}");
        let bad = server.send(Request::new(method(&row), &target(&row)).bearer("a.b.c")).await;
        let expected = if row.policy == "unguarded" { 200 } else { 401 };
        assert_eq!(bad.status, expected, "{row:?}");
        let without_grants = server.send(Request::new(method(&row), &target(&row)).bearer(&token(&[]))).await;
        let expected = if row.policy.starts_with("requires") { 403 } else { 200 };
        assert_eq!(without_grants.status, expected, "{row:?}");
    }
}

#[tokio::test]
async fn the_fallback_is_guarded_too() {
    let server = Server::start(router().with_guard(hs256()).into_axum()).await;
    server.send(Request::get("/nowhere")).await.is(Outcome::NO_TOKEN);
    server.get("/nowhere", &token(&[])).await.is(Outcome::ok("lost"));
}

#[test]
#[should_panic(expected = "needs a reason")]
fn what_is_unguarded_needs_a_reason() {
    let _ = Router::<()>::new().unguarded("  ", axum::Router::new());
}

#[test]
fn the_table_lists_no_fallback_that_a_later_call_replaced() {
    let shown = |router: Router| {
        let table = router.access_table();
        let rows = table.rows().iter();
        rows.map(|row| format!("{} {} {}", row.method, row.path, row.policy)).collect::<Vec<_>>()
    };
    let r = Router::new;
    let lost_and_list = ["ANY /* (no route) anonymous_allowed"];
    assert_eq!(shown(r().fallback(lost).fallback(list)), lost_and_list);
    assert_eq!(shown(r().merge(r().fallback(lost)).fallback(list)), lost_and_list);
    let nested = r().nest("/n", r().fallback(lost)).fallback(list);
    assert_eq!(
        shown(nested),
        ["ANY /* (no route) anonymous_allowed", "ANY /n/* (no route) authentication_required"]
    );
    for methods in [
        routing::any(lost).fallback(list),
        routing::any(lost).fallback(lost).fallback(list),
        routing::any(lost).merge(routing::get(list)).fallback(list),
    ] {
        let rows = shown(r().route("/a", methods));
        assert!(!rows.iter().any(|row| row.ends_with("authentication_required")), "{rows:?}");
        assert!(rows.contains(&"OTHER /a anonymous_allowed".to_owned()), "{rows:?}");
    }
    // What `any` serves beside other methods are the others.
    assert_eq!(
        shown(r().route("/a", routing::any(lost)).route("/a", routing::get(list))),
        ["GET /a anonymous_allowed", "OTHER /a authentication_required"]
    );
}

#[tokio::test]
async fn the_fallback_that_the_table_lists_is_the_one_that_answers() {
    let app = Router::new()
        .route("/a", routing::any(lost).fallback(list))
        .fallback(lost)
        .fallback(list)
        .with_guard(hs256());
    let server = Server::start(app.into_axum()).await;
    for path in ["/a", "/nowhere"] {
        assert_eq!(server.send(Request::get(path)).await.status, 200, "{path}");
    }
}

#[test]
fn the_table_is_the_same_before_and_after_layers_and_state_but_for_the_guard() {
    assert!(router().access_table().rows().iter().all(|row| row.guard == "nearest layer or installed"));
    let before = router().with_guard(hs256()).access_table();
    assert!(before.rows().iter().all(|row| row.guard == "api"));
    let after = router()
        .with_guard(hs256())
        .layer(hs256().require_authentication())
        .with_state::<()>(())
        .access_table();
    assert_eq!(before, after);
}

fn method(row: &AccessRow) -> &str {
    match row.method.as_str() {
        "ANY" => "GET",
        "OTHER" => "PUT",
        named => named,
    }
}

/// A path that the row stands for.
fn target(row: &AccessRow) -> String {
    match row.path.as_str() {
        "/* (no route)" => "/nowhere".to_owned(),
        "/* (not listed)" => "/style.css".to_owned(),
        "/files/* (not listed)" => "/files/a".to_owned(),
        path => path.replace("{id}", "7"),
    }
}

#[rustfmt::skip]
fn router() -> Router {
    let orders = Router::new()
        .route("/orders", routing::get(list).post(create))
        .route("/orders/{id}", routing::delete(remove).fallback(lost));
    let v1 = Router::new()
        .route("/", routing::any(root))
        .route("/any", routing::any(by_hand));
    let assets = axum::Router::new().route("/style.css", axum_get(|| async { "css" }));
    let files = axum::Router::new().route("/a", axum_get(|| async { "file" }));
    let files = Router::new()
        .unguarded("third party", files);
    Router::new()
        .nest("/api", orders.nest("/v1", v1))
        .nest("/files", files)
        .merge(Router::new().route("/me", routing::get(me)))
        .unguarded("static | assets", assets)
        .fallback(lost)
}

#[jwt_guard::anonymous_allowed(reason = "a shop window")]
async fn list() {}

#[jwt_guard::requires(scope = "orders:write")]
async fn create() {}

#[jwt_guard::requires(any(role = "manager", scope = "orders:admin"), claim("tenant") = "acme")]
async fn remove() {}

#[jwt_guard::authentication_required]
async fn root() {}

#[jwt_guard::authentication_required]
async fn me() {}

#[jwt_guard::authentication_required]
async fn lost() -> &'static str {
    "lost"
}

struct ByHand;

impl Policy for ByHand {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("a"));
}

async fn by_hand(_: Guarded<ByHand>) {}
