//! A policy with parameters.

use jwt_guard::Router;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::requires;
use jwt_guard::routing::get;
use std::marker::PhantomData;

use crate::policies;

struct AtLeast<const LEVEL: u8, T>(PhantomData<T>);

impl<const LEVEL: u8, T: 'static> Policy for AtLeast<LEVEL, T> {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Role("officer"));
}

#[requires(policy = AtLeast<3, String>, not(role = "guest"))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(policy = AtLeast<3, String>, not(role = "guest"))"#]);
}
