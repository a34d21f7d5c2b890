//! Several issuers in one guard: each is believed by its own keys, for its own audience, by its own claims.

use axum::response::Response;
use jwt_guard::login::LoginError;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenCache};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, Claims, JwtGuard, Principal, Router, TrustedIssuer, routing};
use jwt_guard_tests::{ManualClock, NOW, Outcome, Payload, Request, Server, SigningKey, events, oneshot};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Value, json};
use tokio::runtime;

const HOME: &str = "https://id.example";
const PARTNER: &str = "https://partner.example";

/// The key of an issuer: of one algorithm and one `kid`, as those of all others.
fn key(byte: u8) -> SigningKey {
    SigningKey::hmac(Algorithm::Hs256, &jwt_guard_tests::secret(byte))
}

fn verifying(byte: u8) -> jwt_guard::keys::VerifyingKey {
    jwt_guard::keys::VerifyingKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(byte))
        .unwrap()
        .with_id("k1")
}

fn home() -> TrustedIssuer {
    TrustedIssuer::new(HOME).key(verifying(1)).audience("orders")
}

/// Its tokens are for another name, and speak of callers in other claims.
fn partner() -> TrustedIssuer {
    TrustedIssuer::new(PARTNER)
        .key(verifying(2))
        .audience("acme-orders")
        .client_claim("azp")
        .subject_claim("user")
        .scope_claim(["grants"])
        .role_claim(["realm", "roles"])
}

fn both() -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder().trust(home()).trust(partner())
}

fn of_home() -> Value {
    json!({
        "iss": HOME, "aud": "orders", "sub": "alice", "client_id": "web", "iat": NOW - 5, "exp": NOW + 600,
        "scope": "read", "roles": ["clerk"]
    })
}

fn of_partner() -> Value {
    json!({
        "iss": PARTNER, "aud": ["acme-orders"], "sub": "7", "user": "bob", "azp": "app", "iat": NOW - 5,
        "exp": NOW + 600, "grants": ["write"], "realm": {"roles": ["owner"]}
    })
}

const ALICE: Outcome<'_> = Outcome::ok("alice by web: read as clerk");
const BOB: Outcome<'_> = Outcome::ok("bob by app: write as owner");

/// A token with some claims replaced; `null` removes one.
fn signed(key: &SigningKey, payload: &Value, changes: Value) -> String {
    let mut claims = payload.as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        claims.remove(name);
        if !value.is_null() {
            claims.insert(name.clone(), value.clone());
        }
    }
    key.token_of(r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#, Value::from(claims).to_string().as_bytes())
}

async fn serve(builder: Builder<HasKeys, HasAudience>) -> Server {
    Server::start(app(builder.clock(ManualClock::new()).build().unwrap())).await
}

fn app(guard: JwtGuard) -> axum::Router {
    let router = Router::new()
        .route("/", routing::get(caller))
        .route("/login", routing::post(login))
        .route("/refresh", routing::get(renewable).post(refresh));
    router.with_guard(guard).into_axum()
}

#[jwt_guard::authentication_required]
async fn caller(claims: Claims, caller: Principal) -> String {
    let client = claims.client_id().unwrap_or("anonymous");
    format!("{} by {client}: {} as {}", claims.subject(), caller.scopes(), caller.roles())
}

#[jwt_guard::anonymous_allowed]
async fn login(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("carol").respond().await
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::requires(token = "refresh")]
async fn renewable(caller: Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}

async fn refuses(server: &Server, why: &str, token: &str) {
    let answer = server.get("/", token).await;
    assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{why}");
}

#[tokio::test]
async fn each_issuer_is_believed_by_its_own_key_for_its_own_audience_and_claims() {
    let server = serve(both()).await;
    for _ in 0..2 {
        server.get("/", &signed(&key(1), &of_home(), json!({}))).await.is(ALICE);
        server.get("/", &signed(&key(2), &of_partner(), json!({}))).await.is(BOB);
    }
    // What one issuer calls a role or a scope is nothing in the tokens of the other.
    let foreign = json!({"scope": "write", "scp": ["write"], "roles": ["owner"], "client_id": "web"});
    server.get("/", &signed(&key(2), &of_partner(), foreign)).await.is(BOB);
    let foreign = json!({"grants": ["write"], "realm": {"roles": ["owner"]}, "user": "bob", "azp": "app"});
    server.get("/", &signed(&key(1), &of_home(), foreign)).await.is(ALICE);
}

