//! Logs the decision: target `jwt_guard`, never with a token.
//!
//! Refusals are `INFO`, because any client can cause them, and `WARN` if claims do not fit the type of a handler;
//! failures of the service are `ERROR`; admissions are `DEBUG`.

use axum::extract::MatchedPath;
use http::Method;
use http::request::Parts;
use tracing::{Level, field};

use crate::config::Config;
use crate::error::{AuthError, FailureKind};
use crate::guard::JwtGuard;
use crate::location::Credential;
use crate::policy::evaluate::malformed_claims;
use crate::policy::{Rule, Way};
use crate::principal::Principal;
use crate::random::Fingerprint;

/// What a decision is about.
#[derive(Clone, Copy)]
pub(super) enum Occasion<'r> {
    Request(&'r Parts),
    /// A token that did not come in a request.
    Token(&'r Config, &'r [u8]),
    /// A caller that was found before, for a policy that is evaluated later.
    Caller,
}

impl<'r> Occasion<'r> {
    fn request(self) -> Option<&'r Parts> {
        match self {
            Self::Request(request) => Some(request),
            Self::Token(..) | Self::Caller => None,
        }
    }
}

pub(super) fn admitted(rule: &Rule, caller: Option<&Principal>, occasion: Occasion<'_>) {
    tracing::event!(
        target: "jwt_guard",
        Level::DEBUG,
        method = method(occasion).map(field::display),
        route = route(occasion),
        handler = handler(rule),
        policy = %rule,
        jti = caller.and_then(Principal::token_id),
        "admitted"
    );
}

pub(super) fn denied(rule: &Rule, caller: Option<&Principal>, error: &AuthError, occasion: Occasion<'_>) {
    // `event!` needs a constant level, and evaluates its fields only for a listening subscriber.
    macro_rules! deny {
        ($level:expr) => {
            tracing::event!(
                target: "jwt_guard",
                $level,
                method = method(occasion).map(field::display),
                route = route(occasion),
                handler = handler(rule),
                policy = %rule,
                reason = %error,
                scopes = error.way().map(|way| way.scopes().join(" ")).filter(|scopes| !scopes.is_empty()),
                fresh = error.way().map(Way::is_fresh).filter(|fresh| *fresh),
                malformed = malformed(rule, caller, error),
                jti = caller.and_then(Principal::token_id),
                token = fingerprint(rule, error, occasion).map(field::display),
                kid = key_id(rule, error, occasion).map(field::debug),
                "denied"
            )
        };
    }
    match error.kind() {
        FailureKind::Unavailable | FailureKind::NotConfigured | FailureKind::Internal => deny!(Level::ERROR),
        // The caller is not at fault: the type may not fit the claims of all callers.
        _ if matches!(error, AuthError::Claims(_)) => deny!(Level::WARN),
        _ => deny!(Level::INFO),
    }
}

fn handler(rule: &Rule) -> Option<&'static str> {
    rule.declaration().map(|declaration| declaration.handler)
}

fn method(occasion: Occasion<'_>) -> Option<&Method> {
    occasion.request().map(|request| &request.method)
}

/// The route pattern, which unlike the path contains nothing that the client chose.
fn route(occasion: Occasion<'_>) -> Option<&str> {
    occasion.request()?.extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// The malformed claims that the policy needs.
fn malformed(rule: &Rule, caller: Option<&Principal>, error: &AuthError) -> Option<String> {
    match error {
        AuthError::Policy(_) => malformed_claims(rule.requirement(), caller?),
        _ => None,
    }
}

/// The refused token, which is never shown itself.
fn refused<'r>(rule: &Rule, error: &AuthError, occasion: Occasion<'r>) -> Option<(&'r Config, &'r [u8])> {
    let AuthError::Token(_) = error else { return None };
    let request = match occasion {
        Occasion::Request(request) => request,
        Occasion::Token(config, token) => return Some((config, token)),
        Occasion::Caller => return None,
    };
    let config = &JwtGuard::of(&request.extensions)?.inner.config;
    match config.locations(rule.token()).find(request) {
        Ok(Credential::Token(token, _)) => Some((config, token)),
        _ => None,
    }
}

fn fingerprint(rule: &Rule, error: &AuthError, occasion: Occasion<'_>) -> Option<Fingerprint> {
    refused(rule, error, occasion).map(|(_, token)| Fingerprint::of(token))
}

/// The `kid` that the token names: unverified, so shown with its escapes.
fn key_id(rule: &Rule, error: &AuthError, occasion: Occasion<'_>) -> Option<String> {
    refused(rule, error, occasion).and_then(|(config, token)| config.access.named_key(token))
}
