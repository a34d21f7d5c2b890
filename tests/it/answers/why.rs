//! The mistakes that people make at run time, each with the line that the log has for it: cause, expected, found, setting.
//!
//! `cargo test -p jwt-guard-tests --test it why -- --nocapture` prints the lines.

use jwt_guard::keys::{KeySet, VerifyingKey};
use jwt_guard::policy::{Requirement, Rule};
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation, TokenProfile};
use jwt_guard::store::TokenInfo;
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, TrustedIssuer, extract::CurrentUser, routing};
use jwt_guard_tests::events::{Logged, capture};
use jwt_guard_tests::key_server::KeyServer;
use jwt_guard_tests::{
    ISSUER, ManualClock, NOW, Payload, Request, Server, SigningKey, base64url, guard, token,
};

use crate::login::{self, Jar};

/// A mistake: the request that shows it, and what the log must say of it.
struct Row {
    mistake: &'static str,
    guard: Builder<HasKeys, HasAudience>,
    request: Request,
    code: &'static str,
    expected: Option<&'static str>,
    found: Option<&'static str>,
    setting: Option<&'static str>,
}

impl Row {
    fn new(mistake: &'static str, code: &'static str, request: Request) -> Self {
        let guard = guard(Algorithm::Hs256);
        Self { mistake, guard, request, code, expected: None, found: None, setting: None }
    }

    /// With `GET /me` and a token in the usual place.
    fn bearer(mistake: &'static str, code: &'static str, token: &str) -> Self {
        Self::new(mistake, code, Request::get("/me").bearer(token))
    }

    fn by(self, change: impl FnOnce(Builder<HasKeys, HasAudience>) -> Builder<HasKeys, HasAudience>) -> Self {
        Self { guard: change(self.guard), ..self }
    }

    fn at(self, guard: Builder<HasKeys, HasAudience>) -> Self {
        Self { guard, ..self }
    }

    fn says(self, expected: &'static str, found: &'static str) -> Self {
        Self { expected: Some(expected), found: Some(found), ..self }
    }

    fn set(self, setting: &'static str) -> Self {
        Self { setting: Some(setting), ..self }
    }
}

#[tokio::test]
async fn every_mistake_with_dates_is_logged_with_how_far_it_is_off() {
    check(vec![
        Row::bearer("expired an hour ago", "expired", &dated(-7200, -3600)).says(
            "`exp` after 2027-01-15T08:00:00Z, with a leeway of 30 s",
            "`exp` 2027-01-15T07:00:00Z: 1 h ago",
        ),
        Row::bearer("expired a moment ago", "expired", &dated(-600, -31))
            .says(
                "`exp` after 2027-01-15T08:00:00Z, with a leeway of 30 s",
                "`exp` 2027-01-15T07:59:29Z: 31 s ago",
            )
            .set(".leeway(..)"),
        Row::bearer("`nbf` ahead", "not_yet_valid", &token(&[("nbf", &at(90))]))
            .says(
                "`nbf` not after 2027-01-15T08:00:00Z, with a leeway of 30 s",
                "`nbf` 2027-01-15T08:01:30Z: in 1 min 30 s",
            )
            .set(".leeway(..)"),
        Row::bearer("`iat` ahead", "issued_in_future", &dated(600, 1200)).says(
            "`iat` not after 2027-01-15T08:00:00Z, with a leeway of 30 s",
            "`iat` 2027-01-15T08:10:00Z: in 10 min",
        ),
        Row::bearer("a token of 30 days", "lifetime_too_long", &dated(0, 30 * 86_400))
            .says("at most 1 d from `iat` to `exp`", "30 d")
            .set(".max_lifetime(..)"),
        Row::bearer("too old", "too_old", &dated(-7200, 600))
            .by(|guard| guard.max_token_age(std::time::Duration::from_secs(3600)))
            .says("at most 1 h since `iat`", "2 h")
            .set(".max_token_age(..)"),
        Row::bearer("`exp` in milliseconds", "claim_malformed", &token(&[("exp", "1800000600000")])).says(
            "a number of seconds since 1970, before the year 10000",
            "1800000600000: perhaps milliseconds",
        ),
        Row::bearer("`exp` before `iat`", "claim_malformed", &dated(0, -10))
            .says("`exp` after `iat`", "an earlier `exp`"),
    ])
    .await;
}

