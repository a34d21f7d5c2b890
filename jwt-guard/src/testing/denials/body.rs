//! A body that notes whether it was read.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;

/// Whether the body was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Polled(Arc<AtomicBool>);

struct NotedBody(Polled);

impl Polled {
    /// A body without an end that is known before, such as an upload has.
    pub(super) fn body(&self) -> Body {
        Body::new(NotedBody(self.clone()))
    }

    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl HttpBody for NotedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.0.store(true, Ordering::SeqCst);
        Poll::Ready(None)
    }
}
