//! The samples of fastapi-jwt-auth.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("fastapi_style")?.tour()?, [200, 204, 401]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("fastapi_style")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("fastapi_style")?.assert_routes(&[
        "POST /login",
        "GET /partially-protected",
        "GET /protected",
        "GET /protected-fresh",
        "POST /refresh",
        "DELETE /revoke",
    ]);
    Ok(())
}
