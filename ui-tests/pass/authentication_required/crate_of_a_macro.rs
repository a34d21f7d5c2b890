//! A macro that finds the runtime crate through its own one.

use jwt_guard::Router;
use jwt_guard::routing::get;

use crate::policies;

pub(crate) mod web {
    pub(crate) use jwt_guard::*;
}

macro_rules! handler {
    ($name:ident) => {
        #[$crate::authentication_required::crate_of_a_macro::web::requires(
                                    scope = READ,
                                    policy = $crate::authentication_required::crate_of_a_macro::CanBook,
                                    crate = $crate::authentication_required::crate_of_a_macro::web,
                                )]
        async fn $name() {}
    };
}

const READ: &str = "orders:read";

pub(crate) struct CanBook;

impl web::policy::Policy for CanBook {
    const RULE: web::policy::Rule = web::policy::Rule::authenticated();
}

handler!(list);

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(
        policies(&router),
        [
            r#"requires(scope = "orders:read", policy = crate::authentication_required::crate_of_a_macro::CanBook)"#
        ]
    );
}
