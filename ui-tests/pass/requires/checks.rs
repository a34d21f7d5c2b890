//! Checks by name, by path, under another name, in a function, and in another crate's words.

use std::io;

use axum::extract::{FromRef, Path, State};
use jwt_guard::policy::{Policy, Rule};
use jwt_guard::routing::get;
use jwt_guard::{Principal, Router, extract::Guarded, requires};

use crate::policies;

#[derive(Clone)]
struct App;

#[derive(Clone)]
struct Db;

impl FromRef<App> for Db {
    fn from_ref(_: &App) -> Self {
        Self
    }
}

mod deep {
    pub(super) mod down {
        use super::super::*;

        #[jwt_guard::check(crate = ::jwt_guard)]
        pub(in super::super) async fn owns_order(_: State<Db>, _: Path<u64>, _: Principal) -> bool {
            true
        }
    }
}

use deep::down::owns_order as is_owner;

#[jwt_guard::check]
async fn r#type() -> Result<bool, io::Error> {
    Ok(true)
}

#[requires(scope = "a", check = deep::down::owns_order, check = is_owner, check = r#type)]
async fn list() {}

/// With a state that is known last, and for any state.
fn generic<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
{
    Router::new().route("/generic/{order}", get(list))
}

struct Hand;

impl Policy for Hand {
    const RULE: Rule = Rule::anonymous().with_checks(&["is_owner"]);
}

struct Orders;

impl Orders {
    async fn list(_: Guarded<Hand, is_owner>) {}
}

#[test]
fn the_policies_are_the_written_ones() {
    #[jwt_guard::check]
    async fn inner() -> bool {
        true
    }

    #[requires(check = inner)]
    async fn local() {}

    let router = Router::new()
        .route("/a/{order}", get(list))
        .route("/b/{order}", get(Orders::list))
        .route("/c", get(local))
        .merge(generic());
    assert_eq!(
        policies(&router.with_state(App)),
        [
            r##"requires(scope = "a", check = deep::down::owns_order, check = is_owner, check = r#type)"##,
            "anonymous_allowed(check = is_owner)",
            "requires(check = inner)",
            r##"requires(scope = "a", check = deep::down::owns_order, check = is_owner, check = r#type)"##,
        ]
    );
}
