//! Every visibility.

use jwt_guard::Router;
use jwt_guard::routing::get;

use crate::policies;

mod orders {
    #[jwt_guard::requires(scope = "a")]
    pub(crate) async fn in_crate() {}

    #[jwt_guard::requires(scope = "b")]
    pub(super) async fn above() {}

    #[jwt_guard::requires(scope = "c")]
    pub(in crate::requires) async fn in_path() {}
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router =
        Router::new().route("/", get(orders::in_crate).post(orders::above).put(orders::in_path));
    assert_eq!(
        policies(&router),
        [r#"requires(scope = "a")"#, r#"requires(scope = "b")"#, r#"requires(scope = "c")"#]
    );
}
