//! A connection over loopback that stays open, and the answers on it.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A client's connection of HTTP/1.1. It connects when it must.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
    /// Where the body of the last answer begins.
    body: usize,
}

impl Wire {
    /// A connection to a port of this machine.
    #[must_use]
    pub fn to(port: u16) -> Self {
        Self { port, stream: None, answer: Vec::with_capacity(2048), body: 0 }
    }

    /// Sends a request as it stands, reads the answer to its end, and returns its status.
    ///
    /// # Errors
    ///
    /// The connection breaks, or the answer is not one with a length.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<u16> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.answer.clear();
        let (head, length) = loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(end) = self.answer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
                self.body = end + 4;
                let length: usize =
                    length.map_or(Ok(0), |length| length.trim().parse()).map_err(io::Error::other)?;
                break (head, length);
            }
        };
        while self.answer.len() < self.body + length {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !head.contains("connection: close") {
            self.stream = Some(stream);
        }
        head.get(9..12)
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| io::Error::other("an answer without a status"))
    }

    /// The body of the last answer.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.answer.get(self.body..).unwrap_or_default()
    }

    /// The last answer with its head.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }
}
