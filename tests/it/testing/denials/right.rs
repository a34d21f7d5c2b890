//! The right application: nothing is found, no handler runs, and what cannot be judged is named.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Path;
use jwt_guard::keys::GeneratedKey;
use jwt_guard::lock::AccessLock;
use jwt_guard::setup::TokenLocation;
use jwt_guard::testing::{Defect, Denials, assert_denials};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, Secret, SigningKey, TrustedIssuer, routing};
use jwt_guard::{anonymous_allowed, authentication_required, requires};
use jwt_guard_tests::sample::{self, Word};

use super::{judged, key};
use crate::testing::builder;

#[tokio::test]
async fn nothing_is_found_in_the_sample_and_what_cannot_be_judged_is_named() {
    let app = sample::by_utoipa(Word::Read);
    assert!(app.access_table().rows().len() >= 40);
    let report = judged(app).await;
    assert!(report.holes.is_empty(), "{report}");
    let unjudged: Vec<_> = report.unjudged.iter().map(|found| found.route.as_str()).collect();
    assert_eq!(unjudged, ["ANY /* (not listed)"], "{report}");
    let accepted: Vec<_> = report.accepted.iter().map(|found| found.route.as_str()).collect();
    let metadata = "GET /.well-known/oauth-protected-resource";
    let expected = [
        "ANY /* (not listed)",
        metadata,
        &format!("{metadata}/shop"),
        "POST /login",
        "POST /logout",
        "ANY /up",
    ];
    assert_eq!(accepted, expected, "{report}");
    assert!(report.requests > 900, "{}", report.requests);
    let unsent: Vec<_> = report.unsent.iter().map(|unsent| (unsent.guard.as_str(), unsent.defect)).collect();
    assert_eq!(
        unsent,
        [("shop", Defect::PublicKeyAsSecret), ("partners", Defect::PublicKeyAsSecret)],
        "{report}"
    );
}

