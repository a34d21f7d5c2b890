//! Mistakes of authentication systems for other languages, and the answers here. [`ELSEWHERE`] names tests of such
//! mistakes in other files.

use std::time::Duration;

use jwt_guard::issue::TokenIssuer;
use jwt_guard::store::{Issued, MemoryStore, Revocation, TokenStore as _};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, SigningKey as Signer, requires, routing};
use jwt_guard_tests::{
    ManualClock, NOW, Outcome, Payload, Request, Server, SigningKey, base64url, guard, hs256, sources, token,
};

use crate::app::{self, ALICE, ANONYMOUS, OPEN, PROTECTED, refuses, welcomes};

/// The mistakes whose tests stand beside others of their subject, by the file below `tests/it` and the name of the test.
const ELSEWHERE: [(&str, &str, &str); 6] = [
    (
        "a session id that the client chose is accepted",
        "sessions.rs",
        "an_id_that_was_made_up_is_not_a_session",
    ),
    (
        "the CSRF value is not compared with the token",
        "browsers/csrf.rs",
        "a_request_that_changes_something_repeats_the_claim_of_its_token",
    ),
    (
        "tokens are logged",
        "login/silence.rs",
        "no_token_and_no_subject_is_in_the_log_of_logins_refreshes_and_logouts",
    ),
    (
        "cookies lack attributes that protect them",
        "login/answers.rs",
        "cookies_have_every_attribute_that_protects_them",
    ),
    ("sessions never expire", "sessions.rs", "a_session_ends_when_it_is_idle_and_when_it_is_old"),
    (
        "the answer to a login is not that of OAuth 2",
        "login/answers.rs",
        "json_is_the_oauth_2_answer_and_its_tokens_are_good",
    ),
];

#[test]
fn every_mistake_that_is_tested_elsewhere_is_tested_there() {
    for (mistake, file, name) in ELSEWHERE {
        let found = sources::read(&format!("tests/it/{file}")).contains(&format!("fn {name}("));
        assert!(found, "{mistake}: expected `{name}` in {file}");
    }
}

const HEADER: &str = r#"{"alg":"HS256"}"#;

fn at_now() -> std::time::SystemTime {
    std::time::UNIX_EPOCH + Duration::from_secs(NOW)
}

/// A store that has revoked the token called `t1`.
async fn revoked_t1() -> MemoryStore {
    let store = MemoryStore::new();
    let expires_at = at_now() + Duration::from_secs(3600);
    store.revoke(Revocation::Token { id: "t1".to_owned(), expires_at }, at_now()).await.unwrap();
    store
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_however_its_text_is_varied() {
    let server = app::serve(guard(Algorithm::Hs256).token_store(revoked_t1().await).build().unwrap()).await;
    let revoked = token(&[("jti", "\"t1\"")]);
    welcomes(&server, "another token", &token(&[("jti", "\"t2\"")])).await;
    for text in
        [revoked.clone(), format!("{revoked}="), format!("{revoked}!!!!"), last_bits_changed(&revoked)]
    {
        let answer = server.get(PROTECTED, &text).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401), "{text}");
    }
}

#[tokio::test]
async fn an_allow_list_lets_in_what_is_on_it_and_nothing_else() {
    let store = MemoryStore::new();
    let expires_at = at_now() + Duration::from_secs(3600);
    let token_1 = Issued { id: "t1".to_owned(), subject: "alice".into(), family: None, expires_at };
    store.allow(token_1, at_now()).await.unwrap();
    let guard = guard(Algorithm::Hs256).token_store(store).allow_list().build().unwrap();
    let server = app::serve(guard).await;
    welcomes(&server, "issued", &token(&[("jti", "\"t1\"")])).await;
    refuses(&server, "not issued", &token(&[("jti", "\"t2\"")])).await;
}

#[test]
fn a_list_that_nothing_would_consult_is_an_error_at_start() {
    let error = guard(Algorithm::Hs256).allow_list().build().unwrap_err();
    assert!(error.to_string().contains("`allow_list` needs a `token_store`"), "{error}");
}

#[tokio::test]
async fn a_token_without_a_name_is_refused_where_it_could_not_be_revoked() {
    let store = MemoryStore::new();
    let server = app::serve(guard(Algorithm::Hs256).token_store(store).build().unwrap()).await;
    refuses(&server, "no jti", &token(&[("jti", "")])).await;
}

#[tokio::test]
async fn a_time_that_is_not_a_number_is_refused_and_not_skipped() {
    let server = app::serve(hs256()).await;
    for name in ["exp", "nbf"] {
        for value in ["\"never\"", "[1800000600]", "null", "{}", "true"] {
            refuses(&server, name, &token(&[(name, value)])).await;
        }
    }
}

#[tokio::test]
async fn no_token_lives_for_ever() {
    let server = app::serve(hs256()).await;
    refuses(&server, "no exp", &token(&[("exp", "")])).await;
    let key = Signer::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let issuer = TokenIssuer::builder(key).audience("orders").build().unwrap();
    let issued = issuer.access("alice").sign().unwrap();
    assert_eq!(issued.expires_in(), Duration::from_secs(15 * 60));
    assert!(issuer.access("alice").claim("exp", 9_999_999_999_u64).sign().is_err());
}

