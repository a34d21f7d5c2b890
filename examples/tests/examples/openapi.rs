//! The API with its document.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("openapi")?.tour()?, [200, 201, 204, 400, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("openapi")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("openapi")?.assert_routes(&[
        "ANY /*",
        "GET /catalogue",
        "GET /me",
        "GET /orders",
        "POST /orders",
        "DELETE /orders/{id}",
        "GET /orders/{id}",
        "POST /token",
    ]);
    Ok(())
}
