//! Catches panics of application code that the guard calls: stores, clocks, user loaders, renderers. A panic must
//! neither close a connection nor admit a caller.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Application code panicked. The panic hook has reported the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Runs `work`, and returns its value.
///
/// # Errors
///
/// It panics.
#[inline]
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    // The state after a panic is not used: the request ends with it.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}

/// Awaits `future`, and returns its value.
///
/// # Errors
///
/// It panics while it is polled.
pub(crate) async fn caught_while<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    poll_fn(|context| match caught(|| future.as_mut().poll(context)) {
        Ok(polled) => polled.map(Ok),
        Err(Panicked) => Poll::Ready(Err(Panicked)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_when_called_and_when_polled_again() {
        assert_eq!(caught(|| 5), Ok(5));
        assert_eq!(caught(|| panic!("as the test wants")), Err::<(), _>(Panicked));
        assert_eq!(caught_while(async { 5 }).await, Ok(5));
        let later = async {
            tokio::task::yield_now().await;
            panic!("as the test wants, after it was waited for")
        };
        assert_eq!(caught_while::<()>(later).await, Err(Panicked));
    }
}
