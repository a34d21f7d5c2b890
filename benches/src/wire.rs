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
        let head = loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = Head::of(&self.answer)? {
                break head;
            }
        };
        self.body = head.length;
        while self.answer.len() < head.whole() {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(head.status)
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

/// What a client reads of the head of an answer. It is read in one pass: what a client takes for longer answers would
/// otherwise count as a cost of the server beside it.
#[derive(Debug)]
struct Head {
    status: u16,
    /// The bytes of the head.
    length: usize,
    /// The bytes of the body.
    body: usize,
    closes: bool,
}

impl Head {
    /// The head of an answer; `None` before all of it is there.
    fn of(answer: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = parsed.parse(answer).map_err(io::Error::other)? else {
            return Ok(None);
        };
        let status = parsed.code.ok_or(io::ErrorKind::InvalidData)?;
        let value = |name: &str| {
            let header = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| String::from_utf8_lossy(header.value))
        };
        let body = value("content-length").map_or(Ok(0), |length| length.parse());
        let closes = value("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(Some(Self { status, length, body: body.map_err(io::Error::other)?, closes }))
    }

    /// The bytes of the whole answer.
    fn whole(&self) -> usize {
        self.length + self.body
    }
}
