//! The sample of starlette-jwt.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Example, Result};

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    assert_eq!(Example::start("starlette_style")?.tour()?, [101, 200, 303, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    Example::start("starlette_style")?.tour_with_curl()
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    Example::start("starlette_style")?.assert_routes(&[
        "GET /admin",
        "GET /auth",
        "ANY /echo",
        "GET /login",
        "GET /noauth",
    ]);
    Ok(())
}

#[test]
fn the_websocket_knows_who_speaks() -> Result<()> {
    let example = Example::start("starlette_style")?;
    let mut socket = TcpStream::connect(example.address())?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        socket,
        "GET /echo HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: jwt, {}\r\n\r\n",
        example.address(),
        example.read_tour().variables["ADA"]
    )?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        head.extend(byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));

    // RFC 6455 section 5.2: one text frame, masked with zeros, and the answer, which a server does not mask.
    socket.write_all(b"\x81\x85\0\0\0\0hello")?;
    let expected = b"\x81\x0fada said: hello";
    let mut answer = [0; 17];
    socket.read_exact(&mut answer)?;
    assert_eq!(&answer, expected);
    Ok(())
}
