//! The quickstart, and what all examples have from their library.

use std::net::TcpListener;

use crate::support::{Example, Result, run_to_end};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("quickstart")?.tour()?, [200, 201, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("quickstart")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    let quickstart = Example::start("quickstart")?;
    quickstart.assert_routes(&["GET /catalogue", "GET /me", "GET /orders", "POST /orders"]);
    Ok(())
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() -> Result<()> {
    let taken = TcpListener::bind(("127.0.0.1", 0))?;
    let port = taken.local_addr()?.port().to_string();
    let outputs = [
        run_to_end("quickstart", |run| run.arg(&port))?,
        run_to_end("quickstart", |run| run.env("PORT", &port))?,
    ];
    for output in outputs {
        let message = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(message.contains(&format!("cannot listen on port {port}")), "{message}");
        assert!(message.contains("PORT=3001"), "{message}");
    }
    Ok(())
}

#[test]
fn a_port_that_is_none_is_refused() -> Result<()> {
    let output = run_to_end("quickstart", |run| run.arg("http"))?;
    assert!(!output.status.success());
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "Error: \"http\" is not a port; expected a number from 0 to 65535\n"
    );
    Ok(())
}