#[tokio::test]
async fn the_lock_of_the_application_itself_changes_nothing() {
    let app = sample::by_aide(Word::Read);
    let lock = AccessLock::of(&app.access_table());
    let report = Denials::of(app.clone()).key(key()).lock(lock).check().await;
    assert_eq!(report, judged(app).await);
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

#[requires(scope = "a", any(role = "b", claim("c") = 1), owner = "user")]
async fn guarded(_: Path<String>, _body: String) {
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[authentication_required(token = "refresh")]
async fn renew(_body: String) {
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[anonymous_allowed]
async fn posted(_body: String) {
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[tokio::test]
async fn no_guarded_handler_runs_and_no_open_one_that_may_change_something() {
    let app = Router::new()
        .route("/{user}", routing::any(guarded))
        .route("/{user}/hidden", routing::put(hidden))
        .route("/tokens", routing::post(renew))
        .route("/news", routing::post(posted))
        .with_guard(builder().build().unwrap());
    assert_denials(app).await;
    assert_eq!(RUNS.load(Ordering::SeqCst), 0);
}

#[requires(scope = "a", deny_as = "not_found")]
async fn hidden(_body: String) {
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[requires(scope = "a", enforcement = "report_only")]
async fn tried(claims: Claims) -> String {
    claims.subject().to_owned()
}

#[tokio::test]
async fn a_policy_that_is_only_reported_is_named_and_is_a_hole_where_the_lock_enforces_it() {
    let app = Router::new().route("/", routing::get(tried)).with_guard(builder().build().unwrap());
    let report = Denials::of(app.clone()).check().await;
    assert_eq!(report.unjudged.len(), 1, "{report}");
    assert!(report.to_string().contains("report-only, so that every caller is admitted"), "{report}");
    let lock = AccessLock::of(&app.access_table()).to_string().replace(", enforcement = \"report_only\"", "");
    let report = Denials::of(app).key(key()).lock(lock.parse().unwrap()).check().await;
    assert!(report.holes.iter().any(|hole| hole.to_string().contains("scope = \"a\"")), "{report}");
}

#[requires(scope = "orders:write", not(scope = "orders:banned"))]
async fn write() {}

#[tokio::test]
async fn a_hierarchy_is_taken_into_account() {
    #[requires(all(scope = "orders:write", scope = "orders:admin"))]
    async fn both() {}

    let guard = builder().scope_implies("orders:admin", ["orders:write"]).build().unwrap();
    let app =
        Router::new().route("/", routing::put(write)).route("/both", routing::get(both)).with_guard(guard);
    assert_denials(app).await;
}

#[tokio::test]
async fn tokens_go_where_the_guard_looks() {
    for place in
        [TokenLocation::cookie("access"), TokenLocation::header("X-Api-Key"), TokenLocation::bearer()]
    {
        let guard = builder().locations([place.clone()]).build().unwrap();
        let app = Router::new().route("/", routing::post(write).get(write)).with_guard(guard);
        assert_denials(app).await;
    }
}

#[tokio::test]
async fn a_guard_without_a_key_for_the_test_is_named() {
    let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
    let app = Router::new().route("/", routing::get(write)).with_guard(guard);
    let report = Denials::of(app).check().await;
    assert!(report.unjudged[0].reason.contains("`.key(key)`"), "{report}");
    assert!(report.unjudged[0].place.contains("right.rs"), "{report}");
}

#[tokio::test]
async fn what_a_guard_accepts_by_its_configuration_is_named() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let guard = JwtGuard::builder().signing_key(key).danger().any_audience("a test").build().unwrap();
    let report = Denials::of(Router::new().route("/", routing::get(write)).with_guard(guard)).check().await;
    let unsent: Vec<_> = report.unsent.iter().map(|unsent| unsent.defect).collect();
    let expected = [Defect::OtherIssuer, Defect::OtherAudience, Defect::PublicKeyAsSecret, Defect::IdToken];
    assert_eq!(unsent, expected, "{report}");
    assert!(
        report.to_string().contains("a token of another issuer: the guard accepts any issuer (`api`)"),
        "{report}"
    );
}

#[tokio::test]
async fn a_caller_whom_the_application_does_not_know_is_named() {
    let load = async |claims: Claims| Ok::<_, std::io::Error>((claims.subject() == "ada").then_some(()));
    let guard = builder().load_user(load).build().unwrap();
    let app = Router::new().route("/", routing::get(write)).with_guard(guard);
    let report = Denials::of(app.clone()).check().await;
    assert!(report.unjudged[0].reason.contains("`.subject(..)`"), "{report}");
    Denials::of(app).subject("ada").assert().await;
}

#[tokio::test]
async fn conditions_that_the_best_caller_does_not_meet_are_named() {
    #[requires(owner = "user")]
    async fn letters() {}

    #[requires(acr = "gold", all(acr = "silver"))]
    async fn vault() {}

    // With two issuers, none of which is the service itself, a subject is not the owner of anything.
    let key = GeneratedKey::new(Algorithm::EdDsa).unwrap().signing_key().clone();
    let guard = JwtGuard::builder()
        .trust(TrustedIssuer::new("https://one.example").key(key.verifying_key()).audience("shop"))
        .trust(TrustedIssuer::new("https://two.example").key(super::key().verifying_key()).audience("shop"))
        .build()
        .unwrap();
    let app = Router::new().route("/{user}", routing::get(letters)).route("/vault", routing::get(vault));
    let report = Denials::of(app.with_guard(guard)).key(key).check().await;
    let unjudged: Vec<_> = report.unjudged.iter().map(|found| found.route.as_str()).collect();
    assert_eq!(unjudged, ["GET /vault", "GET /{user}"], "{report}");
    assert!(report.unjudged.iter().all(|found| found.reason.contains("is refused too")), "{report}");
}

#[tokio::test]
async fn every_issuer_whose_key_the_test_has_is_tried() {
    let keys = [1, 2].map(|_| GeneratedKey::new(Algorithm::EdDsa).unwrap().signing_key().clone());
    let [one, two] = keys.clone().map(|key| key.verifying_key());
    let guard = JwtGuard::builder()
        .trust(TrustedIssuer::new("https://one.example").key(one).audience("shop"))
        .trust(TrustedIssuer::new("https://two.example").key(two).audience("shop"))
        .build()
        .unwrap();
    let app = Router::new().route("/", routing::put(write)).with_guard(guard);
    let mut counts = Vec::new();
    for count in [1, 2] {
        let denials = Denials::of(app.clone());
        let denials = keys.iter().take(count).fold(denials, |denials, key| denials.key(key.clone()));
        let report = denials.check().await;
        report.assert();
        counts.push(report.requests);
    }
    // Twelve defects, and three callers who do not meet the conditions.
    assert_eq!(counts[1] - counts[0], 12 + 3, "{counts:?}");
}

#[jwt_guard::check]
async fn is_theirs(Path(id): Path<String>) -> bool {
    id == "7"
}

#[tokio::test]
async fn checks_are_named_because_only_the_application_knows_them() {
    #[requires(scope = "orders:write", check = is_theirs)]
    async fn checked() {}

    let app = Router::new().route("/{id}", routing::put(checked)).with_guard(builder().build().unwrap());
    let report = Denials::of(app).check().await;
    assert_eq!(report.unjudged.len(), 1, "{report}");
    assert!(report.unjudged[0].reason.contains("checks"), "{report}");
}

#[tokio::test]
async fn an_open_route_whose_check_refuses_is_not_a_hole() {
    #[anonymous_allowed(check = is_theirs)]
    async fn shared() {}

    let app = Router::new().route("/{id}", routing::get(shared)).with_guard(builder().build().unwrap());
    Denials::of(app).unjudged("GET /{id}", "`is_theirs` has a test").assert().await;
}

#[tokio::test]
async fn a_policy_that_is_stricter_than_the_lock_is_not_a_hole() {
    let app = Router::new().route("/", routing::get(write)).with_guard(builder().build().unwrap());
    for policy in ["anonymous_allowed", "authentication_required", "requires(scope = \"orders:write\")"] {
        let lock: AccessLock = format!("version 1\nGET \"/\" guard \"api\": {policy}").parse().unwrap();
        Denials::of(app.clone()).lock(lock).assert().await;
    }
}

#[tokio::test]
async fn a_route_is_left_out_with_a_reason_that_the_report_repeats() {
    #[anonymous_allowed]
    async fn page() {}

    let app = Router::new().fallback(page).with_guard(builder().build().unwrap());
    assert_eq!(assert_holes(app.clone()).await, 1);
    let report = Denials::of(app).except("ANY /* (no route)", "a single-page application").check().await;
    report.assert();
    assert_eq!(report.accepted[0].why, "a single-page application");
}

async fn assert_holes(app: Router) -> usize {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    Denials::of(app).key(key).check().await.holes.len()
}

#[tokio::test]
async fn a_hole_fails_the_test_with_the_whole_report() {
    #[anonymous_allowed]
    async fn page() {}

    let app = Router::new().fallback(page).with_guard(builder().build().unwrap());
    let panicked =
        tokio::spawn(AssertUnwindSafe(async move { assert_denials(app).await }).0).await.unwrap_err();
    let panic = panicked.into_panic();
    let message = panic.downcast_ref::<String>().unwrap();
    for part in
        ["1 of ", "GET /* (no route): anonymous_allowed", "sent", "expected", "found", "at ", "right.rs:"]
    {
        assert!(message.contains(part), "{part}: {message}");
    }
}
