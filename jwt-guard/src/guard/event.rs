//! The decision in the log: target `jwt_guard`, never with a token.
//!
//! Refusals are `INFO`, since anybody can cause them; failures of the service itself are `ERROR`; admissions are
//! `DEBUG`.

use axum::extract::MatchedPath;
use http::request::Parts;
use tracing::{Level, field};

use crate::error::{AuthError, FailureKind};
use crate::guard::JwtGuard;
use crate::location::Found;
use crate::policy::Rule;
use crate::policy::evaluate::Shortfall;
use crate::principal::Principal;
use crate::random::Fingerprint;

pub(super) fn admitted(rule: &Rule, caller: Option<&Principal>, request: &Parts) {
    tracing::event!(
        target: "jwt_guard",
        Level::DEBUG,
        method = %request.method,
        route = route(request),
        handler = handler(rule),
        policy = %rule,
        jti = caller.and_then(Principal::token_id),
        "admitted"
    );
}

pub(super) fn denied(rule: &Rule, caller: Option<&Principal>, error: &AuthError, request: &Parts) {
    // `event!` takes the level as a constant, and evaluates its fields only where somebody listens.
    macro_rules! deny {
        ($level:expr) => {
            tracing::event!(
                target: "jwt_guard",
                $level,
                method = %request.method,
                route = route(request),
                handler = handler(rule),
                policy = %rule,
                reason = %error,
                scopes = lacking(error),
                jti = caller.and_then(Principal::token_id),
                token = fingerprint(error, request).map(field::display),
                kid = key_id(error).map(field::debug),
                "denied"
            )
        };
    }
    match error.kind() {
        FailureKind::Unavailable | FailureKind::NotConfigured | FailureKind::Internal => deny!(Level::ERROR),
        _ => deny!(Level::INFO),
    }
}

fn handler(rule: &Rule) -> Option<&'static str> {
    rule.declaration().map(|declaration| declaration.handler)
}

/// The route pattern, which unlike the path holds nothing that the client chose.
fn route(request: &Parts) -> Option<&str> {
    request.extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

fn lacking(error: &AuthError) -> Option<String> {
    match error {
        AuthError::Policy(Shortfall::Scopes(scopes)) => Some(scopes.join(" ")),
        _ => None,
    }
}

/// Stands for the token, which is not logged.
fn fingerprint(error: &AuthError, request: &Parts) -> Option<Fingerprint> {
    let AuthError::Token(_) = error else { return None };
    let config = &JwtGuard::of(&request.extensions)?.inner.config;
    match config.locations.find(request) {
        Ok(Found::Token(token, _)) => Some(Fingerprint::of(token)),
        _ => None,
    }
}

/// The `kid` that the token names: unverified, so shown with its escapes.
fn key_id(error: &AuthError) -> Option<&str> {
    match error {
        AuthError::Token(failure) => failure.key_id.as_deref(),
        _ => None,
    }
}
