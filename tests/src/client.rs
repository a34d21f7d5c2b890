//! A client that sends what it is told, byte by byte.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Answer;

/// A request as the bytes on the wire: headers may repeat and hold any byte.
#[derive(Clone, Debug)]
pub struct Request {
    head: Vec<u8>,
    host: String,
    body: Vec<u8>,
    closes: bool,
}

impl Request {
    /// A request with this method and target.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            head: format!("{method} {target} HTTP/1.1\r\n").into_bytes(),
            host: "localhost".to_owned(),
            body: Vec::new(),
            closes: true,
        }
    }

    /// A `GET` request.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A `POST` request with a JSON body.
    #[must_use]
    pub fn post_json(target: &str, body: &str) -> Self {
        let mut request = Self::new("POST", target)
            .header("content-type", "application/json")
            .header("content-length", body.len().to_string());
        request.body = body.as_bytes().to_vec();
        request
    }

    /// A `POST` request with a form.
    #[must_use]
    pub fn post_form(target: &str, body: &str) -> Self {
        let mut request = Self::new("POST", target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("content-length", body.len().to_string());
        request.body = body.as_bytes().to_vec();
        request
    }

    /// A `POST` request with a form in one chunk, whose length no header tells.
    #[must_use]
    pub fn post_chunked_form(target: &str, body: &str) -> Self {
        let mut request = Self::new("POST", target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("transfer-encoding", "chunked");
        request.body = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).into_bytes();
        request
    }

    /// The handshake of a WebSocket.
    #[must_use]
    pub fn websocket(target: &str) -> Self {
        let mut request = Self::get(target)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.closes = false;
        request
    }

    /// The `Host`, for servers that speak of themselves by it. `localhost` by default.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.head.extend_from_slice(name.as_bytes());
        self.head.extend_from_slice(b": ");
        self.head.extend_from_slice(value.as_ref());
        self.head.extend_from_slice(b"\r\n");
        self
    }

    /// Adds `Authorization: Bearer` with a token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sends the request on a connection of its own.
    pub(crate) async fn send(&self, address: SocketAddr) -> Answer {
        let mut stream = self.write(address).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("the server answers");
        let (head, body) = split(&bytes).expect("the answer has a head");
        let mut answer = parse(head);
        answer.body = String::from_utf8(body.to_vec()).expect("the body is text");
        answer
    }

    /// Sends the handshake; the connection stays open if the server agrees.
    pub(crate) async fn open(&self, address: SocketAddr) -> (Answer, WebSocket) {
        let mut stream = self.write(address).await;
        let mut bytes = Vec::new();
        while split(&bytes).is_none() {
            let byte = stream.read_u8().await.expect("the server answers");
            bytes.push(byte);
        }
        let (head, _) = split(&bytes).expect("the answer has a head");
        let mut answer = parse(head);
        let length = answer.header("content-length").map(|length| length.parse().expect("a length"));
        let mut body = vec![0; length.unwrap_or_default()];
        stream.read_exact(&mut body).await.expect("the body is whole");
        answer.body = String::from_utf8(body).expect("the body is text");
        (answer, WebSocket(stream))
    }

    async fn write(&self, address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let mut bytes = self.head.clone();
        bytes.extend_from_slice(format!("host: {}\r\n", self.host).as_bytes());
        if self.closes {
            bytes.extend_from_slice(b"connection: close\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        stream.write_all(&bytes).await.expect("the server reads");
        stream
    }
}

/// An open WebSocket, for short text messages.
#[derive(Debug)]
pub struct WebSocket(TcpStream);

impl WebSocket {
    /// Sends a text message and reads one back.
    ///
    /// # Panics
    ///
    /// When the message is longer than 64 KiB, or the server does not answer with a short text message.
    pub async fn exchange(&mut self, text: &str) -> String {
        // A final text frame, masked with zeros, which leaves the text as it is.
        let mut frame = match u8::try_from(text.len()) {
            Ok(length) if length < 126 => vec![0x81, 0x80 | length],
            _ => {
                let [high, low] = u16::try_from(text.len()).expect("a short message").to_be_bytes();
                vec![0x81, 0x80 | 126, high, low]
            }
        };
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.0.write_all(&frame).await.expect("the server reads");
        let mut head = [0; 2];
        self.0.read_exact(&mut head).await.expect("the server answers");
        assert_eq!(head[0], 0x81, "a final text frame");
        let mut body = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut body).await.expect("the frame is whole");
        String::from_utf8(body).expect("the message is text")
    }
}

fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).expect("the head is text");
    Some((head, &bytes[end + 4..]))
}

fn parse(head: &str) -> Answer {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        let name = HeaderName::try_from(name).expect("a header name");
        headers.append(name, HeaderValue::try_from(value).expect("a header value"));
    }
    assert!(!headers.contains_key("transfer-encoding"), "bodies have a known length");
    Answer {
        status: status.and_then(|status| StatusCode::try_from(status).ok()).expect("a status"),
        headers,
        body: String::new(),
    }
}
