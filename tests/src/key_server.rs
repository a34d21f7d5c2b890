//! An identity provider on loopback that answers as it is told, byte by byte, and counts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as provider;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as provider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::SigningKey;

/// Where a [`KeyServer`] has its keys.
pub const JWKS: &str = "/keys";

/// Where metadata is by OpenID Connect Discovery.
pub const OPENID: &str = "/.well-known/openid-configuration";

/// Where metadata is by RFC 8414.
pub const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A scripted server of keys and metadata; ends with the value.
#[derive(Debug)]
pub struct KeyServer {
    scheme: &'static str,
    address: SocketAddr,
    root: Option<String>,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

/// What a path answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// This status, these header lines (each with its line end), this body.
    With(u16, String, Vec<u8>),
    /// The head of a 200, and then a body without end.
    Endless,
    /// The head of a 200 and the first bytes of a body, and then nothing.
    Stalls,
    /// Nothing, ever.
    Hangs,
    /// The connection is closed.
    Closes,
}

#[derive(Debug)]
struct Script {
    replies: Mutex<BTreeMap<String, Reply>>,
    /// The heads of the requests so far.
    heads: watch::Sender<Vec<String>>,
}

impl KeyServer {
    /// A server without TLS, which publishes nothing yet.
    pub async fn start() -> Self {
        Self::listen("http", None, None).await
    }

    /// A server with TLS, whose certificate is made for this run and signed by an authority that is too.
    ///
    /// # Panics
    ///
    /// When no certificate can be made.
    pub async fn start_with_tls() -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("a certificate");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).expect("a certificate").pem();
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(vec!["localhost".to_owned()])
            .expect("a certificate")
            .signed_by(&key, &Issuer::new(authority, authority_key))
            .expect("a certificate");
        let config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider speaks TLS")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .expect("the certificate is good");
        Self::listen("https", Some(TlsAcceptor::from(Arc::new(config))), Some(root)).await
    }

    async fn listen(scheme: &'static str, tls: Option<TlsAcceptor>, root: Option<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let script = Arc::new(Script { replies: Mutex::default(), heads: watch::Sender::default() });
        let shared = Arc::clone(&script);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, tls) = (Arc::clone(&shared), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => script.serve(stream).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => script.serve(stream).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { scheme, address, root, script, task }
    }

    /// The name of the issuer, which is also its address.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// The certificate of the authority, in PEM.
    ///
    /// # Panics
    ///
    /// Without TLS.
    #[must_use]
    pub fn root(&self) -> &str {
        self.root.as_deref().expect("a server with TLS")
    }

    /// Publishes keys, each under a name.
    pub fn publish(&self, keys: &[(&str, &SigningKey)]) {
        self.says(JWKS, &jwk_set(keys));
    }

    /// Answers with 200 and this body.
    pub fn says(&self, path: &str, body: &str) {
        self.reply(path, Reply::With(200, String::new(), body.into()));
    }

    /// Answers as it is told. What is not told is 404.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.script
            .replies
            .lock()
            .expect("no test panics while it holds the lock")
            .insert(path.to_owned(), reply);
    }

    /// Publishes metadata that names this issuer and [`JWKS`].
    pub fn describe(&self, path: &str) {
        self.says(path, &format!(r#"{{"issuer":"{}","jwks_uri":"{}"}}"#, self.issuer(), self.url(JWKS)));
    }

    /// How many requests came for this path.
    #[must_use]
    pub fn requests(&self, path: &str) -> usize {
        let start = format!("GET {path} HTTP/1.1\r\n");
        self.script.heads.borrow().iter().filter(|head| head.starts_with(&start)).count()
    }

    /// The heads of all requests so far, as they came.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        self.script.heads.borrow().clone()
    }

    /// Waits until so many requests have come.
    ///
    /// # Panics
    ///
    /// When they do not come within ten seconds.
    pub async fn asked(&self, times: usize) {
        let mut heads = self.script.heads.subscribe();
        let came =
            tokio::time::timeout(Duration::from_secs(10), heads.wait_for(|heads| heads.len() >= times)).await;
        assert!(matches!(came, Ok(Ok(_))), "fewer than {times} requests: {:?}", self.heads());
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    /// Answers one request; `None` when the client is gone.
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.heads.send_modify(|heads| heads.push(head));
        let reply = self.replies.lock().ok()?.get(&path).cloned();
        match reply.unwrap_or(Reply::With(404, String::new(), Vec::new())) {
            Reply::With(status, headers, body) => {
                let head =
                    format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(&body).await.ok()?;
            }
            Reply::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
                loop {
                    let chunk = [b"2000\r\n".as_slice(), &[b' '; 0x2000], b"\r\n"].concat();
                    stream.write_all(&chunk).await.ok()?;
                }
            }
            Reply::Stalls => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"keys\":[").await.ok()?;
                std::future::pending::<()>().await;
            }
            Reply::Hangs => std::future::pending().await,
            Reply::Closes => {}
        }
        stream.shutdown().await.ok()
    }
}

/// A JWK set of the public halves, each under a name.
#[must_use]
pub fn jwk_set(keys: &[(&str, &SigningKey)]) -> String {
    let keys: Vec<_> = keys.iter().map(|(id, key)| key.published(id)).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}
