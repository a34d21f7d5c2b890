//! The runtime crate as a module of this one.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

mod web {
    pub(crate) use jwt_guard::*;
}

#[requires(scope = scopes::READ, crate = crate::authentication_required::reexported_crate::web)]
async fn list() {}

mod scopes {
    pub(crate) const READ: &str = "orders:read";
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
