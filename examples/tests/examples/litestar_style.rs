//! The samples of Litestar.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("litestar_style")?.tour()?, [200, 201, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("litestar_style")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("litestar_style")?.assert_routes(&[
        "POST /cookie/login",
        "GET /cookie/some-path",
        "POST /cookie/some-path",
        "POST /header/login",
        "GET /header/some-path",
        "GET /oauth2/admin",
        "POST /oauth2/login",
        "GET /oauth2/some-path",
    ]);
    Ok(())
}
