//! Waiting for what another process does: it tells nothing by itself.

use std::time::Duration;

/// Polls until something is so, for at most 30 seconds.
pub(crate) async fn until<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(Duration::from_secs(30), what, poll).await
}

pub(crate) async fn until_within<T>(
    limit: Duration,
    what: &str,
    mut poll: impl AsyncFnMut() -> Option<T>,
) -> T {
    let polling = async {
        loop {
            if let Some(found) = poll().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(limit, polling).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
