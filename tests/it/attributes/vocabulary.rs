//! Declared scopes and roles: in policies and implications over HTTP, and in table, log, lock, metadata and tokens.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jwt_guard::lock::AccessLock;
use jwt_guard::policy::{NotDeclared, Policy, Requirement, Roles as _, Rule, Scopes as _, Term};
use jwt_guard::routing::get;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, Secret, SigningKey, requires, roles, scopes};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{AUDIENCE, Outcome, Request, Server, guard, token};
use serde_json::{Value, json};
use tracing::Level;

scopes! {
    /// What a token allows.
    #[derive(PartialOrd, Ord)]
    pub enum Scope {
        /// See
        /// orders.
        ///
        /// Not shown.
        Read = "orders:read",
        /// Place orders.
        Write = "orders:write" implies Read,
        /// Everything.
        Admin = "admin" implies [Self::Write, Export],
        Export = "orders:export",
    }
}

roles! {
    pub(crate) enum Role {
        Clerk = "clerk",
        /// Runs a shop.
        Manager = "Shop manager" implies Clerk,
    }
}

/// What a function of a library declares.
mod reports {
    jwt_guard::scopes! {
        pub enum Report {
            /// See reports.
            Read = "reports:read",
        }
    }
}

struct Closed;

impl Policy for Closed {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::Not(&Requirement::Role(Role::Clerk.as_str())));
}

/// A constant of the enum is a name too.
const USUAL: Scope = Scope::Read;

#[requires(scope = Scope::Read)]
async fn read(caller: Principal) -> String {
    caller.scopes().to_string()
}

#[requires(any(scope = self::Scope::Write, all(role = Role::Clerk, scope = USUAL)))]
async fn write() {}

#[requires(not(role = Role::Clerk))]
async fn strangers() {}

#[requires(policy = Closed, scope = "orders:read")]
async fn closed() {}

#[requires(scope = "order:read")]
async fn misspelt() {}

#[requires(not(role = "suspended"), role = "orders:read")]
async fn foreign() {}

#[requires(scope = Scope::Export)]
async fn export() {}

#[requires(scope = reports::Report::Read)]
async fn report() {}

fn declared() -> Builder<HasKeys, HasAudience> {
    guard(Algorithm::Hs256).scopes::<Scope>().roles::<Role>()
}

fn router() -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/strangers", get(strangers))
        .route("/closed", get(closed))
}

fn of(scope: &str, role: &str) -> String {
    token(&[("scope", &format!("{scope:?}")), ("roles", &format!("[{role:?}]"))])
}

#[tokio::test]
async fn a_variant_asks_for_its_name_and_counts_what_implies_it() {
    let server = Server::start(router().with_guard(declared().build().unwrap()).into_axum()).await;
    for (route, scope, role, status) in [
        ("/read", "orders:read", "", 200),
        ("/read", "orders:write", "", 200),
        ("/read", "admin", "", 200),
        ("/read", "orders:export", "", 403),
        ("/read", "Read", "", 403),
        ("/write", "orders:read", "", 403),
        ("/write", "orders:read", "clerk", 200),
        ("/write", "orders:read", "Shop manager", 200),
        ("/write", "orders:read", "Manager", 403),
        ("/strangers", "", "visitor", 200),
        ("/strangers", "", "clerk", 403),
        ("/strangers", "", "Shop manager", 403),
        ("/closed", "orders:write", "", 200),
        ("/closed", "orders:write", "Shop manager", 403),
    ] {
        let answer = server.get(route, &of(scope, role)).await;
        assert_eq!(answer.status, status, "{route} for {scope:?} and {role:?}");
    }
    server
        .get("/read", &of("admin", ""))
        .await
        .is(Outcome::ok("admin orders:export orders:read orders:write"));
    let refused = server.get("/read", &of("other", "")).await;
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"scope="orders:read""#), "{challenge}");
}

#[tokio::test]
async fn without_the_vocabulary_a_variant_is_its_name_alone() {
    let app = router().route("/misspelt", get(misspelt)).with_guard(guard(Algorithm::Hs256).build().unwrap());
    let table = app.access_table();
    assert_eq!((table.undeclared_names(), table.unused_names()), (vec![], vec![]));
    let events = capture();
    let server = Server::start(app.into_axum()).await;
    assert!(events.take().is_empty(), "nothing is declared, so nothing is missing");
    assert_eq!(server.get("/read", &of("orders:read", "")).await.status, 200);
    assert_eq!(server.get("/read", &of("orders:write", "")).await.status, 403);
}

