//! A wire between a store and its server that can be cut.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections to a port, while it is not cut.
pub(crate) struct Proxy {
    port: u16,
    whole: watch::Sender<bool>,
    lose_answer: Arc<AtomicBool>,
    server: Arc<AtomicU16>,
    /// Counts how often all connections were made to hang.
    hung: watch::Sender<u32>,
    broken: Arc<AtomicU64>,
}

impl Proxy {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (whole, state) = watch::channel(true);
        let lose_answer = Arc::new(AtomicBool::new(false));
        let lose = lose_answer.clone();
        let server = Arc::new(AtomicU16::new(server));
        let target = server.clone();
        let (hung, hangs) = watch::channel(0);
        let broken = Arc::new(AtomicU64::new(0));
        let count = broken.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (mut state, lose, mut hangs) = (state.clone(), lose.clone(), hangs.clone());
                let target = target.load(Ordering::SeqCst);
                let count = count.clone();
                hangs.mark_unchanged();
                tokio::spawn(async move {
                    let hangs = tokio::select! {
                        _ = state.wait_for(|whole| !whole) => false,
                        ended = forward(&mut client, target, &lose) => {
                            if matches!(ended, Ok(End::OfClient)) {
                                return;
                            }
                            false
                        }
                        hangs = hangs.changed() => hangs.is_ok(),
                    };
                    count.fetch_add(1, Ordering::SeqCst);
                    if hangs {
                        // The connection stays, and nothing comes.
                        state.wait_for(|whole| !whole).await.ok();
                    }
                });
            }
        });
        Self { port, whole, lose_answer, server, hung, broken }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Breaks every connection, and every new one at once.
    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// Leads new connections to another server.
    pub(crate) fn lead_to(&self, server: u16) {
        self.server.store(server, Ordering::SeqCst);
    }

    /// Makes every connection hang that there is.
    pub(crate) fn hang(&self) {
        self.hung.send_modify(|count| *count += 1);
    }

    /// Breaks the next connection that has an answer to bring, in its place.
    pub(crate) fn lose_next_answer(&self) {
        self.lose_answer.store(true, Ordering::SeqCst);
    }

    /// How many connections did not reach the server, were made to hang, or broke, and not because the client closed them.
    pub(crate) fn broken(&self) -> u64 {
        self.broken.load(Ordering::SeqCst)
    }
}

/// Which side ended a connection.
enum End {
    OfClient,
    OfServer,
}

async fn forward(client: &mut TcpStream, server: u16, lose: &AtomicBool) -> io::Result<End> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    let (mut questions, mut to_client) = client.split();
    let (mut answers, mut to_server) = server.split();
    let bring = async {
        let mut buffer = [0; 4096];
        loop {
            let length = answers.read(&mut buffer).await?;
            if length == 0 || lose.swap(false, Ordering::SeqCst) {
                return io::Result::Ok(End::OfServer);
            }
            to_client.write_all(&buffer[..length]).await?;
        }
    };
    tokio::select! {
        _ = copy(&mut questions, &mut to_server) => Ok(End::OfClient),
        end = bring => end,
    }
}
