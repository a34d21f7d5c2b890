//! Sends requests to an application, and notes what its guards decide.

use std::future::poll_fn;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request as AxumRequest};
use axum::middleware::{Next, from_fn};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request};
use serde_json::Value;
use tower_service::Service;

use super::super::caller::TestCaller;
use super::super::carry;
use super::super::issuer::TestIssuer;
use super::body::Polled;
use super::outcome::{RequestEnd, RequestOutcome};
use super::person::{LoginAge, MalformedClaim, Person};
use crate::caught::{Panicked, caught_while};
use crate::guard::{JwtGuard, Probe};
use crate::token::TokenKind;

/// What a request carries.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Nothing,
    /// Credentials of a scheme that is not for tokens.
    OtherScheme,
    /// A token, where this guard looks first.
    Token(JwtGuard, TokenKind, String),
}

/// Sends requests to the application.
pub(super) struct Sender {
    app: axum::Router,
    /// How long a request may take.
    limit: Duration,
    count: usize,
}

/// The route that took a request.
#[derive(Clone, Debug, Default)]
struct Matched(Arc<OnceLock<String>>);

impl Sender {
    pub(super) fn new(app: axum::Router, limit: Duration) -> Self {
        // The outermost layer, which sees what axum has chosen.
        let noting = from_fn(async |request: AxumRequest, next: Next| {
            let extensions = request.extensions();
            if let (Some(Matched(noted)), Some(path)) =
                (extensions.get::<Matched>(), extensions.get::<MatchedPath>())
            {
                // The first one stays.
                _ = noted.set(path.as_str().to_owned());
            }
            next.run(request).await
        });
        Self { app: app.layer(noting), limit, count: 0 }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, sent: Sent) -> RequestOutcome {
        self.count += 1;
        let (probe, polled, matched) = (Probe::default(), Polled::default(), Matched::default());
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        let request = match request.body(polled.body()) {
            Ok(request) => request,
            Err(error) => panic!("{method} {path} is not a request: {error}"),
        };
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(probe.clone());
        parts.extensions.insert(matched.clone());
        match sent {
            Sent::Nothing => {}
            Sent::OtherScheme => {
                parts.headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic YWRhOmVuZ2luZQ=="));
            }
            Sent::Token(guard, kind, token) => carry::attach(&guard, kind, &token, &mut parts),
        }
        let mut app = self.app.clone();
        let answer = caught_while(async move {
            let Ok(()) = poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut app, context)).await;
            let Ok(response) = app.call(Request::from_parts(parts, body)).await;
            response
        });
        let ended = match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(response)) => RequestEnd::Answered(response),
            Ok(Err(Panicked)) => RequestEnd::Panicked,
            Err(_) => RequestEnd::Silent,
        };
        RequestOutcome {
            ended,
            notes: probe.notes(),
            matched: matched.0.get().cloned(),
            polled: polled.get(),
        }
    }
}

/// A caller of the test who is this person.
///
/// # Errors
///
/// What the guard does not read.
pub(super) fn caller(issuer: &TestIssuer, subject: &str, person: &Person) -> Result<TestCaller, String> {
    let mut caller = issuer.caller(subject).scopes(person.scopes.clone()).roles(person.roles.clone());
    if carry::csrf(issuer.guard()).is_some() {
        caller = caller.claim("csrf", carry::CSRF_VALUE);
    }
    if person.fresh {
        caller = caller.fresh();
    }
    for (path, value) in &person.claims {
        caller = caller.claim_at(path.clone(), value.clone());
    }
    let rules = issuer.rules(TokenKind::Access).ok_or("the guard takes no access tokens")?;
    caller = match person.login {
        None => caller,
        Some(LoginAge::Now) => caller.login_age(Duration::ZERO),
        Some(LoginAge::MoreThan(age)) => {
            let leeway = rules.limits.leeway.saturating_add(Duration::from_secs(1));
            caller.login_age(Duration::from_secs(age).saturating_add(leeway))
        }
    };
    let Some(malformed) = person.malformed else { return Ok(caller) };
    let path = match malformed {
        MalformedClaim::Scopes => rules.scope_claims.first().map(|path| path.0.clone()),
        MalformedClaim::Roles => {
            let object = rules.role_objects.first().map(|object| &object.path);
            rules.role_claims.first().or(object).map(|path| path.0.clone())
        }
        MalformedClaim::Fresh => Some(vec!["fresh".to_owned()]),
    };
    let path = path.ok_or("the guard reads no such claim of this issuer")?;
    Ok(caller.claim_at(path, Value::from(7)))
}
