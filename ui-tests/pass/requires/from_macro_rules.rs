//! Handlers that a macro writes, from fragments of every kind.

use jwt_guard::Router;
use jwt_guard::policy::{Policy, Rule};
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

macro_rules! handler {
    ($(#[$attribute:meta])* $visibility:vis $name:ident, $scope:literal, $role:path, $policy:ty, $level:expr) => {
        $(#[$attribute])*
        #[requires(scope = $scope, role = $role, policy = $policy, claim($scope) = $level)]
        $visibility async fn $name() {}
    };
}

const CLERK: &str = "clerk";

struct CanBook;

impl Policy for CanBook {
    const RULE: Rule = Rule::authenticated();
}

handler!(
    /// Lists.
    pub(crate) list, "orders:read", CLERK, CanBook, 3
);
handler!(update, "orders:write", self::CLERK, self::CanBook, "three");

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list).post(update));
    assert_eq!(
        policies(&router),
        [
            r#"requires(scope = "orders:read", role = "clerk", policy = CanBook, claim("orders:read") = 3)"#,
            r#"requires(scope = "orders:write", role = "clerk", policy = self::CanBook, claim("orders:write") = "three")"#
        ]
    );
}
