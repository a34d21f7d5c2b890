//! What came back for one request, and what was noted on the way.

use axum::response::Response;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;

use super::verdict::Absent;
use crate::error::FailureKind;
use crate::guard::{Denial, JwtGuard, Noted, Verdict};
use crate::policy::Rule;
use crate::router::RoutePath;

/// What came back, and what was noted on the way.
#[derive(Debug)]
pub(super) struct RequestOutcome {
    pub(super) ended: RequestEnd,
    pub(super) notes: Vec<Noted>,
    /// The pattern of the route that took the request; `None` for a fallback.
    pub(super) matched: Option<String>,
    pub(super) polled: bool,
}

#[derive(Debug)]
pub(super) enum RequestEnd {
    Answered(Response),
    Panicked,
    /// There was no answer within the limit of a request.
    Silent,
}

impl RequestOutcome {
    /// Why no request to a route at this place tells anything.
    pub(super) fn stuck(&self, place: &RoutePath) -> Option<String> {
        if matches!(self.ended, RequestEnd::Silent) {
            return Some("it did not answer within the time limit: see `.time_limit(..)`".to_owned());
        }
        if self.status() == Some(StatusCode::TOO_MANY_REQUESTS) && self.denied().is_none() {
            return Some(
                "429, from a limit on the number of requests: leave that layer out in the test".to_owned(),
            );
        }
        let matched = self.matched.as_deref()?;
        match place {
            RoutePath::Route(path) if path == matched => None,
            RoutePath::Below(prefix) if matched.starts_with(prefix) => None,
            RoutePath::Fallback(_) => {
                Some(format!("the route `{matched}` takes every path, so no request reaches it"))
            }
            _ => Some(format!(
                "its requests go to the route `{matched}`: set other parameters by `.path_param(..)`"
            )),
        }
    }

    /// The first refusal by a guard, which ends the request.
    pub(super) fn denied(&self) -> Option<(&Noted, &Denial)> {
        self.notes.iter().find_map(|note| match &note.verdict {
            Verdict::Denied(denial) => Some((note, denial)),
            Verdict::Admitted => None,
        })
    }

    /// Whether one of these policies let the request pass.
    pub(super) fn is_admitted_by(&self, rules: &[&'static Rule]) -> bool {
        let mut admitted = self.notes.iter().filter(|note| matches!(note.verdict, Verdict::Admitted));
        admitted.any(|note| rules.iter().any(|rule| note.is_by(rule)))
    }

    /// Why no guard decided.
    pub(super) fn no_guard(&self) -> Option<&str> {
        self.notes.iter().find_map(|note| match &note.verdict {
            Verdict::Denied(denial) if denial.kind == FailureKind::NotConfigured => {
                Some(denial.reason.as_str())
            }
            _ => None,
        })
    }

    /// The guard of the decision.
    pub(super) fn deciding_guard(&self) -> Option<JwtGuard> {
        let refusing = self.denied().and_then(|(note, _)| note.guard.as_ref());
        refusing.or_else(|| self.notes.iter().rev().find_map(|note| note.guard.as_ref())).cloned()
    }

    pub(super) fn status(&self) -> Option<StatusCode> {
        self.response().map(Response::status)
    }

    /// Status and challenge, for the report.
    pub(super) fn answer(&self) -> Option<String> {
        let status = self.status()?;
        Some(match self.challenge() {
            Some(challenge) => format!("{status} with the challenge `{challenge}`"),
            None => format!("{status} without a challenge"),
        })
    }

    /// As the answer for a path without a route, unless a route took it.
    pub(super) fn absent(&self) -> Absent {
        match (self.status(), &self.matched) {
            (Some(status), None) => Absent::As(status, self.challenge()),
            _ => Absent::Unknown,
        }
    }

    pub(super) fn challenge(&self) -> Option<String> {
        let value = self.response()?.headers().get(WWW_AUTHENTICATE)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    fn response(&self) -> Option<&Response> {
        match &self.ended {
            RequestEnd::Answered(response) => Some(response),
            RequestEnd::Panicked | RequestEnd::Silent => None,
        }
    }
}