#[tokio::test]
async fn a_token_of_one_issuer_signed_by_another_is_refused_even_if_their_keys_have_one_name() {
    let server = serve(both()).await;
    refuses(&server, "home by partner", &signed(&key(2), &of_home(), json!({}))).await;
    refuses(&server, "partner by home", &signed(&key(1), &of_partner(), json!({}))).await;
    refuses(&server, "partner by an unknown key", &signed(&key(3), &of_partner(), json!({}))).await;
    let events = events::capture();
    server.get("/", &signed(&key(2), &of_home(), json!({}))).await;
    assert_eq!(events.only().field("reason"), Some("the signature does not match"));
}

#[tokio::test]
async fn a_partner_that_names_another_issuer_is_not_believed() {
    let server = serve(both()).await;
    for (name, changes) in [
        ("home", json!({"iss": HOME})),
        ("home, for home", json!({"iss": HOME, "aud": "orders"})),
        ("a stranger", json!({"iss": "https://evil.example"})),
        ("a slash", json!({"iss": format!("{PARTNER}/")})),
        ("upper case", json!({"iss": "https://PARTNER.example"})),
        ("nothing", json!({"iss": ""})),
        ("anonymous", json!({"iss": null})),
        ("a list", json!({"iss": [PARTNER]})),
        ("a number", json!({"iss": 1})),
        ("an object", json!({"iss": {"name": PARTNER}})),
    ] {
        refuses(&server, name, &signed(&key(2), &of_partner(), changes)).await;
    }
    let null = Payload::good().with("iss", "null").with("aud", "\"acme-orders\"").with("user", "\"bob\"");
    refuses(&server, "null", &key(2).token(&null)).await;
}