#[tokio::test]
async fn every_mistake_with_claims_is_logged_with_what_was_expected_and_found() {
    let named = |issuer: &str| {
        let issuer = issuer.to_owned();
        move |guard: Builder<HasKeys, HasAudience>| guard.issuer(issuer)
    };
    check(vec![
        Row::bearer("no `exp`", "claim_missing", &token(&[("exp", "")])).says("the claim `exp`", "no `exp`"),
        Row::bearer("no `aud`", "claim_missing", &token(&[("aud", "")]))
            .says("the claim `aud`: \"orders\"", "no `aud`"),
        Row::bearer("no `sub`", "claim_missing", &token(&[("sub", "")]))
            .says("the claim `sub`, which names the caller", "no `sub`")
            .set(".subject_claim(..)"),
        Row::bearer("a machine", "claim_missing", &token(&[("sub", ""), ("client_id", "\"billing\"")]))
            .says("the claim `sub`, which names the caller", "no `sub`, and a client")
            .set(".machine_callers()"),
        Row::bearer("an unnamed machine", "claim_malformed", &token(&[("sub", "\"\""), ("client_id", "\"billing\"")]))
            .says("a string that is not empty", "an empty string, and a client")
            .set(".machine_callers()"),
        Row::bearer("`sub` is a number", "claim_malformed", &token(&[("sub", "7")])).says("a string", "a number"),
        Row::bearer("no `iss`", "claim_missing", &token(&[("iss", "")]))
            .by(named(ISSUER))
            .says("the claim `iss`: \"https://id.example\"", "no `iss`")
            .set(".issuer(..)"),
        Row::bearer("Keycloak's audience", "wrong_audience", &token(&[("aud", "\"account\"")]))
            .says("\"orders\"", "\"account\"")
            .set(".audience(..)"),
        Row::bearer("several audiences", "wrong_audience", &token(&[("aud", "[\"account\",\"realm-management\"]")]))
            .by(|guard| guard.audience("billing"))
            .says("one of \"orders\", \"billing\"", "\"account\", \"realm-management\"")
            .set(".audience(..)"),
        Row::bearer("another issuer", "wrong_issuer", &token(&[("iss", "\"http://localhost:8080/realms/shop\"")]))
            .by(named("https://id.example/realms/shop"))
            .says("\"https://id.example/realms/shop\"", "\"http://localhost:8080/realms/shop\"")
            .set(".issuer(..)"),
        Row::bearer("a slash", "wrong_issuer", &token(&[("iss", "\"https://acme.eu.auth0.com/\"")]))
            .by(named("https://acme.eu.auth0.com"))
            .says(
                "\"https://acme.eu.auth0.com\"",
                "\"https://acme.eu.auth0.com/\": it differs by the `/` at its end",
            )
            .set(".issuer(..)"),
        Row::bearer("Entra version 1", "wrong_issuer", &token(&[("iss", "\"https://sts.windows.net/TENANT/\"")]))
            .by(named("https://login.microsoftonline.com/TENANT/v2.0"))
            .says(
                "\"https://login.microsoftonline.com/TENANT/v2.0\"",
                "\"https://sts.windows.net/TENANT/\": Entra's version 1 (`requestedAccessTokenVersion` of the app \
                 registration)",
            )
            .set("TrustedIssuer::entra_v1(..)"),
        Row::bearer("an ID token", "wrong_claim_value", &token(&[("typ", "\"ID\"")]))
            .at(trusting(|issuer| issuer.claim_value("typ", "Bearer")))
            .says("\"Bearer\"", "another string")
            .set("TrustedIssuer::claim_value(..)"),
        Row::bearer("another client", "wrong_client", &token(&[("client_id", "\"spa\"")]))
            .at(trusting(|issuer| issuer.client("web").client("mobile")))
            .says("one of \"web\", \"mobile\"", "`client_id` \"spa\"")
            .set("TrustedIssuer::client(..)"),
        Row::bearer("no tenant", "claim_missing", &token(&[]))
            .by(|guard| guard.required_claim("tenant"))
            .says("the claim `tenant`", "no `tenant`")
            .set(".required_claim(..)"),
        Row::bearer("a bound token", "sender_constrained", &token(&[("cnf", "{\"jkt\":\"x\"}")]))
            .says("a bearer token, without `cnf`", "`cnf`"),
    ])
    .await;
}

