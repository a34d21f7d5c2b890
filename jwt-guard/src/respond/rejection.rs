//! The rejection of an extractor.

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};

use super::table;
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

/// What the client learns. The log has the reason.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = table::answer(self.kind);
        write!(f, "{}: {}", answer.status, answer.detail)
    }
}

impl Error for Rejection {}
