//! Declared scopes and roles where several guards, an installed guard or an enum by hand have them, and their enum in code.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use jwt_guard::lock::AccessLock;
use jwt_guard::policy::{NotDeclared, Scopes, Term};
use jwt_guard::routing::get;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::{Algorithm, Principal, Router, requires};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{Outcome, Request, Server, guard, token};
use serde_json::{Value, json};
use tracing::Level;

jwt_guard::scopes! {
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(into = "String", try_from = "String")]
    pub enum Scope {
        /// See orders.
        Read = "orders:read",
        Write = "orders:write" implies Read,
        Export = "orders:export",
    }
}

#[requires(scope = Scope::Read)]
async fn read(caller: Principal) -> String {
    let has = |name: &String| caller.scopes().contains(name);
    format!(
        "{} {} {} {}",
        caller.scopes().contains(Scope::Write),
        caller.scopes().contains(Scope::Export),
        caller.scopes().contains("orders:read"),
        has(&Scope::Read.to_string())
    )
}

#[requires(scope = Scope::Write)]
async fn write() {}

#[requires(scope = "order:read")]
async fn misspelt() {}

#[requires(not(role = "suspendet"))]
async fn strangers() {}

fn named(name: &str) -> Builder<HasKeys, HasAudience> {
    guard(Algorithm::Hs256).name(name)
}

fn declared(name: &str) -> Builder<HasKeys, HasAudience> {
    named(name).scopes::<Scope>()
}

#[test]
fn a_guard_that_denies_undeclared_names_denies_its_own_only() {
    let strict = || declared("strict").deny_undeclared_names().build().unwrap();
    let lenient = || declared("lenient").build().unwrap();
    let app = |inner, outer| {
        let inner = Router::new().route("/misspelt", get(misspelt)).with_guard(inner);
        Router::<()>::new().route("/read", get(read)).nest("/inner", inner).with_guard(outer)
    };
    let events = capture();
    let _axum = app(lenient(), strict()).into_axum();
    let logged = events.only();
    assert_eq!(logged.level, Level::WARN);
    let message = logged.field("message").unwrap();
    assert!(message.contains("the guard \"lenient\" does not declare `scope = \"order:read\"`"), "{message}");

    let both = app(strict(), lenient()).route("/misspelt", get(misspelt));
    let refused = catch_unwind(AssertUnwindSafe(|| both.into_axum())).unwrap_err();
    let said = refused.downcast_ref::<String>().unwrap();
    assert!(said.contains("the guard \"strict\" does not declare"), "{said}");
    assert!(!said.contains("lenient"), "{said}");
}

#[tokio::test]
async fn a_router_that_serves_itself_logs_denied_names_and_others_apart() {
    let strict = declared("strict").deny_undeclared_names().build().unwrap();
    let inner = Router::new().route("/misspelt", get(misspelt)).with_guard(strict);
    let app = Router::<()>::new()
        .route("/misspelt", get(misspelt))
        .nest("/inner", inner)
        .with_guard(declared("lenient").build().unwrap());
    let events = capture();
    let request = http::Request::get("/none").body(axum::body::Body::empty()).unwrap();
    tower::ServiceExt::oneshot(app, request).await.unwrap();
    let said: Vec<_> = events.take().into_iter().filter(|event| event.level <= Level::WARN).collect();
    let said: Vec<_> =
        said.iter().map(|event| (event.level, event.field("message").unwrap().contains("strict"))).collect();
    assert_eq!(said, [(Level::ERROR, true), (Level::WARN, false)]);
}

#[test]
fn each_kind_is_checked_by_itself() {
    let app = || Router::<()>::new().route("/strangers", get(strangers));
    let scopes_only = declared("scopes").deny_undeclared_names().build().unwrap();
    let _axum = app().with_guard(scopes_only).into_axum();

    jwt_guard::roles! {
        enum Role { Suspended = "suspended" }
    }
    let roles_too = declared("both").roles::<Role>().deny_undeclared_names().build().unwrap();
    let refused = catch_unwind(AssertUnwindSafe(|| app().with_guard(roles_too).into_axum())).unwrap_err();
    let said = refused.downcast_ref::<String>().unwrap();
    assert!(said.contains("did you mean `role = \"suspended\"`?"), "{said}");
}

