//! Guards that share a token store: an issuer cannot end the tokens of another one by giving its own the same ids.

use axum::extract::State;
use axum::response::Response;
use jwt_guard::login::{LoginCredentials, LoginError, LoginErrorKind};
use jwt_guard::store::{MemoryStore, Revocation, TokenStore};
use std::time::SystemTime;

use super::*;

#[jwt_guard::authentication_required]
async fn logout(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

/// A token with ids that its issuer has chosen.
fn named(issuer: &str, sid: Option<&str>) -> String {
    let claims = claims(issuer).with("jti", "\"one\"");
    key(issuer).token(&sid.map_or(claims.clone(), |sid| claims.with("sid", &format!("\"{sid}\""))))
}

async fn serve(store: impl TokenStore + Clone) -> Server {
    let clock = ManualClock::new();
    let with_store = |issuer| (issuer, tenant(issuer, &clock).token_store(store.clone()).build().unwrap());
    let directory = Directory::of([ACME, BOLT].map(with_store));
    let staff = staff(&clock).token_store(store.clone()).build().unwrap();
    let tenants = Tenants::builder(staff, directory).build().unwrap();
    let router = app().route("/logout", routing::post(logout)).with_tenants(tenants);
    Server::start(router.into_axum()).await
}

async fn status(server: &Server, token: &str) -> u16 {
    server.get("/me", token).await.status.as_u16()
}

async fn log_out(server: &Server, token: &str) {
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(token)).await.status, 204);
}

#[tokio::test]
async fn a_logout_of_one_tenant_ends_no_token_of_another_with_the_same_ids() {
    for sid in [None, Some("login")] {
        let server = serve(MemoryStore::new()).await;
        let own = jwt_guard_tests::token(&[("jti", "\"one\""), ("sid", "\"login\"")]);
        let all = [named(ACME, sid), named(BOLT, sid), own];
        for token in &all {
            assert_eq!(status(&server, token).await, 200);
        }
        log_out(&server, &all[0]).await;
        let statuses =
            [status(&server, &all[0]).await, status(&server, &all[1]).await, status(&server, &all[2]).await];
        assert_eq!(statuses, [401, 200, 200], "{sid:?}");
        // The other way round.
        log_out(&server, &all[1]).await;
        assert_eq!([status(&server, &all[1]).await, status(&server, &all[2]).await], [401, 200], "{sid:?}");
    }
}

#[tokio::test]
async fn an_id_that_looks_like_the_one_of_another_issuer_in_the_store_ends_nothing() {
    let server = serve(MemoryStore::new()).await;
    let of_acme = named(ACME, None);
    for id in
        [format!("{}:{ACME}one", ACME.len()), format!(":{ACME}one"), format!("{ACME}one"), "one".to_owned()]
    {
        for member in ["jti", "sid"] {
            let token =
                key(BOLT).token(&claims(BOLT).with("jti", "\"two\"").with(member, &format!("\"{id}\"")));
            log_out(&server, &token).await;
            assert_eq!([status(&server, &token).await, status(&server, &of_acme).await], [401, 200], "{id}");
        }
    }
}

#[tokio::test]
async fn an_operator_revokes_of_one_issuer_or_of_all() {
    let store = MemoryStore::new();
    let server = serve(store.clone()).await;
    let [of_acme, of_bolt] = [ACME, BOLT].map(|issuer| named(issuer, Some("login")));
    let now = SystemTime::UNIX_EPOCH + secs(NOW);
    let (id, expires_at) = ("one".to_owned(), now + secs(60 * 60));
    let of_one = Revocation::TokenOf { issuer: Some(ACME.to_owned()), id: id.clone(), expires_at };
    store.revoke(of_one, now).await.unwrap();
    assert_eq!([status(&server, &of_acme).await, status(&server, &of_bolt).await], [401, 200]);
    store.revoke(Revocation::Token { id, expires_at }, now).await.unwrap();
    assert_eq!(status(&server, &of_bolt).await, 401);
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn logout_of_all(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[jwt_guard::authentication_required]
async fn logout_by_one(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[tokio::test]
async fn a_logout_with_any_credentials_ends_each_login_in_the_store_of_its_own_tenant() {
    let clock = ManualClock::new();
    let directory = Directory::of(
        [ACME, BOLT]
            .map(|issuer| (issuer, tenant(issuer, &clock).token_store(MemoryStore::new()).build().unwrap())),
    );
    // Its own guard has no store.
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    let router = app()
        .route("/logout", routing::post(logout_of_all))
        .route("/logout-by-one", routing::post(logout_by_one))
        .with_tenants(tenants.clone());
    let server = Server::start(router.into_axum()).await;
    for path in ["/logout", "/logout-by-one"] {
        for issuer in [ACME, BOLT] {
            let token = key(issuer).token(&claims(issuer).with("jti", &format!("\"{path}\"")));
            assert_eq!(status(&server, &token).await, 200);
            assert_eq!(server.send(Request::new("POST", path).bearer(&token)).await.status, 204, "{path}");
            assert_eq!(status(&server, &token).await, 401, "{path} {issuer}");
        }
    }
    // Whose tokens they are is unknown while the directory does not answer, so nothing may be called ended.
    directory.mode(Mode::Fails);
    tenants.forget_all();
    let token = key(ACME).token(&claims(ACME).with("jti", "\"another\""));
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(&token)).await.status, 503);
    // A stranger's token is a dead one.
    directory.mode(Mode::Answers);
    clock.advance(secs(60));
    let stranger = key(STRANGER).token(&claims(STRANGER).with("jti", "\"x\""));
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(&stranger)).await.status, 500);
}

