//! A resolver that fails, is slow or panics: never a verdict, and never a stampede.

use jwt_guard_tests::{Outcome, events};
use tracing::Level;

use super::*;

const DOWN: &str = r#"{"title":"Service Unavailable","status":503,"detail":"authentication is not available at the moment"}"#;

#[tokio::test]
async fn a_resolver_that_fails_is_503_for_all_routes_and_asked_again_after_five_seconds() {
    let town = Town::new().await;
    town.directory.mode(Mode::Fails);
    for path in ["/me", "/open", "/hidden"] {
        let log = events::capture();
        let answer = town.server.send(bearer(path, &token(ACME))).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (503, DOWN), "{path}");
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(answer.header("www-authenticate"), None);
        let logged = log.only();
        assert_eq!((logged.level, logged.field("code")), (Level::ERROR, Some("tenant_lookup_failed")));
        assert_eq!(logged.field("reason"), Some("the resolver of tenants failed: the database is down"));
        assert_eq!(logged.field("iss"), Some(ACME));
    }
    // The others do not need it.
    assert_eq!(town.status(&staff_token()).await, 200);
    assert_eq!(town.directory.calls(), 1);

    town.directory.mode(Mode::Answers);
    town.clock.advance(secs(4));
    assert_eq!(town.status(&token(ACME)).await, 503);
    town.clock.advance(secs(1));
    assert_eq!(town.status(&token(ACME)).await, 200);
    assert_eq!(town.directory.calls(), 2);
}

#[tokio::test]
async fn a_resolver_that_fails_does_not_end_a_tenant_before_its_time_to_live() {
    let town = Town::new().await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.mode(Mode::Fails);
    town.clock.advance(secs(150));
    let log = events::capture();
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.until_asked(2).await;
    for _ in 0..3 {
        assert_eq!(town.status(&token(ACME)).await, 200);
    }
    // Not asked again at once, and the log says it.
    assert_eq!(town.directory.calls(), 2);
    let warned: Vec<_> = log.take().into_iter().filter(|logged| logged.level == Level::WARN).collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert_eq!(warned[0].field("code"), Some("tenant_lookup_failed"));

    town.clock.advance(secs(149));
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.until_asked(3).await;
    town.clock.advance(secs(1));
    assert_eq!(town.status(&token(ACME)).await, 503);
    town.directory.mode(Mode::Answers);
    town.clock.advance(secs(5));
    assert_eq!(town.status(&token(ACME)).await, 200);
}

#[tokio::test]
async fn concurrent_requests_of_one_issuer_are_one_call_and_a_slow_resolver_is_503_for_all() {
    let town = Arc::new(Town::new().await);
    town.directory.mode(Mode::Hangs);
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let town = Arc::clone(&town);
            tokio::spawn(async move { town.status(&token(ACME)).await })
        })
        .collect();
    town.directory.until_asked(1).await;
    // A request that ends takes the lookup of the others not with it.
    requests[0].abort();
    town.clock.advance(secs(2));
    for request in requests.into_iter().skip(1) {
        assert_eq!(request.await.unwrap(), 503);
    }
    assert_eq!(town.directory.calls(), 1);
    let log = events::capture();
    assert_eq!(town.status(&token(ACME)).await, 503);
    let logged = log.only();
    assert_eq!(logged.field("reason"), Some("the resolver of tenants did not answer within 2s"));
    // A hanging lookup of one tenant is not waited for by others.
    town.directory.mode(Mode::Answers);
    assert_eq!(town.status(&token(BOLT)).await, 200);
}

#[tokio::test]
async fn a_resolver_that_panics_is_500_counted_and_not_called_again_at_once() {
    let town = Town::new().await;
    town.directory.mode(Mode::Panics);
    for count in 1..=3 {
        let log = events::capture();
        town.get(&token(ACME)).await.is(Outcome::SERVER_ERROR);
        assert_eq!(log.only().field("code"), Some("panicked"));
        assert_eq!(town.tenants.default_guard().caught_panics(), count);
    }
    assert_eq!(town.directory.calls(), 1);
    assert_eq!(town.tenants.verify(&token(ACME)).await.unwrap_err().status(), 500);
    town.directory.mode(Mode::Answers);
    town.clock.advance(secs(5));
    assert_eq!(town.status(&token(ACME)).await, 200);
}

#[tokio::test]
async fn a_guard_whose_build_panics_is_500() {
    let clock = ManualClock::new();
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), |_: String| async {
        Ok::<_, ResolverError>(Some(Tenant::versioned(1, || panic!("as the test wants"))))
    });
    let refused = tenants.build().unwrap().verify(&token(ACME)).await.unwrap_err();
    assert_eq!(refused.status(), 500);
}

#[tokio::test]
async fn an_extractor_without_a_policy_is_told_of_the_failure_too() {
    let town = Town::new().await;
    let told = axum::Router::new()
        .route("/guard", axum::routing::get(async |guard: JwtGuard| guard.name().to_owned()))
        .route("/caller", axum::routing::get(async |caller: Principal| format!("{:?}", caller.subject())));
    let server = Server::start(told.layer(town.tenants.layer())).await;
    assert_eq!(server.get("/guard", &token(ACME)).await.body, ACME);
    assert_eq!(server.get("/guard", &token(STRANGER)).await.body, "staff");
    server.get("/caller", &token(STRANGER)).await.is(Outcome::BAD_TOKEN);
    town.directory.mode(Mode::Fails);
    for path in ["/guard", "/caller"] {
        assert_eq!(server.get(path, &token("https://new.example")).await.status, 503, "{path}");
        assert_eq!(server.get(path, &token(ACME)).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_runtime_that_ends_during_a_lookup_leaves_nothing_behind() {
    let clock = ManualClock::new();
    let directory = Directory::of_two(&clock);
    directory.mode(Mode::Hangs);
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    let asking = {
        let (tenants, directory) = (tenants.clone(), directory.clone());
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let token = token(ACME);
                tokio::select! {
                    _ = tenants.verify(&token) => panic!("it hangs"),
                    () = directory.until_asked(1) => {}
                }
            });
        }
    };
    tokio::task::spawn_blocking(asking).await.unwrap();
    assert_eq!(tenants.remembered(), 0);
    directory.mode(Mode::Answers);
    assert!(tenants.verify(&token(ACME)).await.is_ok());
}

#[tokio::test]
async fn a_lookup_on_a_runtime_that_does_not_run_holds_up_requests_for_a_limited_time() {
    let clock = ManualClock::new();
    let directory = Directory::of_two(&clock);
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    // It begins the lookup in a task that is never polled, and lives on.
    let idle = {
        let tenants = tenants.clone();
        let begin = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let token = token(ACME);
            runtime.block_on(async {
                let mut verify = std::pin::pin!(tenants.verify(&token));
                std::future::poll_fn(|context| {
                    assert!(verify.as_mut().poll(context).is_pending());
                    std::task::Poll::Ready(())
                })
                .await;
            });
            runtime
        };
        tokio::task::spawn_blocking(begin).await.unwrap()
    };
    assert_eq!(directory.calls(), 0);
    let waiting = {
        let tenants = tenants.clone();
        tokio::spawn(async move { tenants.verify(&token(ACME)).await.unwrap_err().status().as_u16() })
    };
    tokio::task::yield_now().await;
    clock.advance(secs(60));
    assert_eq!(waiting.await.unwrap(), 503);
    // The next request begins another lookup.
    assert!(tenants.verify(&token(ACME)).await.is_ok());
    assert_eq!(directory.calls(), 1);
    idle.shutdown_background();
}
