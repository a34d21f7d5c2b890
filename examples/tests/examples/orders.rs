//! Orders of several shops.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("orders")?.tour()?, [200, 201, 401, 403, 404]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("orders")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("orders")?.assert_routes(&[
        "GET /customers/{customer}/orders",
        "DELETE /orders/{order}",
        "GET /shops/{shop}/orders",
        "POST /shops/{shop}/refunds",
    ]);
    Ok(())
}