#[tokio::test]
async fn a_repeated_issuer_chooses_none() {
    let server = serve(both()).await;
    let quoted = |name: &str| format!("\"{name}\"");
    for (first, second) in [(HOME, PARTNER), (PARTNER, HOME), (HOME, HOME), (PARTNER, PARTNER)] {
        for member in ["iss", r"\u0069ss"] {
            let payload = Payload::good().with("aud", r#"["orders","acme-orders"]"#).with("user", "\"bob\"");
            let payload = payload.with("iss", &quoted(first)).and(member, &quoted(second));
            for byte in [1, 2] {
                refuses(&server, member, &key(byte).token(&payload)).await;
            }
        }
    }
}

#[tokio::test]
async fn the_audience_of_one_issuer_is_none_in_the_tokens_of_another() {
    let server = serve(both()).await;
    refuses(&server, "partner's", &signed(&key(1), &of_home(), json!({"aud": "acme-orders"}))).await;
    refuses(&server, "home's", &signed(&key(2), &of_partner(), json!({"aud": "orders"}))).await;
    refuses(&server, "none", &signed(&key(2), &of_partner(), json!({"aud": null}))).await;
    server.get("/", &signed(&key(2), &of_partner(), json!({"aud": ["orders", "acme-orders"]}))).await.is(BOB);
}

#[tokio::test]
async fn an_issuer_of_two_names_has_one_set_of_keys() {
    let moved = partner().also_named("https://new.partner.example");
    let server = serve(JwtGuard::builder().trust(home()).trust(moved)).await;
    let renamed = json!({"iss": "https://new.partner.example"});
    server.get("/", &signed(&key(2), &of_partner(), renamed.clone())).await.is(BOB);
    server.get("/", &signed(&key(2), &of_partner(), json!({}))).await.is(BOB);
    refuses(&server, "by home's key", &signed(&key(1), &of_partner(), renamed)).await;
}

#[tokio::test]
async fn one_trusted_issuer_alone_is_checked_by_name_too() {
    let server = serve(JwtGuard::builder().trust(home())).await;
    server.get("/", &signed(&key(1), &of_home(), json!({}))).await.is(ALICE);
    for iss in [Value::Null, json!(PARTNER), json!(1)] {
        refuses(&server, &iss.to_string(), &signed(&key(1), &of_home(), json!({"iss": iss}))).await;
    }
}

#[tokio::test]
async fn claims_of_id_tokens_are_not_a_reason_to_refuse_an_access_token() {
    // As dex issues them: it makes access tokens as it makes ID tokens.
    let dex = TrustedIssuer::new(HOME).key(verifying(1)).audience("orders").client_claim("azp");
    let server = serve(JwtGuard::builder().trust(dex.role_claim(["groups"]))).await;
    let like_dex = json!({"aud": ["orders", "web"], "azp": "web", "nonce": "n-0S6", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        "c_hash": "LDktKdoQak3Pk0cnXxCltA", "groups": ["clerk"], "roles": null});
    server.get("/", &signed(&key(1), &of_home(), like_dex)).await.is(ALICE);
}

#[tokio::test]
async fn a_remembered_token_of_one_issuer_makes_none_of_another_good() {
    let server = serve(both().token_cache(TokenCache::new().at_first_sight())).await;
    let (ours, theirs) = (signed(&key(1), &of_home(), json!({})), signed(&key(2), &of_partner(), json!({})));
    for _ in 0..3 {
        server.get("/", &ours).await.is(ALICE);
        server.get("/", &theirs).await.is(BOB);
        refuses(&server, "home by partner", &signed(&key(2), &of_home(), json!({}))).await;
        refuses(&server, "partner by home", &signed(&key(1), &of_partner(), json!({}))).await;
        // The signature of a remembered token under another payload.
        let (body, signature) = (ours.rsplit_once('.').unwrap().0, theirs.rsplit_once('.').unwrap().1);
        refuses(&server, "crossed", &format!("{body}.{signature}")).await;
    }
}

#[tokio::test]
async fn the_guards_own_tokens_and_those_of_a_partner_are_accepted_side_by_side() {
    let server = serve(own()).await;
    let pair = log_in(&server).await;
    server.get("/", &pair.0).await.is(Outcome::ok("carol by orders:  as "));
    server.get("/", &signed(&key(2), &of_partner(), json!({"jti": "t1"}))).await.is(BOB);
    refuses(&server, "ours by partner", &signed(&key(2), &of_home(), json!({"jti": "t1"}))).await;
    let posing = json!({"iss": PARTNER, "aud": "acme-orders", "user": "bob", "jti": "t1"});
    refuses(&server, "partner by ours", &signed(&key(5), &of_home(), posing)).await;
}

#[tokio::test]
async fn a_refresh_token_of_a_partner_is_not_taken_for_ours() {
    let server = serve(own()).await;
    let (_, ours) = log_in(&server).await;
    let typed = |byte: u8, payload: Value| {
        key(byte).token_of(r#"{"alg":"HS256","typ":"rt+jwt","kid":"k1"}"#, payload.to_string().as_bytes())
    };
    let refresh_claims = |iss: &str, aud: &str| {
        json!({"iss": iss, "aud": aud, "sub": "carol", "user": "carol", "jti": "t1", "sid": "s1", "iat": NOW, "exp": NOW + 600,
            "client_id": "carol", "renew": {}})
    };
    for (name, token) in [
        ("theirs", typed(2, refresh_claims(PARTNER, "acme-orders"))),
        ("theirs, for us", typed(2, refresh_claims(PARTNER, "orders"))),
        ("theirs, in our name", typed(2, refresh_claims(HOME, "orders"))),
        ("an access token of theirs", signed(&key(2), &of_partner(), json!({"jti": "t1"}))),
    ] {
        for method in ["GET", "POST"] {
            let answer = server.send(Request::new(method, "/refresh").bearer(&token)).await;
            assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{name}");
        }
        if name.starts_with("theirs") {
            refuses(&server, name, &token).await;
        }
    }
    server.get("/refresh", &ours).await.is(Outcome::ok("carol"));
    let answer = server.send(Request::new("POST", "/refresh").bearer(&ours)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn a_guard_of_several_issuers_is_built_of_whole_ones_only() {
    let problems = |builder: Builder<HasKeys, HasAudience>| {
        builder.build().map_or_else(|error| error.problems().collect(), |_| Vec::new())
    };
    assert_eq!(problems(both()), [""; 0]);
    for (builder, expected) in [
        (both().trust(partner()), "named twice"),
        (both().trust(TrustedIssuer::new("https://c.example").audience("orders")), "no key"),
        (both().trust(TrustedIssuer::new("https://c.example").key(verifying(3))), "no audience"),
        (both().key(verifying(3)).audience("orders"), "add `.issuer("),
        (both().key(verifying(3)).issuer("https://c.example"), "no audience for the tokens of that key"),
        (both().issuer("https://c.example"), "`issuer` is set without a key"),
        (both().danger().any_audience("one service only"), "`any_audience`"),
        (
            both().trust(TrustedIssuer::keycloak("https://c.example").audience("x").key(verifying(3))),
            "/realms/NAME",
        ),
    ] {
        let found = problems(builder);
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:#?}");
    }
}

/// Which of three issuers a token names, which signs it and for whom it is: 3 and 4 are strangers, or nothing at all.
type Case = (usize, u8, usize, bool);

#[test]
fn the_order_of_issuers_decides_nothing_and_each_answers_for_itself_only() {
    let name = |index: usize| {
        ["https://a.example", "https://b.example", "https://c.example", "https://d.example"].get(index)
    };
    let audience = |index: usize| ["a", "b", "c", "d"].get(index);
    let issuer = |index: usize| {
        let key = verifying(u8::try_from(index).unwrap() + 1);
        TrustedIssuer::new(*name(index).unwrap()).key(key).audience(*audience(index).unwrap())
    };
    let apps = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map(|order| {
        let [first, second, third] = order.map(issuer);
        let builder = JwtGuard::builder().trust(first).trust(second).trust(third).clock(ManualClock::new());
        app(builder.token_cache(TokenCache::new().at_first_sight()).build().unwrap())
    });
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let property = |(named, signer, meant, named_key): Case| {
        let payload =
            json!({"iss": name(named), "aud": audience(meant), "sub": "alice", "iat": NOW, "exp": NOW + 60});
        let header = if named_key { r#"{"alg":"HS256","kid":"k1"}"# } else { r#"{"alg":"HS256"}"# };
        let token = key(signer + 1).token_of(header, payload.to_string().as_bytes());
        let is_good = named < 3 && named == usize::from(signer) && named == meant;
        for app in &apps {
            let request = http::Request::get("/").header("authorization", format!("Bearer {token}"));
            let answer = runtime.block_on(oneshot(app, request.body(axum::body::Body::empty()).unwrap()));
            prop_assert_eq!(answer.status == 200, is_good, "{:?}", (named, signer, meant));
            prop_assert!(is_good || answer.outcome() == Outcome::BAD_TOKEN);
        }
        Ok(())
    };
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2027),
        ..ProptestConfig::default()
    };
    let strategy = (0..5_usize, 0..4_u8, 0..5_usize, any::<bool>());
    if let Err(failure) = TestRunner::new(config).run(&strategy, property) {
        panic!("{failure}");
    }
}

/// A guard that issues tokens as [`HOME`] and trusts the partner too.
fn own() -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder()
        .signing_key(jwt_guard::SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(5)).unwrap())
        .issuer(HOME)
        .audience("orders")
        .token_store(MemoryStore::new())
        .trust(partner())
}

/// An access token of the guard itself, and the refresh token beside it.
async fn log_in(server: &Server) -> (String, String) {
    let answer = server.send(Request::new("POST", "/login")).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let token = |name: &str| body[name].as_str().unwrap().to_owned();
    (token("access_token"), token("refresh_token"))
}

#[tokio::test]
async fn the_keys_of_other_issuers_are_not_published_as_ours() {
    let theirs = SigningKey::of(Algorithm::Es256).verifying().with_id("theirs");
    let trusting =
        || JwtGuard::builder().trust(TrustedIssuer::new(PARTNER).key(theirs.clone()).audience("orders"));
    let published = |guard: JwtGuard| async move {
        let server = Server::start(guard.jwks_route("/jwks.json")).await;
        let answer = server.send(Request::get("/jwks.json")).await;
        serde_json::from_str::<Value>(&answer.body).unwrap()
    };
    assert_eq!(published(trusting().build().unwrap()).await, json!({"keys": []}));
    let pem = include_str!("../../fixtures/keys/ed25519.private.pem");
    let ours = jwt_guard::SigningKey::pem(Algorithm::EdDsa, pem).unwrap().with_id("ours");
    let both = trusting().signing_key(ours).issuer(HOME).audience("orders").build().unwrap();
    let set = published(both).await;
    let names: Vec<_> = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
    assert_eq!(names, ["ours"]);
}
