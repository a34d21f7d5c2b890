//! The rejection of an extractor.

use axum::response::{IntoResponse, Response};

use crate::error::FailureKind;

/// The rejection of an extractor: an answer, with its class of failure.
#[derive(Debug)]
pub struct Rejection {
    pub(crate) kind: FailureKind,
    pub(crate) response: Response,
}

impl Rejection {
    /// The class of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.response
    }
}
