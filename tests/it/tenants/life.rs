//! How long an answer of the resolver counts, and how it ends.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use jwt_guard_tests::Outcome;

use super::*;

/// The time to live of a tenant, by default.
const LIFE: u64 = 5 * 60;

#[tokio::test]
async fn a_tenant_that_is_forgotten_ends_at_once() {
    let town = Town::new().await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.remove(ACME);
    // In the table alone, the end comes later.
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.tenants.forget(ACME);
    town.get(&token(ACME)).await.is(Outcome::BAD_TOKEN);
    assert_eq!(town.status(&token(BOLT)).await, 200);
}

#[tokio::test]
async fn a_tenant_that_is_new_is_accepted_when_it_is_forgotten_or_after_the_time_of_unknown_ones() {
    for forgets in [true, false] {
        let town = Town::new().await;
        assert_eq!(town.status(&token(STRANGER)).await, 401);
        town.directory.set(STRANGER, tenant(STRANGER, &town.clock).build().unwrap());
        town.clock.advance(secs(29));
        assert_eq!(town.status(&token(STRANGER)).await, 401);
        if forgets {
            town.tenants.forget(STRANGER);
        } else {
            town.clock.advance(secs(1));
        }
        assert_eq!(town.status(&token(STRANGER)).await, 200);
    }
}

#[tokio::test]
async fn a_removed_tenant_ends_with_its_time_to_live_also_if_no_token_came_before() {
    let town = Town::new().await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.directory.remove(ACME);
    town.clock.advance(secs(LIFE));
    town.get(&token(ACME)).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn after_half_of_its_life_a_tenant_is_looked_up_again_while_requests_go_on() {
    let town = Town::new().await;
    assert_eq!(town.status(&token(ACME)).await, 200);
    town.clock.advance(secs(LIFE / 2 - 1));
    assert_eq!(town.status(&token(ACME)).await, 200);
    assert_eq!(town.directory.calls(), 1);

    town.directory.mode(Mode::Hangs);
    town.clock.advance(secs(1));
    for _ in 0..3 {
        assert_eq!(town.status(&token(ACME)).await, 200);
    }
    town.directory.until_asked(2).await;
    assert_eq!(town.directory.calls(), 2);
    town.directory.remove(ACME);
    town.directory.mode(Mode::Answers);
    until_status(&town, &token(ACME), 401).await;
    assert_eq!(town.directory.calls(), 2);
}

#[tokio::test]
async fn a_lookup_that_began_before_a_tenant_was_forgotten_does_not_count() {
    let town = Arc::new(Town::new().await);
    town.directory.mode(Mode::Hangs);
    let request = tokio::spawn({
        let town = Arc::clone(&town);
        async move { town.status(&token(ACME)).await }
    });
    town.directory.until_asked(1).await;
    // The resolver has read the row, and the tenant is removed before it answers.
    let old = town.directory.0.rows.lock().unwrap().clone();
    town.directory.remove(ACME);
    town.tenants.forget(ACME);
    let resolved = Directory(Arc::clone(&town.directory.0));
    *resolved.0.rows.lock().unwrap() = old;
    town.directory.mode(Mode::Answers);
    tokio::task::yield_now().await;
    assert_eq!(request.await.unwrap(), 200, "it asks again");
    assert_eq!(town.directory.calls(), 2);
}

#[tokio::test]
async fn a_guard_of_the_same_version_is_kept_and_another_one_is_built() {
    let clock = ManualClock::new();
    let (version, built) = (Arc::new(AtomicU32::new(1)), Arc::new(AtomicUsize::new(0)));
    let resolver = {
        let (clock, version, built) = (clock.clone(), Arc::clone(&version), Arc::clone(&built));
        move |issuer: String| {
            let (clock, version, built) = (clock.clone(), version.load(Ordering::SeqCst), Arc::clone(&built));
            async move {
                Ok::<_, ResolverError>(Some(Tenant::versioned(version, move || {
                    built.fetch_add(1, Ordering::SeqCst);
                    tenant(&issuer, &clock).name(format!("version {version}")).build()
                })))
            }
        }
    };
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), resolver).build().unwrap();
    let name = async || tenants.guard_of(&token(ACME)).await.unwrap().name().to_owned();
    for _ in 0..3 {
        assert_eq!(name().await, "version 1");
        clock.advance(secs(LIFE));
    }
    assert_eq!(built.load(Ordering::SeqCst), 1);
    version.store(2, Ordering::SeqCst);
    assert_eq!(name().await, "version 2");
    assert_eq!(built.load(Ordering::SeqCst), 2);
    // What is forgotten is built anew, whatever its version.
    tenants.forget_all();
    assert_eq!(name().await, "version 2");
    assert_eq!(built.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_limits_are_those_of_the_builder() {
    let town = Town::with(|builder| builder.time_to_live(secs(60)).unknown_time_to_live(secs(7))).await;
    assert_eq!((town.status(&token(ACME)).await, town.status(&token(STRANGER)).await), (200, 401));
    town.directory.remove(ACME);
    town.directory.set(STRANGER, tenant(STRANGER, &town.clock).build().unwrap());
    town.clock.advance(secs(7));
    assert_eq!((town.status(&token(ACME)).await, town.status(&token(STRANGER)).await), (200, 200));
    town.clock.advance(secs(53));
    assert_eq!(town.status(&token(ACME)).await, 401);
}

#[test]
fn limits_out_of_bounds_are_refused_all_at_once() {
    let clock = ManualClock::new();
    let builder = Tenants::builder(staff(&clock).build().unwrap(), Directory::of([]))
        .time_to_live(Duration::MAX)
        .unknown_time_to_live(Duration::ZERO)
        .resolver_timeout(secs(60))
        .max_tenants(0)
        .max_lookups_per_second(0);
    let problems: Vec<_> = builder.build().unwrap_err().problems().collect();
    assert_eq!(problems.len(), 5, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.contains("expected")), "{problems:#?}");
}

/// Waits until a lookup has ended that no request waits for.
async fn until_status(town: &Town, token: &str, status: u16) {
    let done = async {
        while town.status(token).await != status {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(secs(10), done).await.is_ok(), "never {status}");
}
