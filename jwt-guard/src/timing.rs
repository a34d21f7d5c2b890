//! Waiting with a time limit.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Waits for `future` or `end`: `None` if `end` comes first.
pub(crate) async fn within<T>(
    future: impl Future<Output = T>,
    mut end: Pin<&mut (dyn Future<Output = ()> + Send)>,
) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn what_is_there_wins_over_the_end_and_the_end_over_what_never_comes() {
        assert_eq!(within(ready(1), pin!(ready(()))).await, Some(1));
        assert_eq!(within(pending::<u8>(), pin!(ready(()))).await, None);
    }
}
