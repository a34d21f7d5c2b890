//! Strangers who send tokens of random issuers: what that costs the database and the memory, and what others notice of it.

use jwt_guard_tests::events;
use tracing::Level;

use super::*;

/// An unsigned token of an issuer of this number.
fn forged(number: usize) -> String {
    let token = jwt_guard_tests::base64url(format!(r#"{{"iss":"https://{number}.example"}}"#).as_bytes());
    format!("eyJhbGciOiJIUzI1NiJ9.{token}.AAAA")
}

#[tokio::test]
async fn random_issuers_are_looked_up_a_hundred_times_in_a_second_and_a_thousand_are_remembered() {
    let town = Town::new().await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.clock.advance(secs(10));
    let mut seen = 0;
    for second in 1..=12 {
        let mut statuses = BTreeMap::<u16, usize>::new();
        for _ in 0..300 {
            let refused = town.tenants.verify(&forged(seen)).await.unwrap_err();
            *statuses.entry(refused.status().as_u16()).or_default() += 1;
            seen += 1;
        }
        assert_eq!(statuses, BTreeMap::from([(401, 100), (503, 200)]));
        assert_eq!(town.directory.calls(), 1 + second * 100);
        assert!(town.tenants.remembered() <= 1_001, "{}", town.tenants.remembered());
        // Tenants that are in use notice nothing, nor do the callers of the default guard.
        assert_eq!((town.status(&token(ACME)).await, town.status(&staff_token()).await), (200, 200));
        town.clock.advance(secs(1));
    }
    // The tenant is looked up again in the middle of a flood, beyond its limit.
    town.clock.advance(secs(5 * 60));
    for number in 0..100 {
        assert_eq!(town.tenants.verify(&forged(1_000_000 + number)).await.unwrap_err().status(), 401);
    }
    assert_eq!(town.tenants.verify(&forged(2_000_000)).await.unwrap_err().status(), 503);
    assert_eq!(town.status(&token(ACME)).await, 200);
}

#[tokio::test]
async fn a_flood_on_a_hanging_database_is_bounded() {
    let town = Town::with(|builder| builder.max_lookups_per_second(1_000_000)).await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.mode(Mode::Hangs);
    let requests: Vec<_> = (0..3_000)
        .map(|number| {
            let tenants = town.tenants.clone();
            tokio::spawn(async move { tenants.verify(&forged(number)).await.unwrap_err().status().as_u16() })
        })
        .collect();
    town.directory.until_asked(1_001).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(town.directory.calls(), 1_001);
    assert!(town.tenants.remembered() <= 1_001);
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.clock.advance(secs(2));
    for request in requests {
        assert_eq!(request.await.unwrap(), 503);
    }
    assert!(town.tenants.remembered() <= 1_001);
}

#[tokio::test]
async fn an_issuer_that_is_too_long_is_not_a_tenant_and_is_never_looked_up() {
    let town = Town::new().await;
    for (length, calls) in [(1_024, 1), (1_025, 1), (8_000, 1)] {
        let issuer = format!("https://{}", "a".repeat(length - "https://".len()));
        let refused = town.tenants.verify(&token(&issuer)).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), town.directory.calls()), (401, calls), "{length}");
    }
}

#[tokio::test]
async fn more_tenants_than_are_remembered_are_looked_up_again() {
    let town = Town::with(|builder| builder.max_tenants(8)).await;
    let issuers: Vec<_> = (0..40).map(|number| format!("https://{number}.example")).collect();
    for issuer in &issuers {
        town.directory.set(issuer, tenant(issuer, &town.clock).build().unwrap());
    }
    for _ in 0..2 {
        for issuer in &issuers {
            assert_eq!(town.status(&token(issuer)).await, 200, "{issuer}");
            assert!(town.tenants.remembered() <= 8);
        }
    }
    assert!(town.directory.calls() > 60, "{}", town.directory.calls());
}

#[tokio::test]
async fn a_flood_shows_no_hidden_route_and_is_not_an_error_of_the_service() {
    let town = Town::with(|builder| builder.max_lookups_per_second(1)).await;
    assert_eq!(town.tenants.verify(&forged(0)).await.unwrap_err().status(), 401);
    let log = events::capture();
    let answer = |path: &'static str| town.server.send(bearer(path, &forged(1)));
    let (open, hidden, absent) = (answer("/me").await, answer("/hidden").await, answer("/absent").await);
    assert_eq!([open.status.as_u16(), hidden.status.as_u16(), absent.status.as_u16()], [503, 404, 404]);
    assert_eq!(hidden.body, absent.body);
    let levels: Vec<_> = log.take().into_iter().map(|logged| logged.level).collect();
    assert!(levels.iter().all(|level| *level >= Level::INFO) && levels.contains(&Level::INFO), "{levels:?}");
}

#[tokio::test]
async fn strangers_take_no_lookups_of_a_tenant_that_was_forgotten() {
    let town = Town::with(|builder| builder.max_lookups_per_second(1)).await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.clock.advance(secs(1));
    assert_eq!(town.tenants.verify(&forged(0)).await.unwrap_err().status(), 401);
    town.tenants.forget(ACME);
    assert_eq!(town.status(&token(ACME)).await, 200);
    // One that has left is a stranger again.
    town.directory.remove(ACME);
    town.tenants.forget(ACME);
    assert_eq!(town.status(&token(ACME)).await, 401);
    town.clock.advance(secs(60));
    assert_eq!(town.tenants.verify(&forged(1)).await.unwrap_err().status(), 401);
    assert_eq!(town.status(&token(ACME)).await, 503);
}

#[tokio::test]
async fn an_issuer_without_a_name_or_with_control_characters_is_never_looked_up() {
    let town = Town::new().await;
    for issuer in ["", " ", "\\u0000", "https://acme.example\\n", "\\u0085", "\\u007f"] {
        let claims = Payload::good().with("iss", &format!("\"{issuer}\""));
        assert_eq!(town.status(&key(ACME).token(&claims)).await, 401, "{issuer}");
    }
    assert_eq!(town.directory.calls(), 0);
}
