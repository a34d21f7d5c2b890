//! A page of another site, with a form that has every field of those of the site under attack.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use super::support::Result;

/// A server of one page, for as long as the test runs.
pub(crate) struct Attacker {
    port: u16,
}

impl Attacker {
    /// Serves a form that is sent to `target`.
    pub(crate) fn start(target: &str) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let html = format!(
            "<!doctype html><title>Win a prize</title><form method=post action=\"{target}\">\
             <input name=to value=Mallory><input name=amount value=100><input name=csrf_token>\
             <input name=name value=ada><input name=password value=secret></form>"
        );
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let html = html.clone();
                // Browsers open connections that they may never use.
                thread::spawn(move || answer(stream, &html));
            }
        });
        Ok(Self { port })
    }

    /// The page, at one of the names of this machine.
    pub(crate) fn page(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.port)
    }
}

fn answer(mut stream: TcpStream, html: &str) -> std::io::Result<()> {
    // The request of a page fits into one packet, and whatever it says, the answer is the same.
    if stream.read(&mut [0; 8192])? == 0 {
        return Ok(());
    }
    let length = html.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{html}"
    )
}
