//! Connects to key servers: directly, or through a proxy.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::Proxy;
use crate::causes::with_causes;

/// Opens the TCP connection of a request.
#[derive(Clone)]
pub(super) struct Connector {
    direct: HttpConnector,
    proxy: Option<Tunnel<HttpConnector>>,
}

impl Connector {
    pub(super) fn new(direct: HttpConnector, proxy: Option<Proxy>) -> Self {
        let proxy = proxy.map(|Proxy { address, authorization }| {
            let tunnel = Tunnel::new(address, direct.clone());
            match authorization {
                Some(value) => tunnel.with_auth(value),
                None => tunnel,
            }
        });
        Self { direct, proxy }
    }
}

type Connecting = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, ConnectError>> + Send>>;

type ConnectError = Box<dyn Error + Send + Sync>;

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Connecting;

    /// Both connectors are always ready.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    /// What has no TLS is inside a private network, and does not go through a proxy, which could read and change it.
    fn call(&mut self, to: Uri) -> Connecting {
        match &mut self.proxy {
            Some(proxy) if to.scheme_str() == Some("https") => {
                let connecting = proxy.call(to);
                Box::pin(async move {
                    connecting
                        .await
                        .map_err(|error| format!("through the proxy: {}", with_causes(&error)).into())
                })
            }
            _ => {
                let connecting = self.direct.call(to);
                Box::pin(async move { connecting.await.map_err(Into::into) })
            }
        }
    }
}
