//! Names that the user may have given to things of his own.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

mod core {}
mod std {}

struct Guarded;
struct Policy;
struct Rule;
struct TokenKind;
trait Requirement {}

impl Requirement for (Guarded, Policy, Rule, TokenKind) {}

#[requires(scope = "orders:read", any(role = "clerk", claim("level") = 3))]
async fn list() {
    let _names: &dyn Requirement = &(Guarded, Policy, Rule, TokenKind);
}

#[requires(token = "refresh")]
async fn refresh() {
    let _names: &dyn Requirement = &(Guarded, Policy, Rule, TokenKind);
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list)).route("/refresh", get(refresh));
    assert_eq!(
        policies(&router),
        [
            r#"requires(scope = "orders:read", any(role = "clerk", claim("level") = 3))"#,
            r#"authentication_required(token = "refresh")"#,
        ]
    );
}