#[tokio::test]
async fn a_guard_ends_no_login_of_a_caller_whom_another_guard_has_verified() {
    #[jwt_guard::authentication_required]
    async fn logout_elsewhere(
        State(staff): State<JwtGuard>,
        caller: Principal,
    ) -> Result<Response, LoginError> {
        staff.logout(&caller).await
    }
    let clock = ManualClock::new();
    let store = MemoryStore::new();
    let directory = Directory::of([(ACME, tenant(ACME, &clock).token_store(store.clone()).build().unwrap())]);
    let staff = staff(&clock).token_store(store.clone()).build().unwrap();
    let tenants = Tenants::builder(staff.clone(), directory).build().unwrap();
    let router = Router::new()
        .route("/me", routing::get(me))
        .route("/logout", routing::post(logout_elsewhere))
        .with_tenants(tenants)
        .with_state(staff);
    let server = Server::start(router.into_axum()).await;
    let (of_acme, own) = (named(ACME, None), jwt_guard_tests::token(&[("jti", "\"two\"")]));
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(&of_acme)).await.status, 500);
    assert_eq!([status(&server, &of_acme).await, status(&server, &own).await], [200, 200]);
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(&own)).await.status, 204);
    assert_eq!([status(&server, &of_acme).await, status(&server, &own).await], [200, 401]);
}

#[tokio::test]
async fn a_logout_is_not_called_done_while_a_tenant_cannot_revoke_its_token() {
    let clock = ManualClock::new();
    let without = tenant(ACME, &clock).build().unwrap();
    let with = tenant(BOLT, &clock).token_store(MemoryStore::new()).build().unwrap();
    let directory = Directory::of([(ACME, without), (BOLT, with)]);
    let staff = staff(&clock).token_store(MemoryStore::new()).build().unwrap();
    let router = app()
        .route("/logout", routing::post(logout))
        .route("/logout-of-all", routing::post(logout_of_all))
        .with_tenants(Tenants::builder(staff, directory).build().unwrap());
    let server = Server::start(router.into_axum()).await;
    for path in ["/logout", "/logout-of-all"] {
        let id = format!("\"{path}\"");
        let [lives, ends] = [ACME, BOLT].map(|issuer| key(issuer).token(&claims(issuer).with("jti", &id)));
        assert_eq!(server.send(Request::new("POST", path).bearer(&lives)).await.status, 500, "{path}");
        assert_eq!(status(&server, &lives).await, 200);
        assert_eq!(server.send(Request::new("POST", path).bearer(&ends)).await.status, 204, "{path}");
        assert_eq!(status(&server, &ends).await, 401);
    }
}

/// The guard that a connection has kept beside its caller.
#[tokio::test]
async fn the_guard_of_before_a_tenant_was_built_again_ends_the_logins_of_its_callers() {
    let clock = ManualClock::new();
    let store = MemoryStore::new();
    let build = || tenant(ACME, &clock).token_store(store.clone()).build().unwrap();
    let directory = Directory::of([(ACME, build())]);
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    let token = named(ACME, Some("login"));
    let before = tenants.guard_of(&token).await.unwrap();
    let caller = before.verify(&token).await.unwrap();
    directory.set(ACME, build());
    tenants.forget_all();
    let after = tenants.guard_of(&token).await.unwrap();
    assert_eq!(after.logout(&caller).await.unwrap_err().kind(), LoginErrorKind::Unconfigured);
    assert!(after.verify(&token).await.is_ok());
    assert_eq!(before.logout(&caller).await.unwrap().status(), 204);
    assert!(after.verify(&token).await.is_err());
}
