//! Machines beside people: tokens of the client credentials grant without a subject, as Duende and Cloudflare sign them.

use std::sync::{Arc, Mutex};

use jwt_guard::extract::CurrentUser;
use jwt_guard::setup::TokenProfile;
use jwt_guard::store::{MemoryStore, StoreLimits, Subject, TokenInfo};

use super::*;

const ISSUER: &str = "https://id.example";

fn issuer() -> TrustedIssuer {
    TrustedIssuer::new(ISSUER).audience("orders")
}

fn alice() -> Value {
    json!({"iss": ISSUER, "aud": "orders", "client_id": "web", "sub": "alice", "jti": "A1", "iat": NOW - 5,
        "exp": NOW + 600, "scope": ["read"]})
}

/// A token of a machine, whose `sub` is this; `Null` leaves it out.
fn billing(sub: &Value) -> Value {
    let mut token = changed(&alice(), json!({"client_id": "billing", "sub": null, "jti": "B1"}));
    if !sub.is_null() {
        token["sub"] = sub.clone();
    }
    token
}

fn machine() -> Value {
    billing(&Value::Null)
}

/// `sub` as the issuers of machines write it.
fn absences() -> [Value; 2] {
    [Value::Null, json!("")]
}

struct User(String);

#[jwt_guard::authentication_required]
async fn who(caller: Principal) -> String {
    let kind = if caller.is_machine() { "machine" } else { "person" };
    format!("{kind} {:?} by {:?} is {:?}", caller.subject(), caller.client_id(), caller.display_name())
}

#[jwt_guard::requires(scope = "read")]
async fn read() -> &'static str {
    "read"
}

#[jwt_guard::anonymous_allowed]
async fn open(caller: Principal) -> String {
    format!("{} {}", caller.is_authenticated(), caller.is_machine())
}

#[jwt_guard::authentication_required]
async fn claims(claims: Claims) -> String {
    claims.subject().to_owned()
}

#[jwt_guard::anonymous_allowed]
async fn maybe(claims: Option<Claims>) -> String {
    format!("{}", claims.is_some())
}

#[jwt_guard::authentication_required]
async fn user(user: CurrentUser<User>) -> String {
    user.0.clone()
}

#[jwt_guard::anonymous_allowed]
async fn maybe_user(user: Option<CurrentUser<User>>) -> String {
    format!("{}", user.is_some())
}

#[jwt_guard::authentication_required]
async fn log_out(
    guard: JwtGuard,
    caller: Principal,
) -> Result<axum::response::Response, jwt_guard::login::LoginError> {
    guard.logout(&caller).await
}

async fn serve(guard: JwtGuard) -> Server {
    let router = Router::new()
        .route("/who", routing::get(who))
        .route("/read", routing::get(read))
        .route("/open", routing::get(open))
        .route("/claims", routing::get(claims))
        .route("/maybe", routing::get(maybe))
        .route("/user", routing::get(user))
        .route("/maybe-user", routing::get(maybe_user))
        .route("/log-out", routing::get(log_out));
    Server::start(router.with_guard(guard).into_axum()).await
}

fn builder(issuer: TrustedIssuer) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder().trust(issuer.key_set(keys())).clock(ManualClock::new())
}

fn token(payload: &Value) -> String {
    signed(&json!({"typ": "at+jwt"}), payload)
}

#[tokio::test]
async fn a_machine_is_refused_unless_the_issuer_has_machine_callers() {
    let refusing = serve(builder(issuer()).build().unwrap()).await;
    let own = JwtGuard::builder().key_set(keys()).issuer(ISSUER).audience("orders").clock(ManualClock::new());
    let own = serve(own.machine_callers().build().unwrap()).await;
    let accepting = serve(builder(issuer().machine_callers()).build().unwrap()).await;
    let strict = issuer().machine_callers().profile(TokenProfile::AccessToken);
    let strict = serve(builder(strict).build().unwrap()).await;
    for sub in absences() {
        let machine = token(&billing(&sub));
        for target in ["/who", "/read", "/open"] {
            assert_eq!(refusing.get(target, &machine).await.outcome(), Outcome::BAD_TOKEN, "{sub} {target}");
        }
        for server in [&own, &accepting, &strict] {
            server.get("/read", &machine).await.is(Outcome::ok("read"));
            server.get("/read", &token(&alice())).await.is(Outcome::ok("read"));
        }
    }
}

