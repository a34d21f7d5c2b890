//! Nothing that is printed for debugging shows a key, a token or a claim.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use http::Request;
use http::request::Parts;
use jwt_guard::keys::{KeySet, VerifyingKey};
use jwt_guard::login::LoginCredentials;
use jwt_guard::policy::{Policy, Rule};
use jwt_guard::setup::TokenLocation;
use jwt_guard::store::{Family, Issued, Rotation, Subject, TokenInfo};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, Secret,
    extract::{Guarded, PresentedToken},
    routing,
};
use jwt_guard_tests::{ManualClock, Payload, SigningKey, base64url};
use tower::Layer as _;

/// 32 bytes that stand out.
const SECRET: &[u8; 32] = b"hunter2 stands in no log; Gw5#pQ";

#[test]
fn secrets_and_keys_are_redacted() {
    let key = || VerifyingKey::secret(Algorithm::Hs256, SECRET).unwrap().with_id("a");
    let jwk = format!(r#"{{"kty":"oct","alg":"HS256","k":"{}"}}"#, base64url(SECRET));
    hides(&Secret::from(SECRET));
    hides(&Secret::from(SECRET.to_vec()));
    hides(&key());
    hides(&KeySet::new([key()]).unwrap());
    hides(&VerifyingKey::jwk(&jwk, &[]).unwrap());
}

#[test]
fn a_builder_shows_no_key_in_any_form_it_was_given() {
    let jwk = format!(r#"{{"kty":"oct","alg":"HS256","kid":"j","k":"{}"}}"#, base64url(SECRET));
    let builder = JwtGuard::builder()
        .secret(SECRET)
        .secret_for(Algorithm::Hs384, SECRET)
        .jwk(&jwk)
        .jwk_set(format!("{{\"keys\":[{jwk}]}}"))
        .key(VerifyingKey::secret(Algorithm::Hs256, SECRET).unwrap())
        .pem(Algorithm::Rs256, SECRET)
        .der(Algorithm::Rs256, SECRET);
    hides(&builder);
    hides(&builder.danger());
}

#[test]
fn a_guard_its_layers_and_routers_show_no_key() {
    let guard = guard();
    hides(&guard);
    hides(&guard.layer());
    hides(&guard.layer().layer(()));
    hides(&guard.require_authentication().except("/health"));
    hides(&guard.require_authentication().layer(()));
    hides(&Router::<()>::new().route("/", routing::get(handler)).with_guard(guard));
}

#[test]
fn errors_quote_no_key() {
    let short = VerifyingKey::secret(Algorithm::Hs256, &SECRET[..20]).unwrap_err();
    let not_a_key = VerifyingKey::pem(Algorithm::Rs256, SECRET).unwrap_err();
    let not_json = KeySet::from_json(std::str::from_utf8(SECRET).unwrap(), &[]).unwrap_err();
    for error in [short, not_a_key, not_json] {
        hides(&error);
        hides(&error.to_string().as_str());
    }
    let error = JwtGuard::builder()
        .secret(&SECRET[..20])
        .jwk(format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url(SECRET)))
        .pem(Algorithm::Es256, SECRET)
        .audience("orders")
        .build()
        .unwrap_err();
    hides(&error);
    hides(&error.to_string().as_str());
}

#[tokio::test]
async fn what_a_handler_is_given_shows_no_claim_and_the_request_shows_no_token() {
    let payload = Payload::good()
        .with("sub", "\"hunter2\"")
        .with("name", "\"hunter2\"")
        .with("jti", "\"hunter2\"")
        .with("email", "\"hunter2@example.com\"");
    let key = SigningKey::hmac(Algorithm::Hs256, SECRET);
    let token = key.token(&payload);
    let mut request = request(&token);
    guard().provide(&mut request.extensions);
    hides(&Guarded::<Any>::from_request_parts(&mut request, &()).await.unwrap());
    let claims = <Claims as FromRequestParts<()>>::from_request_parts(&mut request, &()).await.unwrap();
    assert_eq!(claims.subject(), "hunter2");
    hides(&claims);
    hides(&claims.clone());
    let principal = Principal::from_request_parts(&mut request, &()).await.unwrap();
    hides(&principal);
    hides(&principal.scopes());
    hides(&PresentedToken::from_request_parts(&mut request, &()).await.unwrap());
    hides(&<LoginCredentials as FromRequestParts<()>>::from_request_parts(&mut request, &()).await.unwrap());
    // The whole request, with the guard's finding among its extensions.
    let shown = format!("{request:?} {request:#?}");
    assert!(!shown.contains(&token) && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn what_a_store_is_given_shows_no_name_and_no_id() {
    let end = SystemTime::UNIX_EPOCH;
    let text = || "hunter2".to_owned();
    let mut token = TokenInfo::new("hunter2", end);
    (token.id, token.family) = (Some("hunter2"), Some("hunter2"));
    hides(&token);
    let subject = || Subject::of_issuer("https://id.example", "hunter2");
    hides(&subject());
    hides(&Issued { id: text(), subject: subject(), family: Some(text()), expires_at: end });
    hides(&Family { id: text(), subject: subject(), token: text(), access_expires_at: end, expires_at: end });
    hides(&Rotation {
        family: text(),
        presented: text(),
        next: text(),
        access_expires_at: end,
        expires_at: end,
        ends: Some((text(), end)),
        endpoint: None,
        grace: Duration::ZERO,
    });
}

#[tokio::test]
async fn a_rejection_shows_no_token() {
    let token =
        SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&Payload::good().with("sub", "\"hunter2\""));
    let mut request = request(&token);
    guard().provide(&mut request.extensions);
    let rejection = Guarded::<Any>::from_request_parts(&mut request, &()).await.unwrap_err();
    let shown = format!("{rejection:?} {rejection:#?}");
    token.split('.').for_each(|segment| assert!(!shown.contains(segment), "{shown}"));
    hides(&rejection);
}

fn guard() -> JwtGuard {
    JwtGuard::builder()
        .secret(SECRET)
        .audience("orders")
        .locations([TokenLocation::bearer(), TokenLocation::cookie("session")])
        .clock(ManualClock::new())
        .build()
        .unwrap()
}

fn request(token: &str) -> Parts {
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap().into_parts().0
}

/// Formats the value both ways and looks for the secret in every spelling.
#[track_caller]
fn hides(value: &dyn Debug) {
    let shown = format!("{value:?} {value:#?}");
    let list = |text: String| text.trim_matches(['[', ']']).to_owned();
    let spellings = [
        "hunter2".to_owned(),
        base64url(&SECRET[..9]),
        list(format!("{:?}", &SECRET[..6])),
        list(format!("{:x?}", &SECRET[..6])),
        "68756e74657232".to_owned(),
    ];
    let flat: String = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for spelling in spellings {
        assert!(!flat.contains(&spelling), "{spelling} in {shown}");
    }
}

struct Any;

impl Policy for Any {
    const RULE: Rule = Rule::authenticated();
}

async fn handler(_: Guarded<Any>) {}