#[tokio::test]
async fn every_mistake_with_headers_and_keys_is_logged_with_what_was_expected_and_found() {
    let key = SigningKey::of(Algorithm::Hs256);
    let good = Payload::good();
    let with_header = |header: &str| key.token_of(header, good.to_string().as_bytes());
    let with_ids = || {
        let keys =
            [key.verifying().with_id("2026"), SigningKey::of(Algorithm::Es256).verifying().with_id("ec")];
        JwtGuard::builder().key_set(KeySet::new(keys).unwrap()).audience("orders").clock(ManualClock::new())
    };
    // The bytes of a secret, and the text that stands for them.
    let text = base64url(SigningKey::secret());
    let as_text = || {
        let key = VerifyingKey::secret(Algorithm::Hs256, text.clone()).unwrap();
        JwtGuard::builder().key(key).audience("orders").clock(ManualClock::new())
    };
    check(vec![
        Row::bearer(
            "another secret",
            "bad_signature",
            &SigningKey::hmac(Algorithm::Hs256, &[9; 32]).token(&good),
        )
        .says(
            "a signature by the key without an id, for HS256",
            "one by another secret, or by one that is base64 here and text there",
        )
        .set(".secret(..)"),
        Row::bearer("a base64 secret taken as text", "bad_signature", &key.token(&good))
            .at(as_text())
            .says(
                "a signature by the key without an id, for HS256",
                "one by another secret, or by one that is base64 here and text there",
            )
            .set(".secret(..)"),
        Row::bearer("another key", "bad_signature", &with_header(r#"{"alg":"ES256"}"#))
            .at(JwtGuard::builder()
                .key(SigningKey::of(Algorithm::Es256).verifying().with_id("ec"))
                .audience("orders")
                .clock(ManualClock::new()))
            .says(
                "a signature by the key \"ec\", for ES256",
                "one by another key, or a token that was changed",
            ),
        Row::bearer("HS512 at a guard for HS256", "wrong_algorithm", &key_of(Algorithm::Hs512).token(&good))
            .says("\"HS256\", by the key", "\"HS512\"")
            .set(".secret_for(Algorithm::Hs512, ..)"),
        Row::bearer("RS512 at a guard for RS256", "wrong_algorithm", &key_of(Algorithm::Rs512).token(&good))
            .at(guard(Algorithm::Rs256))
            .says("\"RS256\", by the key", "\"RS512\"")
            .set(".pem(Algorithm::Rs512, ..)"),
        // Nothing suggests to take a secret where public keys are configured.
        Row::bearer("HS256 at a guard for RS256", "wrong_algorithm", &key.token(&good))
            .at(guard(Algorithm::Rs256))
            .says("\"RS256\", by the key", "\"HS256\""),
        Row::bearer("alg none", "wrong_algorithm", &with_header(r#"{"alg":"none"}"#))
            .says("\"HS256\", by the key", "\"none\""),
        Row::bearer("an unknown key", "unknown_key", &with_header(&key.header_with("kid", "\"2025\"")))
            .at(with_ids())
            .says("the id of a key: \"2026\", \"ec\"", "\"2025\"")
            .set(".with_id(..)"),
        Row::bearer("a logout token", "wrong_type", &with_header(&key.header_with("typ", "\"logout+jwt\"")))
            .says("\"JWT\", \"at+jwt\" or no `typ`", "\"logout+jwt\"")
            .set(".profile(..)"),
        Row::bearer("a refresh token", "wrong_type", &with_header(&key.header_with("typ", "\"rt+jwt\"")))
            .says("\"JWT\", \"at+jwt\" or no `typ`", "\"rt+jwt\": a refresh token")
            .set(".profile(..)"),
        Row::bearer("JWT under `AccessToken`", "wrong_type", &key.token(&good))
            .by(|guard| guard.issuer(ISSUER).profile(TokenProfile::AccessToken))
            .says("\"at+jwt\"", "\"JWT\"")
            .set(".profile(..)"),
        Row::bearer("crit", "header_parameter", &with_header(&key.header_with("crit", "[\"exp\"]")))
            .says("no `crit`", "`crit`"),
    ])
    .await;
}

#[tokio::test]
async fn every_mistake_with_places_and_forms_is_logged_with_what_was_looked_at() {
    const FORM: &str = "three base64url segments with two dots";
    let good = token(&[]);
    let get = |value: String| Request::get("/me").header("authorization", value);
    check(vec![
        Row::new("no token", "no_token", Request::get("/me"))
            .says("`Authorization: Bearer`", "no `Authorization` header"),
        Row::new(
            "a cookie",
            "no_token",
            Request::get("/me").header("cookie", format!("access_token={good}")),
        )
        .says("`Authorization: Bearer`", "no `Authorization` header; cookies")
        .set("TokenLocation::cookie(..)"),
        Row::new("another cookie", "no_token", Request::get("/me").header("cookie", format!("jwt={good}")))
            .by(|guard| guard.locations([TokenLocation::bearer(), TokenLocation::cookie("access_token")]))
            .says(
                "`Authorization: Bearer` or cookie `access_token`",
                "no `Authorization` header; cookies, but not that one",
            ),
        Row::new("Token", "other_scheme", get(format!("Token {good}")))
            .says("`Authorization: Bearer`", "an `Authorization` header with the scheme `Token`")
            .set("TokenLocation::scheme(\"Token\")"),
        Row::new("an unknown scheme", "other_scheme", get("sk_live_51H x".to_owned())).says(
            "`Authorization: Bearer`",
            "an `Authorization` header that is empty or has an unknown scheme",
        ),
        Row::new("a bare token", "malformed_credentials", get(good.clone()))
            .says("Authorization: Bearer <token>", "a token without a scheme before it"),
        Row::new("quotes", "malformed_credentials", get(format!("Bearer \"{good}\"")))
            .says("Authorization: Bearer <token>", "a token in quotation marks"),
        Row::new("Bearer twice", "malformed_credentials", get(format!("Bearer Bearer {good}")))
            .says("Authorization: Bearer <token>", "`Bearer` twice"),
        Row::new(
            "two tokens",
            "several_tokens",
            get(format!("Bearer {good}")).header("cookie", format!("t={good}")),
        )
        .by(|guard| guard.locations([TokenLocation::bearer(), TokenLocation::cookie("t")]))
        .says("one token", "tokens in `Authorization: Bearer`, cookie `t`")
        .set(".prefer_first()"),
        Row::new(
            "two cookies",
            "unequal_cookies",
            Request::get("/me").header("cookie", format!("t={good}; t=x")),
        )
        .by(|guard| guard.locations([TokenLocation::cookie("t")]))
        .says("one value of a cookie", "several values of cookie `t`"),
        Row::new(
            "a header with Bearer",
            "not_a_token",
            Request::get("/me").header("x-token", format!("Bearer {good}")),
        )
        .by(|guard| guard.locations([TokenLocation::header("x-token")]))
        .says(FORM, "`Bearer` before the token, where the whole value is the token")
        .set("TokenLocation::header_with_scheme(..)"),
        Row::new(
            "another scheme in a header",
            "other_scheme",
            Request::get("/me").header("x-token", "Basic YTpi"),
        )
        .by(|guard| guard.locations([TokenLocation::header_with_scheme("x-token", "Bearer")]))
        .says("header `x-token: Bearer`", "a header `x-token` without that scheme"),
        Row::bearer("undefined", "opaque_token", "undefined").says(FORM, "the text `undefined`"),
        Row::bearer("a reference token", "opaque_token", "2YotnFZFEjr1zCsicMWpAA")
            .says(FORM, "22 characters without a dot"),
        Row::bearer("an encrypted token", "encrypted_token", "eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn")
            .says("a signed token (JWS): three segments", "five segments"),
        Row::bearer("half a token", "not_a_token", good.rsplit_once('.').unwrap().0).says(FORM, "2 segments"),
        Row::bearer("an empty segment", "not_a_token", "eyJhbGciOiJIUzI1NiJ9..c2ln")
            .says(FORM, "3 segments, of which one is empty"),
        Row::bearer("four segments", "not_a_token", "a.b.c.d").says(FORM, "4 segments"),
        Row::bearer("base64", "not_a_token", "a+b.c/d.e").says(FORM, "characters that are not base64url"),
        Row::bearer("a long header", "header_too_long", &format!("{}.e30.c2ln", "a".repeat(2049)))
            .says("a header of at most 2048 bytes", "2049 bytes"),
        Row::bearer("many groups", "token_too_long", &of_groups(6002))
            .by(|guard| guard.max_token_len(8192))
            .says("at most 8192 bytes", "8221 bytes")
            .set(".max_token_len(..)"),
        // No setting admits these.
        Row::bearer("more groups than any guard takes", "token_too_long", &of_groups(20_000))
            .says("at most 16384 bytes", "26885 bytes"),
        Row::bearer("more than that, and a lower limit", "token_too_long", &of_groups(20_000))
            .by(|guard| guard.max_token_len(8192))
            .says("at most 8192 bytes", "26885 bytes"),
    ])
    .await;
}

#[tokio::test]
async fn every_unmet_policy_is_logged_with_the_conditions_and_the_claims_that_were_asked() {
    let get = |path: &str, changes: &[(&str, &str)]| Request::get(path).bearer(&token(changes));
    check(vec![
        Row::new("no scope", "scope_missing", get("/scope", &[("scope", "\"orders:read openid\"")]))
            .says("scope = \"orders:write\"", "scopes of `scope`: 2 names; scopes of `scp`: absent"),
        Row::new("scopes elsewhere", "scope_missing", get("/scope", &[("permissions", "[\"orders:write\"]")]))
            .says("scope = \"orders:write\"", "scopes of `scope`: absent; scopes of `scp`: absent")
            .set(".scope_claim(..)"),
        Row::new("no role", "condition_unmet", get("/role", &[("roles", "[\"clerk\"]")]))
            .says("role = \"admin\"", "roles of `roles`: a list of 1"),
        Row::new(
            "Keycloak's roles",
            "condition_unmet",
            get("/role", &[("realm_access", "{\"roles\":[\"admin\"]}")]),
        )
        .says("role = \"admin\"", "roles of `roles`: absent")
        .set(".role_claim(..)"),
        Row::new(
            "a path with a dot",
            "condition_unmet",
            get("/role", &[("realm_access", "{\"roles\":[\"admin\"]}")]),
        )
        .by(|guard| guard.role_claim(["realm_access.roles"]))
        .says(
            "role = \"admin\"",
            "roles of `realm_access.roles`: absent (one name with dots; a path is [\"realm_access\", \"roles\"])",
        )
        .set(".role_claim([\"realm_access\", \"roles\"])"),
        Row::new("roles as an object", "claims_undecidable", get("/role", &[("roles", "{\"admin\":{}}")]))
            .says("role = \"admin\"", "roles of `roles`: an object"),
        Row::new("another tenant", "condition_unmet", get("/claim", &[("tenant", "\"other\"")]))
            .says("claim(\"tenant\") = \"acme\"", "claim `tenant`: another string"),
        Row::new("no tenant", "condition_unmet", get("/claim", &[]))
            .says("claim(\"tenant\") = \"acme\"", "claim `tenant`: absent"),
        Row::new("a suspended caller", "condition_unmet", get("/not", &[("roles", "\"suspended\"")]))
            .says("not(role = \"suspended\")", "roles of `roles`: one name"),
        Row::new("not fresh", "login_insufficient", get("/fresh", &[])).says("fresh", "claim `fresh`: absent"),
        Row::new("one of several", "claims_undecidable", get("/any", &[("tenant", "7"), ("scope", "\"a\"")])).says(
            "any(role = \"admin\", claim(\"tenant\") = \"acme\")",
            "roles of `roles`: absent; claim `tenant`: a number",
        )
        .set(".role_claim(..)"),
    ])
    .await;
}

#[tokio::test]
async fn every_mistake_of_the_service_is_logged_with_the_setting() {
    let get = |path: &str, changes: &[(&str, &str)]| Request::get(path).bearer(&token(changes));
    let unreachable = KeyServer::start().await;
    let (issuer, keys) = (unreachable.issuer(), unreachable.url("/nowhere"));
    let remote = JwtGuard::builder()
        .issuer(&issuer)
        .jwks_url(keys)
        .danger()
        .loopback_http("a test")
        .audience("orders");
    let foreign =
        SigningKey::of(Algorithm::Es256).token(&Payload::good().with("iss", &format!("\"{issuer}\"")));
    let lines = check(vec![
        Row::new("claims that do not fit", "claims_misfit", get("/typed", &[("tenant", "5")]))
            .says("it::answers::why::Tenant", "data error at line 1 column 101"),
        Row::new("a claim that the type asks for is missing", "claims_misfit", get("/typed", &[]))
            .says("it::answers::why::Tenant", "no `tenant`"),
        Row::new("no loader", "user_type_not_loaded", get("/user", &[])).set(".load_user(..)"),
        Row::new("no user", "unknown_user", get("/me", &[]))
            .by(|guard| guard.load_user(|_: Claims| async { Ok::<_, std::io::Error>(None::<User>) }))
            .set(".load_user(..)"),
        Row::new("revoked", "revoked", get("/me", &[("jti", "\"t1\"")]))
            .by(|guard| guard.revocation(|token: &TokenInfo<'_>| token.id == Some("t1"))),
        Row::bearer("unreachable issuer", "keys_unavailable", &foreign).at(remote),
    ])
    .await;
    let of = |mistake: usize| &lines[mistake];
    assert_eq!(of(0).level, tracing::Level::WARN);
    assert!(of(5).field("expected").unwrap().starts_with("keys of \"http://"), "{:?}", of(5));
    assert!(of(5).field("found").is_some(), "{:?}", of(5));
}

#[tokio::test]
async fn what_is_refused_outside_of_a_request_is_logged_as_in_one() {
    const ADMIN: Rule = Rule::authenticated().with_requirement(Requirement::Role("admin"));

    let guard = guard(Algorithm::Hs256).build().unwrap();
    let said = |logged: &Logged| {
        ["code", "expected", "found", "setting"].map(|name| logged.field(name).map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    let events = capture();
    guard.verify(&token(&[("aud", "\"account\"")])).await.unwrap_err();
    let wanted = ["wrong_audience", "\"orders\"", "\"account\"", ".audience(..)"];
    assert_eq!(said(&events.only()), wanted.map(some));
    let caller = guard.verify(&token(&[])).await.unwrap();
    let events = capture();
    guard.authorize(&caller, &ADMIN).unwrap_err();
    let wanted = ["condition_unmet", "role = \"admin\"", "roles of `roles`: absent", ".role_claim(..)"];
    assert_eq!(said(&events.only()), wanted.map(some));
}

#[tokio::test]
async fn every_refusal_of_a_browser_and_of_a_refresh_has_its_code() {
    let server = login::serve(login::guard()).await;
    let (jar, pair) = (Jar::login(&server).await, login::login(&server).await);
    let csrf = || jar.csrf().to_owned();
    let me = || jar.on(login::post("/me"));
    let header = Some("the `csrf` claim in the header `x-csrf-token`");
    let refresh = || login::post("/refresh").bearer(&pair.refresh);
    assert_eq!(server.send(refresh()).await.status, 200);
    for (request, code, expected, found, setting) in [
        (me(), "csrf_value_missing", header, Some("nothing"), Some("CookieSettings::csrf_header(..)")),
        (
            me().header("x-csrf-token", "x"),
            "csrf_value_wrong",
            header,
            Some("another value"),
            Some("CookieSettings::csrf_header(..)"),
        ),
        (
            me().header("x-csrf-token", csrf()).header("origin", "http://localhost:5173"),
            "foreign_origin",
            Some("the `https` origin of the request's host, or a trusted one"),
            Some("\"http://localhost:5173\""),
            Some(".trusted_origin(..)"),
        ),
        (
            me().header("x-csrf-token", csrf()).header("sec-fetch-site", "cross-site"),
            "cross_site_request",
            Some("`same-origin` or `none`"),
            Some("\"cross-site\""),
            None,
        ),
        (jar.on(Request::post_form("/me", &"x".repeat(70_000))), "form_too_large", None, None, None),
        (refresh(), "refresh_reused", None, None, Some(".refresh_grace(..)")),
        (refresh(), "revoked", None, None, None),
    ] {
        let events = capture();
        let answer = server.send(request).await;
        let refused = |logged: &&Logged| logged.level == tracing::Level::INFO;
        let events = events.take();
        let logged = events.iter().find(refused).unwrap();
        println!("{code}: {}\n    {}\n", answer.status, rendered(logged));
        let said = ["code", "expected", "found", "setting"].map(|name| logged.field(name));
        assert_eq!(said, [Some(code), expected, found, setting], "{events:#?}");
        // The layer that reads a form is outside of every handler.
        let is_of_handler = code != "form_too_large";
        for name in ["handler", "policy"] {
            assert_eq!(logged.field(name).is_some(), is_of_handler, "{logged:?}");
        }
    }
}

#[tokio::test]
async fn a_missing_guard_is_logged_with_the_method_that_gives_one() {
    let server = Server::start(Router::new().route("/me", routing::get(me))).await;
    let events = capture();
    assert_eq!(server.send(Request::get("/me")).await.status, 500);
    let logged = events.only();
    println!("no guard: 500\n    {}\n", rendered(&logged));
    assert_eq!((logged.level, logged.field("code")), (tracing::Level::ERROR, Some("no_guard")));
    assert_eq!(logged.field("setting"), Some(".with_guard(..)"));
}

/// Sends every request, compares the lines, and prints them.
async fn check(rows: Vec<Row>) -> Vec<Logged> {
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    for row in rows {
        let server = serve(row.guard.build().unwrap()).await;
        let events = capture();
        let answer = server.send(row.request).await;
        let mut events = events.take();
        // A type of claims is asked after the policy has admitted the caller.
        events.retain(|logged| logged.field("message") == Some("denied"));
        assert_eq!(events.len(), 1, "{events:#?}");
        let logged = events.remove(0);
        println!("{}: {}\n    {}\n", row.mistake, answer.status, rendered(&logged));
        let said = ["code", "expected", "found", "setting"].map(|name| logged.field(name));
        let remote = row.code == "keys_unavailable";
        if said != [Some(row.code), row.expected, row.found, row.setting] && !remote {
            wrong.push(format!("{}: {said:#?}", row.mistake));
        }
        for name in ["policy", "handler", "reason", "route"] {
            assert!(logged.field(name).is_some(), "{}: no {name} in {logged:?}", row.mistake);
        }
        lines.push(logged);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    lines
}

/// As `tracing_subscriber::fmt` prints it, without time and color.
fn rendered(logged: &Logged) -> String {
    let mut line = format!("{} jwt_guard: {}", logged.level, logged.field("message").unwrap_or_default());
    for (name, value) in logged.fields.iter().filter(|(name, _)| *name != "message") {
        line.push_str(&format!(" {name}={value}"));
    }
    line
}

/// A token with a claim of this many bytes.
fn of_groups(bytes: usize) -> String {
    token(&[("groups", &format!("\"{}\"", "g".repeat(bytes)))])
}

/// A token from and to these seconds after now.
fn dated(iat: i64, exp: i64) -> String {
    token(&[("iat", &at(iat)), ("exp", &at(exp))])
}

fn at(seconds: i64) -> String {
    (i64::try_from(NOW).unwrap() + seconds).to_string()
}

fn key_of(algorithm: Algorithm) -> SigningKey {
    SigningKey::of(algorithm)
}

fn trusting(change: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Builder<HasKeys, HasAudience> {
    let issuer = TrustedIssuer::new(ISSUER).key(key_of(Algorithm::Hs256).verifying()).audience("orders");
    JwtGuard::builder().trust(change(issuer)).clock(ManualClock::new())
}

async fn serve(guard: JwtGuard) -> Server {
    let router = Router::new()
        .route("/me", routing::get(me))
        .route("/scope", routing::get(scope))
        .route("/role", routing::get(role))
        .route("/claim", routing::get(claim))
        .route("/not", routing::get(not))
        .route("/any", routing::get(any))
        .route("/fresh", routing::get(fresh))
        .route("/typed", routing::get(typed))
        .route("/user", routing::get(user));
    Server::start(router.with_guard(guard)).await
}

#[jwt_guard::authentication_required]
async fn me() {}

#[jwt_guard::requires(scope = "orders:write")]
async fn scope() {}

#[jwt_guard::requires(role = "admin")]
async fn role() {}

#[jwt_guard::requires(claim("tenant") = "acme")]
async fn claim() {}

#[jwt_guard::requires(not(role = "suspended"))]
async fn not() {}

#[jwt_guard::requires(scope = "a", any(role = "admin", claim("tenant") = "acme"))]
async fn any() {}

#[jwt_guard::requires(fresh)]
async fn fresh() {}

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: String,
}

#[jwt_guard::authentication_required]
async fn typed(claims: Claims<Tenant>) -> String {
    claims.tenant.clone()
}

struct User;

#[jwt_guard::authentication_required]
async fn user(_: CurrentUser<User>) {}
