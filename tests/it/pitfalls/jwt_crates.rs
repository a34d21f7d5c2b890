//! Bugs that guards for axum have had, one test each.

use axum::Json;
use axum::middleware;
use http::StatusCode;
use jwt_guard::keys::KeySet;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, TrustedIssuer, extract::Guarded, routing};
use jwt_guard_tests::{
    AUDIENCE, ISSUER, ManualClock, Outcome, Payload, Request, Server, SigningKey, events, guard, hs256,
    sources, token,
};
use tower::limit::ConcurrencyLimitLayer;

use crate::app::{self, ALICE, ANONYMOUS, OPEN, PROTECTED};

/// The cases whose tests stand elsewhere, by the file below `tests/it` and the name of the test.
const ELSEWHERE: [(&str, &str, &str); 6] = [
    (
        "an issuer rotates, and the new key is used at once",
        "keys/remote/life.rs",
        "an_issuer_rotates_and_the_new_key_is_used_at_once",
    ),
    (
        "an old key is withdrawn",
        "keys/remote/life.rs",
        "an_old_key_is_withdrawn_and_its_tokens_die_with_the_next_set",
    ),
    (
        "1000 distinct unknown `kid`s cause one fetch in each cooldown",
        "keys/remote/attacks.rs",
        "ten_thousand_random_kids_cause_one_fetch_a_cooldown_and_known_keys_do_not_wait",
    ),
    (
        "the key server hangs, and known keys go on",
        "keys/remote/attacks.rs",
        "the_key_server_hangs_and_known_keys_go_on",
    ),
    (
        "the key server sends an empty set, or 500 with JSON",
        "keys/remote/answers.rs",
        "what_is_not_a_set_of_keys_changes_nothing_and_is_told_in_the_status",
    ),
    (
        "a refresh token that this guard issued is sent as an access token",
        "interop/ours.rs",
        "a_refresh_token_is_not_taken_for_an_access_token_or_grants_nothing",
    ),
];

#[test]
fn every_case_that_is_tested_elsewhere_is_tested_there() {
    for (case, file, test) in ELSEWHERE {
        let source = sources::read(&format!("tests/it/{file}"));
        assert!(source.contains(&format!("async fn {test}(")), "{case}: {file} has no {test}");
    }
}

#[tokio::test]
async fn role_missing_and_malformed_json_body_is_403() {
    let server = serve().await;
    for body in ["{", "", "nonsense"] {
        let request = Request::post_json("/clerks", body).bearer(&token(&[]));
        server.send(request).await.is(Outcome::FORBIDDEN);
    }
}

