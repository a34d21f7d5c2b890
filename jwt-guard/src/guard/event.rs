//! Logs the decision: target `jwt_guard`, never with a token.
//!
//! Refusals are `INFO`, because any client can cause them, and `WARN` if claims do not fit the type of a handler, or if
//! the policy is report-only; failures of the service are `ERROR`; admissions are `DEBUG`.

use axum::extract::MatchedPath;
use http::Method;
use http::request::Parts;
use tracing::{Level, field};

use super::about::About;
use super::facts::noted_facts;
use super::{JwtGuard, hint, probe};
use crate::claims::names::NameSet;
use crate::config::Config;
use crate::error::AuthError;
use crate::policy::evaluate::malformed_claims;
use crate::policy::{Rule, Way};
use crate::principal::Principal;
use crate::shown::{cut, names};

/// What a decision is about.
#[derive(Clone, Copy)]
pub(super) enum Occasion<'r> {
    Request(&'r Parts),
    /// A token that did not come in a request.
    Token(&'r Config, &'r [u8]),
    /// A caller that was found before, for a policy that is evaluated later; with the head of its request, if known.
    Caller(&'r Config, Option<&'r Parts>),
}

impl<'r> Occasion<'r> {
    pub(super) fn request(self) -> Option<&'r Parts> {
        match self {
            Self::Request(request) => Some(request),
            Self::Caller(_, request) => request,
            Self::Token(..) => None,
        }
    }

    pub(super) fn config(self) -> Option<&'r Config> {
        match self {
            Self::Token(config, _) | Self::Caller(config, _) => Some(config),
            Self::Request(request) => JwtGuard::of(&request.extensions).map(JwtGuard::config),
        }
    }
}

pub(super) fn admitted(rule: &Rule, caller: Option<&Principal>, occasion: Occasion<'_>) {
    probe::note(rule, None, occasion);
    tracing::event!(
        target: "jwt_guard",
        Level::DEBUG,
        method = method(occasion).map(field::display),
        route = route(occasion),
        handler = handler(rule),
        policy = %rule,
        jti = token_id(caller),
        granted_scopes = granted(caller, Principal::scopes),
        granted_roles = granted(caller, Principal::roles),
        "admitted"
    );
}

// `event!` needs a constant level, and what it shows is computed only for a listening subscriber.
macro_rules! log_refusal {
    ($level:expr, $message:literal, $reported:expr, $rule:ident, $caller:ident, $error:ident, $occasion:ident) => {
        if tracing::enabled!(target: "jwt_guard", $level) {
            let (rule, caller, error, occasion) = ($rule, $caller, $error, $occasion);
            let About { finding, said, token } = About::of(rule, caller, error, occasion);
            tracing::event!(
                target: "jwt_guard",
                $level,
                report_only = $reported,
                code = error.code().as_str(),
                method = method(occasion).map(field::display),
                route = route(occasion),
                handler = handler(rule),
                policy = %rule,
                reason = %error,
                expected = finding.expected.map(field::display),
                found = finding.found.map(field::display),
                setting = finding.setting.map(field::display),
                scopes = error.way().map(|way| way.scopes().join(" ")).filter(|scopes| !scopes.is_empty()),
                fresh = error.way().map(Way::is_fresh).filter(|fresh| *fresh),
                malformed = malformed(rule, caller, error, occasion),
                jti = token_id(caller),
                iss = said.iss,
                aud = said.aud,
                alg = said.alg,
                typ = said.typ,
                kid = said.kid,
                client = said.client,
                iat = said.iat.map(field::display),
                nbf = said.nbf.map(field::display),
                exp = said.exp.map(field::display),
                token = token.map(field::display),
                $message
            );
        }
    };
}

/// Logs what a policy would refuse that is report-only. A warning, because the policy is on trial, and this
/// is what its trial shows.
pub(super) fn reported(rule: &Rule, caller: Option<&Principal>, error: &AuthError, occasion: Occasion<'_>) {
    probe::note(rule, None, occasion);
    log_refusal!(Level::WARN, "would be denied", true, rule, caller, error, occasion);
}

pub(super) fn denied(rule: &Rule, caller: Option<&Principal>, error: &AuthError, occasion: Occasion<'_>) {
    probe::note(rule, Some(error), occasion);
    macro_rules! deny {
        ($level:expr) => {
            log_refusal!($level, "denied", field::Empty, rule, caller, error, occasion)
        };
    }
    match error.kind() {
        // Any client can cause it.
        _ if matches!(error, AuthError::TenantFlood) => deny!(Level::INFO),
        kind if !kind.is_verdict() => deny!(Level::ERROR),
        // The caller is not at fault: the type may not fit the claims of all callers.
        _ if matches!(error, AuthError::Claims(_)) => deny!(Level::WARN),
        _ => deny!(Level::INFO),
    }
    if matches!(error, AuthError::Policy(_)) {
        // Roles may be personal data, so they are shown at this level only.
        tracing::event!(
            target: "jwt_guard",
            Level::DEBUG,
            code = error.code().as_str(),
            handler = handler(rule),
            jti = token_id(caller),
            granted_scopes = granted(caller, Principal::scopes),
            granted_roles = granted(caller, Principal::roles),
            "what the refused caller has"
        );
    }
    hint::print_unless_logged();
}

/// The `jti` of the caller's token, unless it is the subject.
fn token_id(caller: Option<&Principal>) -> Option<String> {
    let caller = caller?;
    caller.token_id().filter(|id| Some(*id) != caller.subject()).map(cut)
}

/// What the token grants, with what is implied.
fn granted(caller: Option<&Principal>, set: fn(&Principal) -> &NameSet) -> Option<String> {
    let caller = caller.filter(|caller| caller.is_authenticated())?;
    let is_subject = |name: &&str| caller.subject() == Some(*name);
    Some(names(set(caller).iter().filter(|name| !is_subject(name)))).filter(|names| !names.is_empty())
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
fn malformed(
    rule: &Rule,
    caller: Option<&Principal>,
    error: &AuthError,
    occasion: Occasion<'_>,
) -> Option<String> {
    match error {
        AuthError::Policy(_) => {
            let caller = caller?;
            malformed_claims(rule.requirement(), caller, noted_facts(rule, occasion, caller))
        }
        _ => None,
    }
}