#[tokio::test]
async fn an_exempt_route_opens_no_other() {
    let open = || async { "open" };
    let app = axum::Router::new()
        .route("/login", axum::routing::get(open))
        .route("/admin/login-history", axum::routing::get(open))
        .layer(hs256().require_authentication().except("/login"));
    let server = Server::start(app).await;
    server.send(Request::get("/login")).await.is(Outcome::ok("open"));
    server.send(Request::get("/admin/login-history")).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn every_claim_and_the_algorithm_are_checked() {
    let guard = guard(Algorithm::Hs256).key(SigningKey::of(Algorithm::Rs256).verifying());
    let server = app::serve(guard.issuer("https://id.example").build().unwrap()).await;
    let later = (NOW + 3600).to_string();
    for (name, value) in
        [("nbf", later.as_str()), ("iss", "\"https://evil.example\""), ("aud", "\"billing\"")]
    {
        refuses(&server, name, &token(&[(name, value)])).await;
    }
    // The secret and the public key are both known; neither verifies what the other should have.
    let payload = Payload::good().to_string();
    let signer = SigningKey::of(Algorithm::Hs256);
    for algorithm in ["RS256", "HS512", "HS384", "HS"] {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        refuses(&server, algorithm, &signer.token_of(&header, payload.as_bytes())).await;
    }
}

#[requires(fresh)]
async fn fresh_only() -> &'static str {
    "fresh"
}