#[tokio::test]
async fn the_principal_tells_a_machine_from_a_person_and_from_an_anonymous_caller() {
    let server = serve(builder(issuer().machine_callers()).build().unwrap()).await;
    for sub in absences() {
        let machine = token(&billing(&sub));
        server
            .get("/who", &machine)
            .await
            .is(Outcome::ok(r#"machine None by Some("billing") is Some("billing")"#));
        server.get("/open", &machine).await.is(Outcome::ok("true true"));
    }
    server
        .get("/who", &token(&alice()))
        .await
        .is(Outcome::ok(r#"person Some("alice") by Some("web") is Some("alice")"#));
    server.get("/open", &token(&alice())).await.is(Outcome::ok("true false"));
    server.send(jwt_guard_tests::Request::get("/open")).await.is(Outcome::ok("false false"));
    let without_scope = changed(&machine(), json!({"scope": null}));
    assert_eq!(server.get("/read", &token(&without_scope)).await.status, 403);
    for refused in [
        json!({"client_id": null}),
        json!({"client_id": ""}),
        json!({"aud": "billing"}),
        json!({"exp": NOW - 100}),
    ] {
        let answer = server.get("/who", &token(&changed(&machine(), refused))).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn no_handler_gets_an_empty_subject_and_no_loader_is_asked_for_one() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    // The second issuer's people are not users, and its machines are callers all the same.
    let partner =
        TrustedIssuer::new("https://partner.example").audience("orders").key_set(keys()).machine_callers();
    let guard =
        builder(issuer().machine_callers().same_users()).trust(partner).load_user(move |claims: Claims| {
            seen.lock().unwrap().push(claims.subject().to_owned());
            async move { Ok::<_, std::convert::Infallible>(Some(User(claims.subject().to_owned()))) }
        });
    let server = serve(guard.build().unwrap()).await;
    let of_partner = |token: Value| changed(&token, json!({"iss": "https://partner.example"}));
    for sub in absences() {
        for machine in [billing(&sub), of_partner(billing(&sub))] {
            let machine = token(&machine);
            server.get("/read", &machine).await.is(Outcome::ok("read"));
            for target in ["/claims", "/maybe", "/user", "/maybe-user"] {
                assert_eq!(server.get(target, &machine).await.status, 403, "{sub} {target}");
            }
        }
    }
    assert_eq!(*asked.lock().unwrap(), [""; 0]);
    server.get("/user", &token(&alice())).await.is(Outcome::ok("alice"));
    server.get("/claims", &token(&alice())).await.is(Outcome::ok("alice"));
    assert_eq!(server.get("/read", &token(&of_partner(alice()))).await.outcome(), Outcome::BAD_TOKEN);
    assert!(asked.lock().unwrap().iter().all(|name| name == "alice"));
}

#[tokio::test]
async fn revocations_of_subjects_do_not_touch_machines_and_machines_do_not_touch_subjects() {
    let guard = builder(issuer().machine_callers()).token_store(MemoryStore::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let other = changed(&machine(), json!({"client_id": "reports", "jti": "C1"}));
    let of_a_namesake = changed(&alice(), json!({"sub": "billing", "jti": "D1"}));
    for subject in ["alice", "", "billing"] {
        guard.logout_everywhere(subject).await.unwrap();
    }
    for sub in absences() {
        server.get("/read", &token(&billing(&sub))).await.is(Outcome::ok("read"));
    }
    assert_eq!(server.get("/read", &token(&alice())).await.outcome(), Outcome::BAD_TOKEN);
    assert_eq!(server.get("/read", &token(&of_a_namesake)).await.outcome(), Outcome::BAD_TOKEN);
    // A machine ends its own token, and no other machine's.
    assert_eq!(server.get("/log-out", &token(&machine())).await.status, 204);
    assert_eq!(server.get("/read", &token(&machine())).await.outcome(), Outcome::BAD_TOKEN);
    server.get("/read", &token(&other)).await.is(Outcome::ok("read"));
    // What ends the logins of all ends those of machines.
    guard.logout_everybody("a key has leaked").await.unwrap();
    assert_eq!(server.get("/read", &token(&other)).await.outcome(), Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn machines_that_log_out_without_end_leave_room_for_others() {
    let store = MemoryStore::with_limits(StoreLimits::each(20));
    let guard = builder(issuer().machine_callers()).token_store(store).build().unwrap();
    let server = serve(guard).await;
    for i in 0..50 {
        let one = token(&changed(&machine(), json!({"jti": format!("one {i}")})));
        // Beyond its share all of its tokens end.
        let status = server.get("/log-out", &one).await.status;
        assert!(status == 204 || i > 2 && status == 401, "{status} at {i}");
        assert_eq!(server.get("/read", &one).await.outcome(), Outcome::BAD_TOKEN);
    }
    let other = changed(&machine(), json!({"client_id": "reports", "jti": "C1"}));
    let of_a_namesake = changed(&alice(), json!({"sub": "billing", "jti": "D1"}));
    for payload in [&other, &of_a_namesake, &alice()] {
        server.get("/read", &token(payload)).await.is(Outcome::ok("read"));
        assert_eq!(server.get("/log-out", &token(payload)).await.status, 204);
        assert_eq!(server.get("/read", &token(payload)).await.outcome(), Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn all_tokens_of_a_machine_end_by_its_client() {
    let guard = builder(issuer().machine_callers()).token_store(MemoryStore::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let of_a_namesake = changed(&alice(), json!({"sub": "billing", "jti": "D1"}));
    guard.logout_everywhere(Subject::from("billing").as_client()).await.unwrap();
    assert_eq!(server.get("/read", &token(&machine())).await.outcome(), Outcome::BAD_TOKEN);
    for payload in [of_a_namesake, changed(&machine(), json!({"client_id": "reports"}))] {
        server.get("/read", &token(&payload)).await.is(Outcome::ok("read"));
    }
}

#[tokio::test]
async fn a_closure_of_revocations_sees_that_a_machine_has_no_subject() {
    let subjects = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&subjects);
    let store = move |token: &TokenInfo<'_>| {
        seen.lock().unwrap().push(token.subject.map(str::to_owned));
        false
    };
    let server = serve(builder(issuer().machine_callers()).revocation(store).build().unwrap()).await;
    for payload in [machine(), billing(&json!("")), alice()] {
        server.get("/read", &token(&payload)).await.is(Outcome::ok("read"));
    }
    assert_eq!(*subjects.lock().unwrap(), [None, None, Some("alice".to_owned())]);
}

#[tokio::test]
async fn the_service_token_of_cloudflare_access_is_named_by_its_common_name() {
    let access = TrustedIssuer::new("https://acme.cloudflareaccess.com").audience("4714c1358e65fe4b");
    let access = access.client_claim("common_name").machine_callers();
    let server = serve(builder(access).build().unwrap()).await;
    let service = json!({"type": "app", "aud": "4714c1358e65fe4b", "exp": NOW + 600, "iat": NOW,
        "iss": "https://acme.cloudflareaccess.com", "common_name": "e367826f93b8d71185e03fe518aff3b4.access", "sub": ""});
    let person = changed(
        &service,
        json!({"sub": "7335d417-61da-459d-899c-0a01c76a2f94", "common_name": null,
        "email": "alice@acme.example"}),
    );
    let expected = r#"machine None by Some("e367826f93b8d71185e03fe518aff3b4.access") is Some("e367826f93b8d71185e03fe518aff3b4.access")"#;
    server.get("/who", &signed(&json!({}), &service)).await.is(Outcome::ok(expected));
    let found = server.get("/who", &signed(&json!({}), &person)).await;
    assert!(found.body.starts_with(r#"person Some("7335d417"#), "{}", found.body);
}
