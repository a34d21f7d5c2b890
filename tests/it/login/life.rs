//! How long a revocation lives, whom it is about, and that no account holder takes that from another.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::issue::TokenIssuer;
use jwt_guard::login::{LoginError, LoginErrorKind};
use jwt_guard::setup::Clock;
use jwt_guard::store::{MemoryStore, Revocation, StoreLimits, Subject};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, SigningKey, TrustedIssuer, extract::CurrentUser, routing,
};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, ManualClock, Outcome, Server, events};

use super::{ADA, MINUTE, Pair, builder, login, post, serve};

/// The clock of another machine, which is so many seconds ahead.
#[derive(Debug)]
struct Ahead(ManualClock, u64);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        self.0.now() + Duration::from_secs(self.1)
    }
}

#[jwt_guard::anonymous_allowed]
async fn log_in(State(guard): State<JwtGuard>, Path(name): Path<String>) -> Result<Response, LoginError> {
    guard.login(name).respond().await
}

/// A refresh token that lives for five minutes, beside an access token of fifteen.
#[jwt_guard::anonymous_allowed]
async fn log_in_shortly(State(guard): State<JwtGuard>) -> Result<Response, LoginError> {
    guard.login("ada").change(|token| token.refresh_lifetime(MINUTE * 5)).respond().await
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(State(guard): State<JwtGuard>, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

/// Answers something by a refresh token, and exchanges none.
#[jwt_guard::requires(token = "refresh")]
async fn devices(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::authentication_required]
async fn log_out(State(guard): State<JwtGuard>, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

/// Forgot `token = "refresh"`.
#[jwt_guard::authentication_required]
async fn careless_refresh(State(guard): State<JwtGuard>, claims: Claims) -> Result<Response, LoginError> {
    guard.refresh(&claims).respond().await
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

async fn app(guard: JwtGuard) -> Server {
    let app = Router::new()
        .route("/login/{name}", routing::post(log_in))
        .route("/shortly", routing::post(log_in_shortly))
        .route("/refresh", routing::post(refresh))
        .route("/refresh/careless", routing::post(careless_refresh))
        .route("/devices", routing::post(devices))
        .route("/logout", routing::post(log_out))
        .route("/me", routing::get(me))
        .with_guard(guard.clone())
        .with_state(guard);
    Server::start(app.into_axum()).await
}

async fn login_of(server: &Server, name: &str) -> Pair {
    Pair::of(&server.send(post(&format!("/login/{name}"))).await)
}

async fn by(server: &Server, target: &str, token: &str) -> Answer {
    server.send(post(target).bearer(token)).await
}

fn with_clock(clock: impl Clock, store: &MemoryStore) -> JwtGuard {
    builder().clock(clock).token_store(store.clone()).build().unwrap()
}

/// Another issuer: what signs its tokens, and what a guard that trusts it is told.
fn partner(clock: &ManualClock) -> (TokenIssuer, TrustedIssuer) {
    const NAME: &str = "https://partner.example";
    let key = SigningKey::secret(Algorithm::Hs256, *b"partner-secret-0123456789abcdefXY").unwrap();
    let issuer = TokenIssuer::builder(key.clone()).issuer(NAME).audience(AUDIENCE).clock(clock.clone());
    (issuer.build().unwrap(), TrustedIssuer::new(NAME).key(key.verifying_key()))
}

#[tokio::test]
async fn after_reuse_no_access_token_lives_again_whichever_token_ends_first() {
    for listed in [true, false] {
        let clock = ManualClock::new();
        let guard = builder().clock(clock.clone()).token_store(MemoryStore::new());
        let guard = if listed { guard.allow_list() } else { guard };
        let server = app(guard.build().unwrap()).await;
        let stolen = Pair::of(&server.send(post("/shortly")).await);
        let owners = Pair::of(&by(&server, "/refresh", &stolen.refresh).await);
        by(&server, "/refresh", &stolen.refresh).await.is(Outcome::BAD_TOKEN);
        for _ in 0..25 {
            for pair in [&stolen, &owners] {
                server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
                by(&server, "/refresh", &pair.refresh).await.is(Outcome::BAD_TOKEN);
            }
            clock.advance(MINUTE);
        }
    }
}

#[test]
fn refresh_tokens_that_end_before_access_tokens_are_a_problem_by_name() {
    let minutes = |access: u64, refresh: u64| {
        let (access, refresh) = (Duration::from_secs(access * 60), Duration::from_secs(refresh * 60));
        builder().issuing(move |issuer| issuer.access_lifetime(access).refresh_lifetime(refresh)).build()
    };
    let error = minutes(15, 5).unwrap_err().to_string();
    assert!(error.contains("refresh tokens live 300 s and access tokens 900 s"), "{error}");
    minutes(15, 15).unwrap();
}

#[tokio::test]
async fn an_account_that_logs_in_and_out_without_end_takes_nothing_from_another() {
    let clock = ManualClock::new();
    let store = MemoryStore::with_capacity(100);
    let guard = builder().clock(clock.clone()).token_store(store).allow_list().build().unwrap();
    let server = app(guard.clone()).await;
    let hers = login_of(&server, "ada").await;
    for round in 0..300 {
        let mallorys = login_of(&server, "mallory").await;
        assert_eq!(by(&server, "/logout", &mallorys.access).await.status, 204);
        server.get("/me", &mallorys.access).await.is(Outcome::BAD_TOKEN);
        // Logins that are left alone fill no store either.
        login_of(&server, "mallory").await;
        if round % 20 == 0 {
            server.get("/me", &hers.access).await.is(ADA);
            let other = login_of(&server, &format!("grace-{round}")).await;
            assert_eq!(by(&server, "/logout", &other.access).await.status, 204);
            server.get("/me", &other.access).await.is(Outcome::BAD_TOKEN);
        }
    }
    Pair::of(&by(&server, "/refresh", &hers.refresh).await);
}

#[tokio::test]
async fn a_login_too_many_ends_the_one_that_waited_longest_with_a_warning() {
    let clock = ManualClock::new();
    let store = MemoryStore::with_limits(StoreLimits::new().logins_per_subject(2));
    let server = app(with_clock(clock.clone(), &store)).await;
    let mut logins = Vec::new();
    for _ in 0..2 {
        logins.push(login_of(&server, "ada").await);
        clock.advance(MINUTE);
    }
    let first = Pair::of(&by(&server, "/refresh", &logins[0].refresh).await);
    let log = events::capture();
    let third = login_of(&server, "ada").await;
    let warnings = log.take().into_iter().filter(|line| line.level == tracing::Level::WARN).count();
    assert_eq!(warnings, 1);
    server.get("/me", &logins[1].access).await.is(Outcome::BAD_TOKEN);
    by(&server, "/devices", &logins[1].refresh).await.is(Outcome::BAD_TOKEN);
    for pair in [&first, &third] {
        server.get("/me", &pair.access).await.is(ADA);
        by(&server, "/devices", &pair.refresh).await.is(ADA);
    }
}

#[tokio::test]
async fn a_stolen_token_is_revoked_in_a_store_that_logins_have_filled() {
    let clock = ManualClock::new();
    let store = MemoryStore::with_limits(StoreLimits::each(20));
    let guard = builder().clock(clock).token_store(store).build().unwrap();
    let server = app(guard.clone()).await;
    let stolen = login_of(&server, "ada").await;
    let single = guard.issuer().unwrap().access("ada").sign().unwrap();
    for i in 0..19 {
        login_of(&server, &format!("mallory-{i}")).await;
    }
    assert_eq!(server.send(post("/login/grace")).await.status, 503, "the store is full");
    let what = Revocation::Token { id: single.id().to_owned(), expires_at: single.expires_at() };
    guard.revoke(what).await.unwrap();
    server.get("/me", single.as_str()).await.is(Outcome::BAD_TOKEN);
    guard.logout_everywhere("ada").await.unwrap();
    server.get("/me", &stolen.access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn clocks_that_differ_save_no_token_and_refuse_no_new_login() {
    for ahead in [true, false] {
        let clock = ManualClock::new();
        let store = MemoryStore::new();
        let skewed = Ahead(clock.clone(), 10);
        let (issues, ends) = if ahead {
            (app(with_clock(skewed, &store)).await, with_clock(clock.clone(), &store))
        } else {
            (app(with_clock(clock.clone(), &store)).await, with_clock(skewed, &store))
        };
        let others = app(ends.clone()).await;
        let stolen = login_of(&issues, "ada").await;
        clock.advance(Duration::from_secs(3));
        ends.logout_everywhere("ada").await.unwrap();
        for node in [&issues, &others] {
            node.get("/me", &stolen.access).await.is(Outcome::BAD_TOKEN);
            by(node, "/refresh", &stolen.refresh).await.is(Outcome::BAD_TOKEN);
        }
        for begins in [&issues, &others] {
            let new = login_of(begins, "ada").await;
            for node in [&issues, &others] {
                node.get("/me", &new.access).await.is(ADA);
            }
            Pair::of(&by(&others, "/refresh", &new.refresh).await);
        }
    }
}

#[tokio::test]
async fn a_logout_of_everybody_ends_all_that_is_accepted_and_new_logins_are_good_at_once() {
    let clock = ManualClock::new();
    let (theirs, partner) = partner(&clock);
    let guard =
        builder().clock(clock.clone()).token_store(MemoryStore::new()).trust(partner).build().unwrap();
    let server = app(guard.clone()).await;
    let (ada, grace) = (login_of(&server, "ada").await, login_of(&server, "grace").await);
    let foreign = theirs.access("ada").family("their session").sign().unwrap();
    server.get("/me", foreign.as_str()).await.is(ADA);
    guard.logout_everybody("the key was in a log").await.unwrap();
    for token in [&ada.access, &grace.access, foreign.as_str()] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
    for pair in [&ada, &grace] {
        by(&server, "/refresh", &pair.refresh).await.is(Outcome::BAD_TOKEN);
    }
    let new = login_of(&server, "ada").await;
    server.get("/me", &new.access).await.is(ADA);
    Pair::of(&by(&server, "/refresh", &new.refresh).await);
    // Clocks differ: theirs are refused until the leeway is over.
    server.get("/me", theirs.access("ada").sign().unwrap().as_str()).await.is(Outcome::BAD_TOKEN);
    clock.advance(Duration::from_secs(31));
    server.get("/me", theirs.access("ada").sign().unwrap().as_str()).await.is(ADA);
    server.get("/me", foreign.as_str()).await.is(Outcome::BAD_TOKEN);
}

/// An application must not sign such a token: nothing ends it but its own end.
#[tokio::test]
async fn a_logout_everywhere_does_not_end_a_token_that_names_the_login_for_another_subject() {
    let guard = builder().token_store(MemoryStore::new()).build().unwrap();
    let server = app(guard.clone()).await;
    let login = login_of(&server, "ada").await;
    let payload = URL_SAFE_NO_PAD.decode(login.access.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let id = claims["sid"].as_str().unwrap();
    let issuer = guard.issuer().unwrap();
    let [own, other] = ["ada", "grace"].map(|name| issuer.access(name).family(id).sign().unwrap());
    guard.logout_everywhere("ada").await.unwrap();
    for token in [&*login.access, own.as_str()] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", other.as_str()).await.is(Outcome::ok("grace"));
}

#[tokio::test]
async fn the_same_name_at_another_issuer_is_another_person() {
    let clock = ManualClock::new();
    let (theirs, partner) = partner(&clock);
    let guard =
        builder().clock(clock.clone()).token_store(MemoryStore::new()).trust(partner).build().unwrap();
    let server = app(guard.clone()).await;
    let ours = login_of(&server, "ada").await;
    let foreign = theirs.access("ada").sign().unwrap();
    guard.logout_everywhere(Subject::of_issuer("https://partner.example", "ada")).await.unwrap();
    server.get("/me", foreign.as_str()).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &ours.access).await.is(ADA);
    clock.advance(MINUTE);
    let foreign = theirs.access("ada").sign().unwrap();
    guard.logout_everywhere("ada").await.unwrap();
    server.get("/me", foreign.as_str()).await.is(ADA);
    server.get("/me", &ours.access).await.is(Outcome::BAD_TOKEN);
    let unknown = guard.logout_everywhere(Subject::of_issuer("https://nowhere.example", "ada")).await;
    assert_eq!(unknown.unwrap_err().kind(), LoginErrorKind::Unconfigured);
    guard.logout_everywhere(Subject::of_issuer(ISSUER, "ada")).await.unwrap();
}

#[tokio::test]
async fn a_replaced_refresh_token_is_refused_everywhere_and_ends_its_login_where_it_was_exchanged() {
    let server = app(builder().token_store(MemoryStore::new()).build().unwrap()).await;
    let first = login_of(&server, "ada").await;
    by(&server, "/devices", &first.refresh).await.is(ADA);
    let second = Pair::of(&by(&server, "/refresh", &first.refresh).await);
    for _ in 0..3 {
        by(&server, "/devices", &first.refresh).await.is(Outcome::BAD_TOKEN);
    }
    by(&server, "/devices", &second.refresh).await.is(ADA);
    let third = Pair::of(&by(&server, "/refresh", &second.refresh).await);
    server.get("/me", &third.access).await.is(ADA);
    // Reuse where tokens are exchanged is theft.
    by(&server, "/refresh", &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &third.access).await.is(Outcome::BAD_TOKEN);
    by(&server, "/devices", &third.refresh).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn within_the_grace_period_a_replaced_refresh_token_is_let_in_as_before() {
    let clock = ManualClock::new();
    let guard =
        builder().clock(clock.clone()).token_store(MemoryStore::new()).refresh_grace(MINUTE).build().unwrap();
    let server = app(guard).await;
    let first = login_of(&server, "ada").await;
    let second = Pair::of(&by(&server, "/refresh", &first.refresh).await);
    by(&server, "/devices", &first.refresh).await.is(ADA);
    by(&server, "/refresh", &first.refresh).await.is(Outcome::BAD_TOKEN);
    clock.advance(MINUTE);
    by(&server, "/devices", &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
}

#[tokio::test]
async fn a_refresh_token_of_a_login_that_is_over_enters_no_handler() {
    let guard = builder().token_store(MemoryStore::new()).build().unwrap();
    let server = app(guard.clone()).await;
    let out = login_of(&server, "ada").await;
    assert_eq!(by(&server, "/logout", &out.access).await.status, 204);
    by(&server, "/devices", &out.refresh).await.is(Outcome::BAD_TOKEN);
    // One that no login was ever begun with.
    let unknown = guard.issuer().unwrap().pair("ada").sign().unwrap();
    by(&server, "/devices", unknown.refresh().as_str()).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_refresh_ends_the_access_token_before_it_where_that_is_asked_for() {
    for (asked, old) in [(true, Outcome::BAD_TOKEN), (false, ADA)] {
        let guard = builder().token_store(MemoryStore::new());
        let guard = if asked { guard.refresh_ends_access() } else { guard };
        let server = app(guard.build().unwrap()).await;
        let first = login_of(&server, "ada").await;
        let second = Pair::of(&by(&server, "/refresh", &first.refresh).await);
        server.get("/me", &first.access).await.is(old);
        server.get("/me", &second.access).await.is(ADA);
        let third = Pair::of(&by(&server, "/refresh", &second.refresh).await);
        server.get("/me", &second.access).await.is(old);
        server.get("/me", &third.access).await.is(ADA);
    }
}

/// A partner signs what our refresh tokens say.
#[tokio::test]
async fn claims_of_a_trusted_partner_are_not_renewed_whatever_they_say() {
    let clock = ManualClock::new();
    let (theirs, partner) = partner(&clock);
    let guard = builder().clock(clock).token_store(MemoryStore::new()).trust(partner).build().unwrap();
    let server = app(guard).await;
    let mallorys = login_of(&server, "mallory").await;
    let foreign = theirs.access("admin").sign().unwrap();
    for token in [foreign.as_str(), &mallorys.access] {
        by(&server, "/refresh/careless", token).await.is(Outcome::BAD_TOKEN);
    }
    by(&server, "/refresh", theirs.pair("admin").sign().unwrap().refresh().as_str())
        .await
        .is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_guard_that_could_revoke_nothing_says_so() {
    let guard = builder().build().unwrap();
    for ended in [guard.logout_everywhere("ada").await, guard.logout_everybody("a test").await] {
        let error = ended.unwrap_err();
        assert_eq!(error.kind(), LoginErrorKind::Unconfigured);
        assert!(error.to_string().contains("no store that could revoke them"), "{error}");
    }
}

#[tokio::test]
async fn tokens_of_any_lifetime_are_revoked_without_a_panic() {
    for lifetime in [None, Some(Duration::from_secs(60 * 60 * 24 * 300))] {
        let guard = builder().token_store(MemoryStore::new());
        let guard = match lifetime {
            None => guard.danger().unlimited_lifetime("a test"),
            Some(lifetime) => guard.max_lifetime(lifetime),
        };
        let guard = guard.build().unwrap();
        let server = Arc::new(serve(guard.clone()).await);
        let pair = login(&server).await;
        assert_eq!(server.send(post("/logout").bearer(&pair.access)).await.status, 204);
        server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
        let pair = login(&server).await;
        guard.logout_everywhere("ada").await.unwrap();
        server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
        let pair = login(&server).await;
        guard.logout_everybody("a test").await.unwrap();
        server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
    }
}

/// The name of the user whom the guard has loaded.
#[jwt_guard::authentication_required]
async fn user(user: CurrentUser<String>) -> String {
    user.to_string()
}

#[tokio::test]
async fn a_caller_of_another_issuer_is_not_the_user_of_that_name() {
    let clock = ManualClock::new();
    let (theirs, partner) = partner(&clock);
    for (partner, answer) in [
        (partner.clone(), Outcome::BAD_TOKEN),
        (partner.same_users(), Outcome::ok("ada of Some(\"https://partner.example\")")),
    ] {
        let load = |claims: Claims| async move {
            let user = format!("{} of {:?}", claims.subject(), claims.issuer());
            Ok::<_, std::convert::Infallible>(Some(user))
        };
        let guard = builder().clock(clock.clone()).trust(partner).load_user(load).build().unwrap();
        let app = Router::new().route("/user", routing::get(user)).with_guard(guard.clone());
        let server = Server::start(app.into_axum()).await;
        let ours = guard.issuer().unwrap().access("ada").sign().unwrap();
        server.get("/user", ours.as_str()).await.is(Outcome::ok("ada of Some(\"https://id.example\")"));
        server.get("/user", theirs.access("ada").sign().unwrap().as_str()).await.is(answer);
    }
}
