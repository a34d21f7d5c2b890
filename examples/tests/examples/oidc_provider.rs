//! The service behind an identity provider.

use crate::support::{Example, Result, run_to_end};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("oidc_provider")?.tour()?, [200, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("oidc_provider")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("oidc_provider")?.assert_routes(&["GET /me", "GET /orders"]);
    Ok(())
}

#[test]
fn a_provider_that_does_not_answer_ends_the_program_before_it_serves() -> Result<()> {
    // The port of a listener that is closed again.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let issuer = format!("https://localhost:{port}");
    let output = run_to_end("oidc_provider", |run| run.env("ISSUER", &issuer).env("PORT", "0"))?;
    let message = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    assert!(message.contains(&issuer), "{message}");
    Ok(())
}
