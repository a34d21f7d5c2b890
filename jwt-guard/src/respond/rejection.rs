//! What a refused extractor answers.

use axum::response::{IntoResponse, Response};

use crate::error::FailureKind;

/// The answer of an extractor that lets nobody in, with the class of failure for those who want to know.
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
