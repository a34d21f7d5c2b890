//! What routers and rows show of themselves.

use std::cmp::Ordering;

use super::routing::{MethodRouter, get, post};
use super::{AccessRow, Router};
use crate::extract::Guarded;
use crate::guard::JwtGuard;
use crate::policy::{Policy, Rule};
use crate::secret::Secret;

struct Callers;

impl Policy for Callers {
    const RULE: Rule = Rule::authenticated();
}

async fn orders(_: Guarded<Callers>) {}

fn guard() -> JwtGuard {
    JwtGuard::builder().secret(Secret::random()).audience("orders").name("staff").build().unwrap()
}

#[test]
fn debug_shows_the_routes_and_the_name_of_the_guard() {
    let methods: MethodRouter = get(orders).with_guard(guard());
    let router: Router = Router::new().route("/orders", get(orders)).with_guard(guard());
    let service = format!("{:?}", router.service());
    for (shown, starts) in [
        (format!("{methods:?}"), "MethodRouter { entries: [RouteEntry {"),
        (format!("{router:?}"), "Router { entries: [RouteEntry {"),
        (service, "RouterService { guard: Some("),
    ] {
        assert!(shown.starts_with(starts) && shown.contains("staff"), "{shown}");
    }
}

#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
#[test]
fn debug_shows_nothing_of_a_document() {
    assert_eq!(format!("{:?}", super::document::Operation::new("GET")), "Operation(..)");
}

#[test]
fn rows_are_ordered_by_their_path_and_method_and_not_by_their_source() {
    let router: Router = Router::new().route("/orders", get(orders).merge(post(orders)));
    let table = router.access_table();
    let [first, second] = table.rows() else { panic!("{table}") };
    assert_eq!(first.partial_cmp(second), Some(Ordering::Less));
    // The same row with another guard, which only its column shows.
    let other = AccessRow { source: second.source.clone(), ..first.clone() };
    assert_eq!((first.partial_cmp(&other), first == &other), (Some(Ordering::Equal), true));
}
