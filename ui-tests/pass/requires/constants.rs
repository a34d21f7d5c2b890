//! Names as constants: bare, by path, and of a trait.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

const CLERK: &str = "clerk";

mod scopes {
    pub(super) const READ: &str = "orders:read";
}

trait Team {
    const ROLE: &'static str;
}

struct Staff;

impl Team for Staff {
    const ROLE: &'static str = "staff";
}

#[requires(scope = scopes::READ, any(role = CLERK, role = <Staff as Team>::ROLE))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(
        policies(&router),
        [r#"requires(scope = "orders:read", any(role = "clerk", role = "staff"))"#]
    );
}
