//! The access table shows where a policy is written.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

const LINE_BEFORE: u32 = line!();
#[requires(scope = "orders:read")]
async fn list() {}

#[test]
fn the_row_names_the_handler_and_the_line_of_its_attribute() {
    let router: Router = Router::new().route("/", get(list));
    let table = router.access_table();
    let row = table.rows().first().expect("one row");
    assert_eq!(row.line, LINE_BEFORE + 1);
    assert!(row.file.ends_with("pass/requires/place_in_the_access_table.rs"), "{}", row.file);
    assert_eq!(row.handler.as_deref(), Some("pass::requires::place_in_the_access_table::list"));
}
