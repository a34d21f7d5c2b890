//! A router, served.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::{Answer, Request, WebSocket};

/// A router behind a real HTTP/1.1 server on loopback; ends with the value, unless another process serves it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `app` on a free port.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn start(app: impl Into<Router>) -> Self {
        let app = app.into();
        let (address, listener) = bind().await;
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs on");
        });
        Self { address, task: Some(task) }
    }

    /// Serves a router of jwt-guard itself on a free port, as the program of the README does.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn serve(app: jwt_guard::Router) -> Self {
        let (address, listener) = bind().await;
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs on");
        });
        Self { address, task: Some(task) }
    }

    /// A server that another process runs at this address; it does not end with the value.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self { address, task: None }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: Request) -> Answer {
        request.send(self.address).await
    }

    /// Sends `GET` with a token.
    pub async fn get(&self, target: &str, token: &str) -> Answer {
        self.send(Request::get(target).bearer(token)).await
    }

    /// Opens a WebSocket. The second value is of use only if the status is 101.
    pub async fn open(&self, handshake: Request) -> (Answer, WebSocket) {
        handshake.open(self.address).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn bind() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    (listener.local_addr().expect("a bound socket"), listener)
}

/// Calls a router without a socket, for requests that no client can send.
///
/// # Panics
///
/// When the answer cannot be read.
pub async fn oneshot(app: &Router, request: http::Request<Body>) -> Answer {
    let Ok(response) = app.clone().oneshot(request).await;
    Answer::read(response).await
}
