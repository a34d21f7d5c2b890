//! The pages with a login form, as curl sees them. The test `browser` sees them as a person does.

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("web_login")?.tour()?, [200, 303, 401, 403, 409]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("web_login")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("web_login")?.assert_routes(&[
        "GET /",
        "ANY /*",
        "GET /account",
        "GET /goodbye",
        "GET /login",
        "POST /login",
        "POST /logout",
        "POST /renew",
        "POST /transfer",
    ]);
    Ok(())
}
