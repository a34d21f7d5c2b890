//! What a refused extractor answers.

use axum::response::{IntoResponse, Response};

use crate::respond::Refusal;

/// The answer of an extractor that lets nobody in: a response, with its [`Refusal`] for those who want to know.
#[derive(Debug)]
pub struct Rejection(pub(crate) Response);

impl Rejection {
    /// The refusal behind the response; `None` where a browser is sent to a login page instead.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.extensions().get()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0
    }
}
