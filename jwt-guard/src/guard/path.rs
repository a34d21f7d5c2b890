//! The path of a request, for policies with conditions on it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::policy::path::PathParams;

/// Keeps the parameters of the path in the extensions, where decision and log find them. Out of line, because few policies
/// ask for them.
#[inline(never)]
pub(super) fn note_params(request: &mut Parts) {
    let read = {
        let read = pin!(<RawPathParams as FromRequestParts<()>>::from_request_parts(request, &()));
        // The extractor of axum has nothing to wait for.
        read.poll(&mut Context::from_waker(Waker::noop()))
    };
    let params = match read {
        Poll::Ready(Ok(params)) => {
            PathParams::Read(params.iter().map(|(name, value)| (name.into(), value.into())).collect())
        }
        Poll::Ready(Err(RawPathParamsRejection::InvalidUtf8InPathParam(_))) => PathParams::NotUtf8,
        // No route was matched.
        Poll::Ready(Err(_)) | Poll::Pending => PathParams::Read(Vec::new()),
    };
    request.extensions.insert(params);
}
