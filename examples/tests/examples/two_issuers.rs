//! One service with two issuers.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("two_issuers")?.tour()?, [200, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("two_issuers")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("two_issuers")?.assert_routes(&["GET /me", "GET /orders", "GET /orders/all"]);
    Ok(())
}
