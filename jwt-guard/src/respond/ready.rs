//! This crate's own answers, made once for each class of failure: all words are fixed, and a refusal must be cheap.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::body::{ProblemJson, problem};
use super::{Protection, Refusal};
use crate::error::FailureKind;
use crate::policy::Way;

/// The answer to a class of failure, but for the text of its challenge.
struct ReadyAnswer {
    kind: FailureKind,
    status: StatusCode,
    headers: HeaderMap,
    body: &'static str,
}

static ANSWERS: LazyLock<Vec<ReadyAnswer>> =
    LazyLock::new(|| FailureKind::ALL.into_iter().map(ReadyAnswer::of).collect());

/// The lengths of the bodies, so that a header owns no memory.
static LENGTHS: LazyLock<Vec<(FailureKind, String)>> =
    LazyLock::new(|| FailureKind::ALL.map(|kind| (kind, problem(kind).len().to_string())).into());

/// The answer of this crate's own, with a challenge if its class has one.
///
/// It says its length, as axum would. A copy of complete headers takes half of the time of inserting them one by one.
pub(super) fn ready_answer(kind: FailureKind, challenge: Option<HeaderValue>) -> Response {
    let made;
    let ready = match ANSWERS.iter().find(|ready| ready.kind == kind) {
        Some(ready) => ready,
        None => {
            made = ReadyAnswer::of(kind);
            &made
        }
    };
    let mut response = Response::new(Body::from(ready.body));
    *response.status_mut() = ready.status;
    *response.headers_mut() = ready.headers.clone();
    set_challenge(response.headers_mut(), challenge);
    response
}

/// Replaces the challenge of a ready answer.
fn set_challenge(headers: &mut HeaderMap, challenge: Option<HeaderValue>) {
    // A walk over these few takes less time than a hash of the name.
    let known = headers.iter_mut().find(|(name, _)| **name == WWW_AUTHENTICATE);
    match (known, challenge) {
        (Some((_, known)), Some(challenge)) => *known = challenge,
        (Some(_), None) => _ = headers.remove(WWW_AUTHENTICATE),
        (None, Some(challenge)) => _ = headers.insert(WWW_AUTHENTICATE, challenge),
        (None, None) => {}
    }
}

impl ReadyAnswer {
    /// Takes the answer that a renderer's would be, so that both are the same.
    fn of(kind: FailureKind) -> Self {
        let refusal = Refusal::new(kind, Way::default());
        let mut response =
            refusal.complete(Some(&Protection::new("Bearer", "", None)), refusal.rendered(&ProblemJson));
        let body = if kind == FailureKind::NotFound { "" } else { problem(kind) };
        if let Some((_, length)) = LENGTHS.iter().find(|(known, _)| *known == kind && !body.is_empty()) {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static(length));
        }
        let headers = std::mem::take(response.headers_mut());
        Self { kind, status: response.status(), headers, body }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_ready_answer_is_the_one_that_would_be_written() {
        let protection = Protection::new("Bearer", "orders", None);
        for kind in FailureKind::ALL {
            for scopes in [&[][..], &["a", "b"]] {
                let refusal = Refusal::new(kind, scopes.to_vec());
                let written = refusal.answer(Some(&protection), &ProblemJson).unwrap();
                let mut ready = ready_answer(kind, refusal.challenge(Some(&protection)));
                assert_eq!(ready.status(), written.status());
                let length = ready.headers_mut().remove(CONTENT_LENGTH);
                assert_eq!(ready.headers(), written.headers(), "{kind:?}");
                let [ready, written] = [ready, written].map(|response| to_bytes(response.into_body(), 1000));
                let (ready, written) = (ready.await.unwrap(), written.await.unwrap());
                assert_eq!(ready, written, "{kind:?}");
                let length = length.map(|length| length.to_str().unwrap().to_owned());
                assert_eq!(length, (!ready.is_empty()).then(|| ready.len().to_string()), "{kind:?}");
            }
        }
    }

    #[test]
    fn an_answer_without_a_guard_has_no_challenge() {
        for kind in FailureKind::ALL {
            assert!(!ready_answer(kind, None).headers().contains_key(WWW_AUTHENTICATE), "{kind:?}");
        }
    }
}
