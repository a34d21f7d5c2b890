//! Every condition once.

use jwt_guard::Router;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(
    scope = "orders:read",
    role = "Site Admin",
    claim("tenant") = "acme",
    claim("realm", "level") = -3,
    claim("https://example.com/verified") = true,
    fresh,
    all(scope = "a", scope = "b"),
    any(role = "c", role = "d"),
    not(role = "guest"),
    policy = CanBook,
    owner = "user",
    path("org") = claim("org", "id"),
    max_age = "90s",
    acr = ["urn:example:gold", levels::SILVER],
)]
async fn list() {}

mod levels {
    pub(super) const SILVER: &str = "silver";
}

struct CanBook;

impl Policy for CanBook {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:book"));
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/{org}/{user}", get(list));
    assert_eq!(
        policies(&router),
        [
            r#"requires(scope = "orders:read", role = "Site Admin", claim("tenant") = "acme", claim("realm", "level") = -3, claim("https://example.com/verified") = true, fresh, all(scope = "a", scope = "b"), any(role = "c", role = "d"), not(role = "guest"), policy = CanBook, owner = "user", path("org") = claim("org", "id"), max_age = "90s", acr = ["urn:example:gold", "silver"])"#
        ]
    );
}