#[test]
fn a_name_is_unused_if_no_guard_that_declares_it_is_asked_for_it() {
    let writes = Router::new().route("/write", get(write)).with_guard(declared("writes").build().unwrap());
    // It does not declare what it is asked for.
    let bare = Router::new().route("/misspelt", get(misspelt)).with_guard(named("bare").build().unwrap());
    let app = Router::<()>::new().route("/read", get(read)).nest("/a", writes).nest("/b", bare);
    let table = app.with_guard(declared("reads").build().unwrap()).access_table();
    let unused: Vec<_> = table.unused_names().into_iter().map(|name| name.condition).collect();
    assert_eq!(unused, [r#"scope = "orders:export""#]);
    let listed = serde_json::to_value(table.unused_names()).unwrap();
    assert_eq!(listed[0]["condition"], r#"scope = "orders:export""#);
}

/// An enum by hand, with a misspelling in what a name implies.
enum ByHand {}

impl Scopes for ByHand {
    const TERMS: &'static [Term] =
        &[Term::new("reports:read"), Term::new("reports:all").with_implied(&["report:read"])];
}

/// As `ByHand`, and what it implies is declared by another enum.
enum AcrossEnums {}

impl Scopes for AcrossEnums {
    const TERMS: &'static [Term] = &[Term::new("reports:all").with_implied(&["orders:read"])];
}

#[test]
fn an_enum_by_hand_cannot_imply_what_no_enum_declares() {
    let refused = declared("shop").scopes::<ByHand>().build().unwrap_err().to_string();
    assert!(
        refused.contains(r#"declares that "reports:all" implies "report:read", which no enum"#),
        "{refused}"
    );
    assert!(declared("shop").scopes::<AcrossEnums>().build().is_ok());
}

#[tokio::test]
async fn metadata_of_two_guards_of_a_resource_has_the_description_that_one_of_them_knows() {
    let resource = "https://api.example/orders";
    // Guards are listed by their age.
    let bare = named("bare").issuer("https://id.example").resource(resource).build().unwrap();
    let knows = declared("knows").issuer("https://id.example").resource(resource).build().unwrap();
    let inner = Router::new().route("/read", get(read)).with_guard(knows);
    let app = Router::<()>::new().route("/read", get(read)).nest("/inner", inner).with_guard(bare);
    let server = Server::start(app.resource_metadata().into_axum()).await;
    let answer = server.send(Request::get("/.well-known/oauth-protected-resource/orders")).await;
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["scopes_supported"], json!(["orders:read"]));
    assert_eq!(document["scope_descriptions"], json!({ "orders:read": "See orders." }));
}

/// An installed guard stays for the life of the process, so this runs in a process of its own.
#[test]
fn the_lock_has_the_hierarchy_of_an_installed_guard() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "attributes::declared_names::in_a_process_with_an_installed_guard",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by `the_lock_has_the_hierarchy_of_an_installed_guard`"]
fn in_a_process_with_an_installed_guard() {
    let app = Router::<()>::new().route("/read", get(read));
    let implied = r#": scope = "orders:write" implies scope = "orders:read""#;
    let before = AccessLock::of(&app.access_table()).to_string();
    assert!(!before.contains("implies"), "{before}");
    declared("installed").build().unwrap().install().unwrap();
    let after = AccessLock::of(&app.access_table()).to_string();
    assert!(after.contains(implied), "{after}");
}

#[tokio::test]
async fn a_variant_is_looked_up_among_the_names_of_a_caller() {
    let app = Router::<()>::new().route("/read", get(read)).with_guard(declared("shop").build().unwrap());
    let server = Server::start(app.into_axum()).await;
    server
        .get("/read", &token(&[("scope", "\"orders:write\"")]))
        .await
        .is(Outcome::ok("true false true true"));
}

#[test]
fn an_enum_lists_its_variants_and_is_made_from_texts() {
    assert_eq!(Scope::all(), [Scope::Read, Scope::Write, Scope::Export]);
    assert_eq!(Scope::try_from("orders:write"), Ok(Scope::Write));
    assert_eq!(Scope::try_from("orders:export".to_owned()), Ok(Scope::Export));
    let refused: Result<Scope, NotDeclared> = Scope::try_from("Write");
    assert_eq!(refused.unwrap_err().to_string(), r#"the vocabulary does not declare "Write""#);
}

#[test]
fn serde_writes_and_reads_the_name_if_the_enum_says_so() {
    assert_eq!(serde_json::to_string(&Scope::Write).unwrap(), r#""orders:write""#);
    assert_eq!(serde_json::from_str::<Scope>(r#""orders:write""#).unwrap(), Scope::Write);
    let refused = serde_json::from_str::<Scope>(r#""Write""#).unwrap_err().to_string();
    assert!(refused.contains("does not declare \"Write\""), "{refused}");
}