#[tokio::test]
async fn declared_implications_and_those_of_the_builder_are_one_hierarchy() {
    let guard = declared().scope_implies("legacy", [Scope::Write]).role_implies(Role::Manager, ["auditor"]);
    let app = router().route("/misspelt", get(misspelt)).with_guard(guard.build().unwrap());
    let lock = AccessLock::of(&app.access_table()).to_string();
    for line in [
        r#": scope = "legacy" implies scope = "orders:read", scope = "orders:write""#,
        r#": scope = "orders:write" implies scope = "orders:read""#,
        r#": role = "Shop manager" implies role = "auditor", role = "clerk""#,
    ] {
        assert!(lock.contains(line), "{line}: {lock}");
    }
    let server = Server::start(app.into_axum()).await;
    assert_eq!(server.get("/read", &of("legacy", "")).await.status, 200);

    let cycle = declared().scope_implies("orders:read", ["admin"]).build().unwrap_err().to_string();
    assert!(cycle.contains("`scopes` with `scope_implies` forms a cycle, `admin -> "), "{cycle}");
    let twice = declared().scopes::<Scope>().build().unwrap_err().to_string();
    assert!(twice.contains(r#"the scope "orders:read" is declared twice, by `it::"#), "{twice}");
}

#[test]
fn the_table_names_what_is_undeclared_and_what_is_unused() {
    let all = router()
        .route("/misspelt", get(misspelt))
        .route("/foreign", get(foreign))
        .route("/report", get(report));
    let guard = declared().scope_implies("partner", ["reports:read"]).name("shop").build().unwrap();
    let table = all.with_guard(guard).access_table();
    let undeclared: Vec<_> = table
        .undeclared_names()
        .into_iter()
        .map(|name| (name.condition, name.nearest, name.routes))
        .collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        undeclared,
        [
            (
                text(r#"scope = "order:read""#),
                Some(text(r#"scope = "orders:read""#)),
                vec![text("GET /misspelt")]
            ),
            // A scope that stands where a role is asked for.
            (
                text(r#"role = "orders:read""#),
                Some(text(r#"scope = "orders:read""#)),
                vec![text("GET /foreign")]
            ),
            (text(r#"role = "suspended""#), None, vec![text("GET /foreign")]),
        ],
        "`reports:read` is known from `scope_implies`"
    );
    // `admin` implies what is asked for.
    let unused: Vec<_> = table.unused_names().into_iter().map(|name| (name.condition, name.guard)).collect();
    assert_eq!(unused, [(text(r#"scope = "orders:export""#), text("shop"))]);

    let expected = "the guard \"shop\" does not declare `scope = \"order:read\"` of GET /misspelt; did you mean `scope = \
                    \"orders:read\"`?";
    let unused = "the guard \"shop\" declares `scope = \"orders:export\"`, and no policy asks for it";
    for shown in [table.to_string(), table.to_markdown()] {
        assert!(shown.contains(&format!("undeclared: {expected}\n")), "{shown}");
        assert!(shown.contains(&format!("unused: {unused}\n")), "{shown}");
    }
    let rows: Value = serde_json::from_str(&table.to_json()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), table.rows().len());
}

#[test]
fn each_kind_and_each_guard_is_apart() {
    let scopes_only =
        guard(Algorithm::Hs256).scopes::<Scope>().scopes::<reports::Report>().name("outer").build();
    let inner = guard(Algorithm::Hs256).roles::<Role>().name("inner").build().unwrap();
    let inner =
        Router::new().route("/foreign", get(foreign)).route("/misspelt", get(misspelt)).with_guard(inner);
    let table = router()
        .route("/report", get(report))
        .nest("/inner", inner)
        .with_guard(scopes_only.unwrap())
        .access_table();
    let shown: Vec<_> =
        table.undeclared_names().into_iter().map(|name| (name.guard, name.condition)).collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        shown,
        [(text("inner"), text(r#"role = "orders:read""#)), (text("inner"), text(r#"role = "suspended""#)),]
    );
    let unused: Vec<_> = table.unused_names().into_iter().map(|name| (name.guard, name.condition)).collect();
    assert_eq!(
        unused,
        [
            (text("outer"), text(r#"scope = "orders:export""#)),
            (text("inner"), text(r#"role = "clerk""#)),
            (text("inner"), text(r#"role = "Shop manager""#)),
        ]
    );
}

#[test]
fn a_name_that_several_guards_declare_is_used_where_one_of_them_uses_it() {
    let guard = |name| guard(Algorithm::Hs256).scopes::<Scope>().name(name).build().unwrap();
    let inner: Router = Router::new().route("/export", get(export)).with_guard(guard("inner"));
    let outer = Router::new().route("/read", get(read)).nest("/inner", inner).with_guard(guard("outer"));
    assert_eq!(outer.access_table().unused_names(), [], "`admin` and `orders:write` imply `orders:read`");
    let alone = Router::<()>::new().route("/export", get(export)).with_guard(guard("alone"));
    let unused: Vec<_> = alone.access_table().unused_names().into_iter().map(|name| name.condition).collect();
    assert_eq!(unused, [r#"scope = "orders:read""#, r#"scope = "orders:write""#]);
}

#[tokio::test]
async fn what_is_undeclared_is_a_warning_at_start_and_by_a_setting_a_mistake() {
    let app = || router().nest("/v1", Router::new().route("/misspelt", get(misspelt)));
    let events = capture();
    let _axum = app().with_guard(declared().build().unwrap()).into_axum();
    let logged = events.only();
    assert_eq!(logged.level, Level::WARN);
    let message = logged.field("message").unwrap();
    assert!(message.starts_with("policies ask for names that are not declared:\nthe guard \""), "{message}");
    assert!(message.contains("of GET /v1/misspelt; did you mean"), "{message}");

    let _axum = router().with_guard(declared().build().unwrap()).into_axum();
    assert!(events.take().is_empty(), "unused names are in the table only");

    let strict = || declared().deny_undeclared_names().build().unwrap();
    let refused = catch_unwind(AssertUnwindSafe(|| app().with_guard(strict()).into_axum())).unwrap_err();
    let said = refused.downcast_ref::<String>().unwrap();
    assert!(said.contains("names that are not declared:\nthe guard"), "{said}");
    let _axum = router().with_guard(strict()).into_axum();

    // As a service the router says it at its first call.
    let events = capture();
    let served = app().with_guard(strict());
    let request = http::Request::get("/read").body(axum::body::Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(served, request).await.unwrap();
    assert_eq!(answer.status(), 401);
    let said: Vec<_> = events.take().into_iter().filter(|event| event.level == Level::ERROR).collect();
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[tokio::test]
async fn metadata_lists_asked_scopes_in_the_order_of_the_vocabulary_with_descriptions() {
    let resource = "https://api.example/orders";
    let guard = declared().issuer("https://id.example").resource(resource).build().unwrap();
    let app = router().route("/misspelt", get(misspelt)).with_guard(guard).resource_metadata();
    let server = Server::start(app.into_axum()).await;
    let answer = server.send(Request::get("/.well-known/oauth-protected-resource/orders")).await;
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["scopes_supported"], json!(["orders:read", "orders:write", "order:read"]));
    let described = json!({ "orders:read": "See orders.", "orders:write": "Place orders." });
    assert_eq!(document["scope_descriptions"], described);
}

#[tokio::test]
async fn an_enum_reads_like_a_text_where_tokens_are_signed_and_read() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let guard = JwtGuard::builder().signing_key(key).audience(AUDIENCE).scopes::<Scope>().roles::<Role>();
    let guard = guard.build().unwrap();
    let signed =
        guard.issuer().unwrap().access("ada").scopes([Scope::Write]).roles([Role::Manager]).sign().unwrap();
    let server = Server::start(router().with_guard(guard).into_axum()).await;
    server.get("/read", signed.as_str()).await.is(Outcome::ok("orders:write orders:read"));

    assert_eq!(Scope::Admin.to_string(), "admin");
    assert_eq!(format!("{:>6}|{:?}", Scope::Admin, Scope::Admin), " admin|Admin");
    assert_eq!("Shop manager".parse(), Ok(Role::Manager));
    let unknown: Result<Role, NotDeclared> = "boss".parse();
    assert_eq!(unknown.unwrap_err().to_string(), r#"the vocabulary does not declare "boss""#);
    let (text, owned): (&str, String) = (Scope::Read.into(), Scope::Read.into());
    assert_eq!((text, &*owned, Scope::Read.as_ref()), ("orders:read", "orders:read", "orders:read"));
    assert!(Scope::Read < Scope::Write, "what the user derives stays");
    let terms: Vec<_> =
        Scope::TERMS.iter().map(|term| (term.name(), term.description(), term.implied())).collect();
    assert_eq!(
        terms,
        [
            ("orders:read", Some("See orders."), &[][..]),
            ("orders:write", Some("Place orders."), &["orders:read"]),
            ("admin", Some("Everything."), &["orders:write", "orders:export"]),
            ("orders:export", None, &[]),
        ]
    );
    assert_eq!(Role::TERMS[0], Term::new("clerk"));
}
