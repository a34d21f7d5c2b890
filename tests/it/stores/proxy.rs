//! A wire between a store and its server that can be cut.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections to a port, while it is not cut.
pub(super) struct Proxy {
    port: u16,
    whole: watch::Sender<bool>,
    lose_answer: Arc<AtomicBool>,
}

impl Proxy {
    pub(super) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (whole, state) = watch::channel(true);
        let lose_answer = Arc::new(AtomicBool::new(false));
        let lose = lose_answer.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut state, lose) = (state.clone(), lose.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = state.wait_for(|whole| !whole) => {}
                        _ = forward(client, server, &lose) => {}
                    }
                });
            }
        });
        Self { port, whole, lose_answer }
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Breaks every connection, and every new one at once.
    pub(super) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(super) fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// Breaks the next connection that has an answer to bring, in its place.
    pub(super) fn lose_next_answer(&self) {
        self.lose_answer.store(true, Ordering::SeqCst);
    }
}

async fn forward(mut client: TcpStream, server: u16, lose: &AtomicBool) -> io::Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    let (mut questions, mut to_client) = client.split();
    let (mut answers, mut to_server) = server.split();
    let bring = async {
        let mut buffer = [0; 4096];
        loop {
            let length = answers.read(&mut buffer).await?;
            if length == 0 || lose.swap(false, Ordering::SeqCst) {
                return io::Result::Ok(());
            }
            to_client.write_all(&buffer[..length]).await?;
        }
    };
    tokio::select! {
        _ = copy(&mut questions, &mut to_server) => Ok(()),
        end = bring => end,
    }
}
