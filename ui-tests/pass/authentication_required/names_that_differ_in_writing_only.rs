//! Handlers whose hidden types must not have one name.

use jwt_guard::Router;
use jwt_guard::authentication_required;
use jwt_guard::routing::get;

use crate::policies;

#[authentication_required]
async fn get_order() {}

#[authentication_required]
#[expect(non_snake_case, reason = "a name of another style")]
async fn getOrder() {}

#[authentication_required]
async fn _get_order() {}

#[authentication_required]
async fn get_order_() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router =
        Router::new().route("/", get(get_order).post(getOrder).put(_get_order).patch(get_order_));
    assert_eq!(
        policies(&router),
        [
            "authentication_required",
            "authentication_required",
            "authentication_required",
            "authentication_required"
        ]
    );
}
