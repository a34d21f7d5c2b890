//! What no level of the log holds: the subject, other claims, the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::keys::KeySet;
use jwt_guard::setup::{TokenLocation, TokenProfile};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, TrustedIssuer, routing};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{ManualClock, Payload, Request, Server, SigningKey, base64url, guard};
use serde_json::Value;

/// The claims whose values the log may show; `scope` and `roles` at DEBUG only.
const SHOWN: [&str; 10] = ["iss", "aud", "client_id", "azp", "iat", "nbf", "exp", "jti", "scope", "roles"];

/// Asserts that a text has nothing of the token: not the subject, no value of another claim, no piece of its text.
#[track_caller]
pub(crate) fn keeps_secrets(text: &str, token: &str) {
    for segment in token.split('.').chain([token]).filter(|segment| segment.len() > 8 && segment.is_ascii()) {
        for piece in [&segment[..8], &segment[segment.len() - 8..]] {
            // Padding and zeros are not of this token alone.
            let is_plain = piece.bytes().all(|byte| byte == piece.as_bytes()[0]);
            assert!(is_plain || !text.contains(piece), "{piece} of the token in {text}");
        }
    }
    for value in hidden_values(token) {
        assert!(!text.contains(&value), "{value} of the claims in {text}");
    }
}

/// The strings of all claims that the log must not show.
fn hidden_values(token: &str) -> Vec<String> {
    let payload = token.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let claims = payload.and_then(|payload| serde_json::from_slice::<Value>(&payload).ok());
    let mut values = Vec::new();
    for (name, value) in claims.as_ref().and_then(Value::as_object).into_iter().flatten() {
        if !SHOWN.contains(&name.as_str()) {
            strings(value, &mut values);
        }
    }
    values
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        // Shorter ones are in any text.
        Value::String(text) if text.len() > 3 => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(members) => members.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

const SUBJECT: &str = "subject-9f2c";
const MARKER: &str = "marker-77ab";

#[tokio::test]
async fn no_level_holds_the_subject_another_claim_or_a_piece_of_the_token_whatever_is_wrong_with_it() {
    let mut refusals = 0;
    for guard in guards() {
        let server = serve(guard).await;
        for token in tokens() {
            for (path, request) in [
                ("/any", Request::get("/any").bearer(&token)),
                ("/role", Request::get("/role").bearer(&token)),
                ("/typed", Request::get("/typed").bearer(&token)),
                ("/open", Request::get("/open").header("cookie", format!("t={token}"))),
                ("/any", Request::get(&format!("/any?q={token}"))),
                ("/any", Request::get("/any").header("x-token", format!("Bearer {token}"))),
                ("/any", Request::get("/any").header("authorization", &token)),
                ("/any", Request::get("/any").header("authorization", format!("Token {token}"))),
                ("/any", Request::get("/any").header("authorization", format!("{token}x y"))),
                ("/any", Request::get("/any").bearer(&token).header("cookie", format!("t={token}"))),
                (
                    "/any",
                    Request::post_form("/any", "")
                        .header("cookie", format!("t={token}"))
                        .header("origin", &token),
                ),
                (
                    "/any",
                    Request::post_form("/any", "")
                        .header("cookie", format!("t={token}"))
                        .header("origin", format!("https://{token}")),
                ),
            ] {
                let events = capture();
                server.send(request).await;
                for logged in events.take() {
                    let text = format!("{logged:?}");
                    assert!(!text.contains(SUBJECT) && !text.contains(MARKER), "{path}: {text}");
                    keeps_secrets(&text, &token);
                    let is_one_line =
                        logged.fields.iter().all(|(_, value)| !value.contains(['\n', '\r', '\u{1b}']));
                    assert!(is_one_line, "{logged:?}");
                    if logged.level != tracing::Level::DEBUG {
                        assert!(!text.contains("holder-5d1e"), "{text}");
                    }
                    if logged.field("message") == Some("denied") {
                        refusals += 1;
                        assert!(logged.field("code").is_some(), "{text}");
                    }
                    for name in ["iss", "aud", "alg", "typ", "kid", "client", "jti"] {
                        assert!(logged.field(name).is_none_or(|value| value.len() <= 64), "{name}: {text}");
                    }
                }
            }
        }
    }
    assert!(refusals > 2_000, "{refusals}");
}

/// Guards that refuse for different reasons.
fn guards() -> Vec<JwtGuard> {
    let places = || [TokenLocation::bearer(), TokenLocation::cookie("t"), TokenLocation::header("x-token")];
    let hs256 = || guard(Algorithm::Hs256).locations(places()).danger().query_parameter("q", "a test");
    let with_id = SigningKey::of(Algorithm::Hs256).verifying().with_id("2026");
    let named = JwtGuard::builder()
        .key_set(KeySet::new([with_id, SigningKey::of(Algorithm::Es256).verifying()]).unwrap())
        .audience("orders")
        .clock(ManualClock::new());
    let trusted = |name: &str, key: Algorithm| {
        TrustedIssuer::new(name).key(SigningKey::of(key).verifying()).audience("orders")
    };
    vec![
        hs256().build().unwrap(),
        hs256().refuse_embedded_keys().issuer("https://id.example").subject_claim("email").build().unwrap(),
        hs256().issuer("https://id.example").profile(TokenProfile::AccessToken).build().unwrap(),
        hs256().required_claim("tenant").max_token_age(std::time::Duration::from_secs(60)).build().unwrap(),
        hs256()
            .role_claim(["realm.roles"])
            .load_user(|_: Claims| async { Ok::<_, std::io::Error>(None::<()>) })
            .build()
            .unwrap(),
        hs256().subject_claim("client_id").build().unwrap(),
        named.locations(places()).build().unwrap(),
        JwtGuard::builder()
            .trust(trusted("https://id.example", Algorithm::Hs256).client("web").claim_value("use", "access"))
            .trust(trusted("https://other.example", Algorithm::Es256).client_claim("azp"))
            .clock(ManualClock::new())
            .locations(places())
            .build()
            .unwrap(),
    ]
}

/// Tokens with the subject and the marker, each wrong in another way, and a good one.
fn tokens() -> Vec<String> {
    let key = SigningKey::of(Algorithm::Hs256);
    let (subject, marker) = (format!("\"{SUBJECT}\""), format!("\"{MARKER}\""));
    let good = Payload::good()
        .with("sub", &subject)
        .with("email", &subject)
        .with("name", &marker)
        .with("use", &marker)
        .with("tenant", &marker)
        .with("roles", &format!("[{marker}]"))
        .with("realm", &format!("{{\"roles\":[{marker}],\"{MARKER}\":{marker}}}"))
        .with("csrf", &marker)
        .with("sid", &marker);
    // A role is for DEBUG; here it would be found there.
    let good = good
        .with("roles", "\"holder-5d1e\"")
        .with("realm", "{}")
        .with("deep", &format!("{{\"a\":[{marker}]}}"));
    let signed = |payload: &Payload| key.token(payload);
    let mut tokens = vec![signed(&good)];
    let list = format!("[{subject},{marker}]");
    let object = format!("{{\"x\":{marker}}}");
    for claim in ["exp", "nbf", "iat", "sub", "email", "sid", "cnf", "csrf", "fresh", "tenant", "use", "name"]
    {
        for value in ["", "7", "null", "true", &object, &list] {
            tokens.push(signed(&good.clone().with(claim, value)));
        }
    }
    // Scopes are for DEBUG, but not one that is the subject.
    for value in [
        "7",
        "null",
        "\"orders:read\"",
        &format!("\"orders:read {SUBJECT}\""),
        &format!("[{subject}]"),
        &object,
    ] {
        tokens.push(signed(&good.clone().with("scope", value)));
    }
    // The subject in the places that the log shows.
    for claim in ["iss", "aud", "client_id", "azp", "jti"] {
        tokens.push(signed(&good.clone().with(claim, &subject)));
        tokens.push(signed(&good.clone().with(claim, &format!("[{subject}]"))));
        tokens.push(signed(&good.clone().with(claim, &object)));
    }
    let payload = good.to_string();
    for (name, value) in [
        ("typ", subject.as_str()),
        ("kid", &subject),
        ("alg", &subject),
        ("crit", &marker),
        ("jwk", &object),
        ("x", &marker),
        ("kid", "\"2026\""),
        ("kid", "\"a\\r\\n2026-11-28 INFO admitted\\u001b[2J\""),
    ] {
        tokens.push(key.token_of(&key.header_with(name, value), payload.as_bytes()));
    }
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"ES256"}"#, "{}", "[]", "x"] {
        tokens.push(key.token_of(header, payload.as_bytes()));
    }
    tokens.push(SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&good));
    tokens
        .push(SigningKey::of(Algorithm::Es256).token(&good.clone().with("iss", "\"https://other.example\"")));
    tokens.push(key.token_of(&key.header(), format!("{payload}x").as_bytes()));
    tokens.push(signed(&good.clone().with("iss", "\"a\\r\\n\\u202e\\u0007b\"")));
    tokens.push(signed(&good.with("aud", &format!("\"{}\"", "x".repeat(300)))));
    let encoded = base64url(payload.as_bytes());
    tokens.extend([
        encoded.clone(),
        format!("{encoded}.{encoded}"),
        format!("{encoded}.{encoded}.{encoded}"),
        format!("{encoded}..{encoded}.{encoded}.{encoded}"),
        "opaque-reference-token-2YotnFZFEjr1zCsicMWpAA".to_owned(),
    ]);
    tokens
}

async fn serve(guard: JwtGuard) -> Server {
    let router = Router::new()
        .route("/any", routing::get(any).post(any))
        .route("/open", routing::get(open))
        .route("/role", routing::get(role))
        .route("/typed", routing::get(typed));
    Server::start(router.with_guard(guard)).await
}

#[jwt_guard::authentication_required]
async fn any() {}

#[jwt_guard::anonymous_allowed]
async fn open() {}

#[jwt_guard::requires(scope = "orders:read", role = "admin", any(claim("tenant") = "acme", claim("deep", "a") = 1), not(role = "clerk"))]
async fn role() {}

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: u8,
}

#[jwt_guard::authentication_required]
async fn typed(claims: Claims<Tenant>) -> String {
    claims.tenant.to_string()
}
