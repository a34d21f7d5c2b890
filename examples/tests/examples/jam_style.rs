//! The samples of jam.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("jam_style")?.tour()?, [200, 204, 400, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("jam_style")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("jam_style")?.assert_routes(&[
        "POST /login",
        "POST /logout",
        "GET /me",
        "POST /session",
        "POST /session/rotate",
        "POST /token",
    ]);
    Ok(())
}