#[tokio::test]
async fn fresh_is_the_boolean_and_not_merely_something() {
    let app = Router::new().route("/", routing::get(fresh_only)).with_guard(hs256()).into_axum();
    let server = Server::start(app).await;
    server.get("/", &token(&[("fresh", "true")])).await.is(Outcome::ok("fresh"));
    for value in ["\"no\"", "\"true\"", "1", "[true]", "{}", "null", "false", ""] {
        let answer = server.get("/", &token(&[("fresh", value)])).await;
        assert_eq!(answer.status, 401, "{value}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert_eq!(challenge, r#"Bearer realm="api", error="insufficient_user_authentication""#);
    }
}

#[test]
fn custom_claims_overwrite_no_registered_one() {
    let key = Signer::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let issuer = TokenIssuer::builder(key).issuer("https://id.example").audience("orders").build().unwrap();
    for name in ["sub", "exp", "iat", "nbf", "iss", "aud", "jti", "sid", "scope", "fresh", "typ", "cnf"] {
        assert!(issuer.access("alice").claim(name, "x").sign().is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_token_for_another_audience_passes_only_where_the_guard_allows_it() {
    let foreign = token(&[("aud", "\"billing\"")]);
    refuses(&app::serve(hs256()).await, "for billing", &foreign).await;
    let key = SigningKey::of(Algorithm::Hs256).verifying();
    let lenient = JwtGuard::builder().key(key).clock(ManualClock::new()).danger().any_audience("a test");
    welcomes(&app::serve(lenient.build().unwrap()).await, "for billing", &foreign).await;
}

#[tokio::test]
async fn a_token_that_says_nothing_of_its_kind_is_not_an_access_token_where_the_kind_counts() {
    let guard = guard(Algorithm::Hs256)
        .issuer("https://id.example")
        .profile(jwt_guard::setup::TokenProfile::AccessToken);
    let server = app::serve(guard.build().unwrap()).await;
    let payload = Payload::good().with("client_id", "\"web\"").with("jti", "\"t1\"").to_string();
    let key = SigningKey::of(Algorithm::Hs256);
    welcomes(&server, "typed", &key.token_of(&key.header_with("typ", "\"at+jwt\""), payload.as_bytes()))
        .await;
    refuses(&server, "untyped", &key.token_of(HEADER, payload.as_bytes())).await;
    refuses(&server, "ID token", &key.token_of(&key.header_with("typ", "\"JWT\""), payload.as_bytes())).await;
}

#[tokio::test]
async fn no_unsigned_text_makes_the_service_fail() {
    let server = app::serve(hs256()).await;
    let payload = base64url(Payload::good().to_string().as_bytes());
    let unsigned = |header: &str| format!("{}.{payload}.AAAA", base64url(header.as_bytes()));
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":5}"#,
        "{}",
        "[]",
        "null",
        "not json",
        &"[".repeat(1500),
    ] {
        refuses(&server, header, &unsigned(header)).await;
    }
    for text in ["a.b.c", "...", "abc"] {
        refuses(&server, text, text).await;
    }
    refuses(&server, "20,000 brackets", &unsigned(&"[".repeat(20_000))).await;
    let bytes = Request::get(PROTECTED).header("authorization", b"Bearer \xe9\xff");
    server.send(bytes).await.is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn a_good_signature_over_lacking_claims_is_401_and_not_500() {
    let guard = guard(Algorithm::Hs256).subject_claim("username").build().unwrap();
    let server = app::serve(guard).await;
    refuses(&server, "no username", &token(&[])).await;
    welcomes(&server, "username", &token(&[("username", "\"alice\"")])).await;
    let server = app::serve(hs256()).await;
    for name in ["sub", "exp", "aud"] {
        refuses(&server, name, &token(&[(name, "")])).await;
    }
}

#[tokio::test]
async fn a_client_cannot_tell_expired_from_forged_from_malformed() {
    let server = app::serve(hs256()).await;
    let good = token(&[]);
    let mut forged = good.clone();
    forged.truncate(good.rfind('.').unwrap());
    forged.push_str(".AAAA");
    let mut bodies = Vec::new();
    for text in [token(&[("exp", "1799999000"), ("iat", "1799998000")]), forged, "a.b.c".to_owned()] {
        bodies.push(server.get(PROTECTED, &text).await.body.clone());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[test]
fn a_configuration_that_cannot_work_is_found_at_start() {
    let error = JwtGuard::builder().pem(Algorithm::Rs256, "not a key").audience("").build().unwrap_err();
    assert_eq!(error.problems().count(), 2, "{error}");
}

#[tokio::test]
async fn head_and_options_need_the_token_that_get_needs() {
    let server = app::serve(hs256()).await;
    server.send(Request::new("HEAD", PROTECTED)).await.is(Outcome { body: "", ..Outcome::NO_TOKEN });
    let app = axum::Router::new()
        .route("/", axum::routing::any(|| async { "open" }))
        .layer(hs256().require_authentication());
    let server = Server::start(app).await;
    server.send(Request::new("OPTIONS", "/")).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn the_scheme_counts_and_a_foreign_one_is_not_a_token() {
    let server = app::serve(hs256()).await;
    let good = token(&[]);
    for scheme in ["Basic", "xyz", "JWT"] {
        let request = |target: &str| Request::get(target).header("authorization", format!("{scheme} {good}"));
        server.send(request(PROTECTED)).await.is(Outcome::NO_TOKEN);
        server.send(request(OPEN)).await.is(ANONYMOUS);
    }
}

#[tokio::test]
async fn the_first_of_two_headers_does_not_win() {
    let server = app::serve(hs256()).await;
    let good = token(&[]);
    for (first, second) in [(good.as_str(), "junk"), ("junk", good.as_str())] {
        let request = Request::get(PROTECTED).bearer(first).bearer(second);
        server.send(request).await.is(Outcome::BAD_REQUEST);
    }
}

async fn twice(claims: Claims, caller: jwt_guard::Principal) -> String {
    format!("{} {}", claims.subject(), caller.subject().unwrap_or_default())
}

#[tokio::test]
async fn two_guards_live_in_one_process_and_each_token_is_verified_once() {
    let clock = ManualClock::new();
    let one = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
    let other = guard(Algorithm::Es256).build().unwrap();
    let route = || axum::Router::new().route("/", axum::routing::get(twice));
    let app = axum::Router::new()
        .nest("/one", route().layer(one.layer()))
        .nest("/other", route().layer(other.layer()));
    let server = Server::start(app).await;
    let es256 = SigningKey::of(Algorithm::Es256).token(&Payload::good());
    server.get("/one", &token(&[])).await.is(Outcome::ok("alice alice"));
    assert_eq!(clock.reads(), 1);
    server.get("/other", &es256).await.is(Outcome::ok("alice alice"));
    server.get("/one", &es256).await.is(Outcome::BAD_TOKEN);
    server.get("/other", &token(&[])).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn the_scheme_is_compared_without_case() {
    let server = app::serve(hs256()).await;
    let request = Request::get(PROTECTED).header("authorization", format!("bEaReR {}", token(&[])));
    server.send(request).await.is(ALICE);
}

#[test]
fn a_short_secret_is_refused_at_start() {
    for length in [0, 1, 31] {
        assert!(JwtGuard::builder().secret(vec![7; length]).audience("orders").build().is_err(), "{length}");
    }
}

#[tokio::test]
async fn crit_is_refused_and_a_signature_has_one_spelling() {
    let server = app::serve(hs256()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let crit = key.token_of(&key.header_with("crit", r#"["x"]"#), Payload::good().to_string().as_bytes());
    refuses(&server, "crit", &crit).await;
    let good = token(&[]);
    refuses(&server, "last bits", &last_bits_changed(&good)).await;
    refuses(&server, "padding", &format!("{good}=")).await;
}

#[test]
fn a_lifetime_of_nothing_is_an_error_and_not_a_default() {
    let key = Signer::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let issuer = TokenIssuer::builder(key).audience("orders").build().unwrap();
    assert!(issuer.access("alice").lifetime(Duration::ZERO).sign().is_err());
}

/// Another spelling of the same signature bytes, to a lenient decoder: 32 bytes end in four bits that mean nothing.
fn last_bits_changed(token: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let value = ALPHABET.iter().position(|&letter| letter == last.as_bytes()[0]).unwrap();
    format!("{rest}{}", char::from(ALPHABET[value ^ 1]))
}
