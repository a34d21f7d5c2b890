//! The page of scripts, as curl sees it. The test `browser` sees it as a person does.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("spa")?.tour()?, [200, 201, 204, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("spa")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("spa")?.assert_routes(&[
        "ANY /*",
        "POST /api/login",
        "GET /api/me",
        "GET /api/orders",
        "POST /api/orders",
        "POST /api/session/logout",
        "POST /api/session/refresh",
    ]);
    Ok(())
}
