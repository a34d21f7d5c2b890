//! A login, in groups.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(any(all(scope = "a", fresh), not(fresh)))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(any(all(scope = "a", fresh), not(fresh)))"#]);
}
