//! The rejection of an extractor.

use std::error::Error;
use std::{fmt, mem};

use axum::response::{IntoResponse, Response};
use http::HeaderValue;

use super::ready::ready_answer;
use super::{Protection, Refusal, table};
use crate::error::FailureKind;

/// The rejection of an extractor: an answer, with its class of failure.
#[derive(Debug)]
pub struct Rejection {
    kind: FailureKind,
    form: Form,
}

/// An answer until it is sent.
#[derive(Debug)]
enum Form {
    /// This crate's own, with its challenge. It becomes a response when it is sent: one is too large to be handed from
    /// function to function.
    Ready(Option<HeaderValue>),
    Written(Box<Response>),
}

impl Rejection {
    /// With the answer of this crate's own.
    pub(crate) fn new(refusal: &Refusal, protection: Option<&Protection>) -> Self {
        Self { kind: refusal.kind(), form: Form::Ready(refusal.challenge(protection)) }
    }

    /// With another answer.
    pub(crate) fn written(kind: FailureKind, response: Response) -> Self {
        Self { kind, form: Form::Written(Box::new(response)) }
    }

    /// The class of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Changes the answer.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Response)) {
        let mut response = match mem::replace(&mut self.form, Form::Ready(None)) {
            Form::Ready(challenge) => Box::new(ready_answer(self.kind, challenge)),
            Form::Written(response) => response,
        };
        change(&mut response);
        self.form = Form::Written(response);
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self.form {
            Form::Ready(challenge) => ready_answer(self.kind, challenge),
            Form::Written(response) => *response,
        }
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