#[tokio::test]
async fn all_of_any_and_another_is_not_met_by_the_any_alone() {
    let server = serve().await;
    for scope in ["a", "b"] {
        let token = token(&[("scope", &format!("\"{scope}\""))]);
        let challenge = format!(r#"Bearer realm="api", error="insufficient_scope", scope="{scope} c""#);
        server.get("/any-and", &token).await.is(Outcome::lacks_scope(&challenge));
    }
    let other = token(&[("scope", "\"c\"")]);
    server
        .get("/any-and", &other)
        .await
        .is(Outcome::lacks_scope(r#"Bearer realm="api", error="insufficient_scope", scope="a c""#));
    server.get("/any-and", &token(&[("scope", "\"b c\"")])).await.is(Outcome::ok(""));
}

#[tokio::test]
async fn an_alternative_does_not_stand_in_for_the_condition_beside_it() {
    let server = serve().await;
    for scope in ["x", "y", "x y"] {
        let token = token(&[("scope", &format!("\"{scope}\""))]);
        assert_eq!(server.get("/literal-and-either", &token).await.status, 403, "{scope}");
    }
    let both = token(&[("scope", "\"literal y\"")]);
    server.get("/literal-and-either", &both).await.is(Outcome::ok(""));
}

#[tokio::test]
async fn a_token_without_aud_is_refused_where_an_audience_is_configured() {
    let server = app::serve(hs256()).await;
    for aud in ["", "null", "[]", "1", r#"{"orders":true}"#] {
        app::refuses(&server, aud, &token(&[("aud", aud)])).await;
    }
}

#[tokio::test]
async fn a_token_of_a_foreign_issuer_with_the_right_key_is_refused() {
    let server = app::serve(guard(Algorithm::Rs256).issuer(ISSUER).build().unwrap()).await;
    let key = SigningKey::of(Algorithm::Rs256);
    for iss in ["\"https://other.example\"", "", "null", r#"["https://id.example"]"#] {
        app::refuses(&server, iss, &key.token(&Payload::good().with("iss", iss))).await;
    }
    app::welcomes(&server, "ours", &key.token(&Payload::good())).await;
}

#[tokio::test]
async fn of_two_issuers_with_their_own_keys_each_is_believed_by_its_own() {
    let keys = [Algorithm::Rs256, Algorithm::Es256].map(SigningKey::of);
    let trust =
        |name: &str, key: &SigningKey| TrustedIssuer::new(name).key(key.verifying()).audience(AUDIENCE);
    let guard = JwtGuard::builder()
        .trust(trust(ISSUER, &keys[0]))
        .trust(trust("https://other.example", &keys[1]))
        .clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    let other = Payload::good().with("iss", "\"https://other.example\"");
    for _ in 0..2 {
        app::welcomes(&server, "one", &keys[0].token(&Payload::good())).await;
        app::welcomes(&server, "two", &keys[1].token(&other)).await;
        app::refuses(&server, "one by two", &keys[1].token(&Payload::good())).await;
        app::refuses(&server, "two by one", &keys[0].token(&other)).await;
    }
}

#[tokio::test]
async fn an_unknown_kid_and_every_garbled_token_is_401_invalid_token() {
    let key = SigningKey::of(Algorithm::Rs256);
    let guard = JwtGuard::builder()
        .key(key.verifying().with_id("known"))
        .audience(AUDIENCE)
        .clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    let payload = Payload::good().to_string();
    let unknown = key.token_of(&key.header_with("kid", "\"unknown\""), payload.as_bytes());
    let known = key.token_of(&key.header_with("kid", "\"known\""), payload.as_bytes());
    app::refuses(&server, "unknown kid", &unknown).await;
    for text in ["a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJub25lIn0.e30.AA", "not-base64", "_.-.~"] {
        app::refuses(&server, text, text).await;
    }
    app::welcomes(&server, "known kid", &known).await;
}

#[tokio::test]
async fn one_unusable_key_in_a_set_leaves_the_others_usable() {
    let key = SigningKey::of(Algorithm::Es256);
    let good = key.public_jwk().trim().trim_start_matches('{');
    let set = format!(
        r#"{{"keys":[
            {{"kty":"AKP","alg":"ML-DSA-44","kid":"pq","pub":"AA"}},
            {{"kty":"OKP","crv":"X448","kid":"x","x":"AA"}},
            {{"kty":"EC"}},
            7,
            {{"kty":"RSA","alg":"RS256","n":"AQAB","e":"AQAB"}},
            {{{good}]}}"#
    );
    assert_eq!(KeySet::from_json(&set, &[]).unwrap().skipped().len(), 5);
    let guard = JwtGuard::builder().jwk_set(set).audience(AUDIENCE).clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    app::welcomes(&server, "a key without kid", &key.token(&Payload::good())).await;
}

#[tokio::test]
async fn a_key_for_encryption_signs_no_token() {
    let (rsa, ec) = (SigningKey::of(Algorithm::Rs256), SigningKey::of(Algorithm::Es256));
    let marked = |jwk: &str, text: &str| format!("{{{text},{}", jwk.trim().trim_start_matches('{'));
    let set = format!(
        r#"{{"keys":[{},{}]}}"#,
        marked(rsa.public_jwk(), r#""use":"enc","alg":"RS256","kid":"enc""#),
        marked(ec.public_jwk(), r#""use":"sig","kid":"sig""#),
    );
    let guard = JwtGuard::builder().jwk_set(set).audience(AUDIENCE).clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    let payload = Payload::good().to_string();
    let signed = |key: &SigningKey, kid: &str| key.token_of(&key.header_with("kid", kid), payload.as_bytes());
    app::refuses(&server, "enc", &signed(&rsa, "\"enc\"")).await;
    app::refuses(&server, "no kid", &rsa.token(&Payload::good())).await;
    app::welcomes(&server, "sig", &signed(&ec, "\"sig\"")).await;
}

#[tokio::test]
async fn a_role_of_another_client_of_the_realm_is_403() {
    let guard = guard(Algorithm::Hs256).role_claim(["resource_access", "orders", "roles"]);
    let server = Server::start(routes().with_guard(guard.build().unwrap()).into_axum()).await;
    let post = |token: String| server.send(Request::post_json("/clerks", "{}").bearer(&token));
    for claim in [
        ("resource_access", r#"{"billing":{"roles":["clerk"]}}"#),
        ("resource_access", r#"{"orders":{"roles":["viewer"]},"billing":{"roles":["clerk"]}}"#),
        ("realm_access", r#"{"roles":["clerk"]}"#),
        ("roles", r#"["clerk"]"#),
        ("resource_access.orders.roles", r#"["clerk"]"#),
    ] {
        post(token(&[claim])).await.is(Outcome::FORBIDDEN);
    }
    let ours = ("resource_access", r#"{"orders":{"roles":["clerk"]}}"#);
    assert_eq!(post(token(&[ours])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_role_is_compared_whole_and_with_case() {
    let server = serve().await;
    for role in ["Clerk", "clerk ", "cler", "clerks", "x clerk", "clerk,x", "*"] {
        let token = token(&[("roles", &format!("[\"{role}\"]"))]);
        let request = Request::post_json("/clerks", "{}").bearer(&token);
        server.send(request).await.is(Outcome::FORBIDDEN);
    }
}

#[tokio::test]
async fn an_optional_route_refuses_an_expired_token() {
    let server = serve().await;
    let expired = token(&[("iat", "1799990000"), ("exp", "1799999000")]);
    server.get(OPEN, &expired).await.is(Outcome::BAD_TOKEN);
    server.send(Request::get(OPEN)).await.is(ANONYMOUS);
}

#[tokio::test]
async fn a_refresh_token_is_not_an_access_token() {
    let key = SigningKey::of(Algorithm::Hs256);
    let server = app::serve(hs256()).await;
    let refresh = key.token_of(&key.header_with("typ", "\"rt+jwt\""), Payload::good().to_string().as_bytes());
    app::refuses(&server, "rt+jwt", &refresh).await;
}

#[tokio::test]
async fn the_scheme_in_lower_case_and_two_spaces_are_accepted() {
    let server = serve().await;
    for prefix in ["bearer ", "Bearer  ", "BEARER   "] {
        let request = Request::get(PROTECTED).header("authorization", format!("{prefix}{}", token(&[])));
        server.send(request).await.is(ALICE);
    }
}

#[tokio::test]
async fn two_authorization_headers_are_400() {
    let server = serve().await;
    for second in [token(&[]), "a.b.c".to_owned()] {
        let request = Request::get(PROTECTED).bearer(&token(&[])).bearer(&second);
        server.send(request).await.is(Outcome::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_query_token_of_broken_percent_encoding_is_401_and_no_panic() {
    let guard = guard(Algorithm::Hs256).danger().query_parameter("token", "a test").build().unwrap();
    let server = app::serve(guard.clone()).await;
    for query in ["token=%FF", "token=%", "token=%zz.%00.a", "token=+", "token=;"] {
        let answer = server.send(Request::get(&format!("{PROTECTED}?{query}"))).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{query}");
    }
    assert_eq!(guard.caught_panics(), 0);
}

#[tokio::test]
async fn a_guard_that_was_forgotten_is_500_with_a_log_line_that_helps() {
    let server = Server::start(routes().into_axum()).await;
    let events = events::capture();
    server.get(PROTECTED, &token(&[])).await.is(Outcome::SERVER_ERROR);
    let logged = events.only();
    assert!(logged.field("reason").unwrap().contains("guard.layer()"), "{logged:?}");
}

#[tokio::test]
async fn an_issuer_is_compared_exactly_with_and_without_a_slash_at_its_end() {
    let ends = ["https://id.example", "https://id.example/"];
    for configured in ends {
        let server = app::serve(guard(Algorithm::Hs256).issuer(configured).build().unwrap()).await;
        for sent in ends {
            let token = token(&[("iss", &format!("\"{sent}\""))]);
            let expected = if configured == sent { ALICE } else { Outcome::BAD_TOKEN };
            server.get(PROTECTED, &token).await.is(expected);
        }
    }
}

#[tokio::test]
async fn two_guards_on_one_handler_are_both_evaluated() {
    let clock = ManualClock::new();
    let guard = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
    let server = Server::start(routes().with_guard(guard).into_axum()).await;
    let lacks = |scope: &str| format!(r#"Bearer realm="api", error="insufficient_scope", scope="{scope}""#);
    let granted = |scopes: &str| token(&[("scope", &format!("\"{scopes}\""))]);
    server.get("/two", &granted("a")).await.is(Outcome::lacks_scope(&lacks("b")));
    server.get("/two", &granted("b")).await.is(Outcome::lacks_scope(&lacks("a")));
    let before = clock.reads();
    server.get("/two", &granted("a b")).await.is(Outcome::ok("alice"));
    assert_eq!(clock.reads(), before + 1);
}

#[tokio::test]
async fn a_service_behind_a_concurrency_limit_does_not_panic_and_gives_its_permits_back() {
    let inside = || ConcurrencyLimitLayer::new(1);
    let attributes = routes().layer(inside()).with_guard(hs256());
    let layered = app::router().layer(inside()).layer(hs256().require_authentication()).layer(inside());
    let middle = routes()
        .layer(middleware::from_fn(async |request, next: middleware::Next| next.run(request).await))
        .layer(inside())
        .layer(hs256().require_authentication());
    let good = token(&[]);
    for app in [attributes, layered, middle] {
        let server = Server::start(app.into_axum()).await;
        for _ in 0..5 {
            let (one, two, three) = tokio::join!(
                server.send(Request::get(PROTECTED)),
                server.get(PROTECTED, "a.b.c"),
                server.get(PROTECTED, &good),
            );
            one.is(Outcome::NO_TOKEN);
            two.is(Outcome::BAD_TOKEN);
            three.is(ALICE);
        }
    }
}

/// Compiled and run with `--features rust-crypto`, which turns on the second backend beside the default one: what
/// another crate of the build may do at any time.
#[cfg(all(feature = "aws-lc-rs", feature = "rust-crypto"))]
#[tokio::test]
async fn both_crypto_backends_in_one_build_work() {
    for algorithm in jwt_guard_tests::ALGORITHMS {
        let guard = guard(algorithm).build().unwrap();
        let server = app::serve(guard.clone()).await;
        let key = SigningKey::of(algorithm);
        app::welcomes(&server, algorithm.name(), &key.token(&Payload::good())).await;
        app::refuses(&server, algorithm.name(), &format!("{}A", key.token(&Payload::good()))).await;
        assert_eq!(guard.caught_panics(), 0);
    }
}

async fn serve() -> Server {
    Server::start(routes().with_guard(hs256()).into_axum()).await
}

fn routes() -> Router {
    app::router()
        .route("/clerks", routing::post(clerks))
        .route("/any-and", routing::get(any_and))
        .route("/literal-and-either", routing::get(literal_and_either))
        .route("/two", routing::get(two))
}

#[jwt_guard::requires(role = "clerk")]
async fn clerks(Json(order): Json<serde_json::Value>) -> String {
    order.to_string()
}

#[jwt_guard::requires(any(scope = "a", scope = "b"), scope = "c")]
async fn any_and() {}

#[jwt_guard::requires(scope = "literal", any(scope = "x", scope = "y"))]
async fn literal_and_either() {}

struct First;

impl Policy for First {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("a"));
}

struct Second;

impl Policy for Second {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("b"));
}

async fn two(_: Guarded<First>, _: Guarded<Second>, claims: Claims) -> String {
    claims.subject().to_owned()
}
