//! A generic handler with bounds and a constant parameter.

use axum::extract::State;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

#[requires(scope = "orders:read")]
#[expect(clippy::multiple_bound_locations, reason = "both places must survive")]
async fn list<T: Clone, const N: usize>(State(state): State<T>) -> String
where
    T: Send + Sync + 'static + ToString,
{
    state.to_string().repeat(N)
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list::<u8, 2>)).with_state(7);
    assert_eq!(crate::policies(&router), [r#"requires(scope = "orders:read")"#]);
}
