//! Admits or refuses a request: authentication, then the policy, then the log.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use axum::extract::{MatchedPath, OriginalUri};
use http::Method;
use http::request::Parts;

use super::choice::admit_by_choice;
use super::event::{self, Occasion};
use super::in_request::{Admission, Deciding, Decision, Undecided};
use super::{Inner, JwtGuard, path};
use crate::authenticate::{Caller, Owner, Wanted, authenticate, authenticate_whole, examine};
use crate::caught::{Panicked, caught_while};
use crate::claims::hierarchy::{Hierarchies, Hierarchy};
use crate::code::RefusalCode;
use crate::config::{Config, OnMalformed};
use crate::error::{AuthError, FailureKind};
use crate::location::{CredentialHandling, Locations};
use crate::policy::evaluate::{evaluate, way_to_ask_for};
use crate::policy::facts::Facts;
use crate::policy::{Access, DenyAs, Params, Rule, Way};
use crate::principal::Principal;
use crate::respond::{HandlerState, Hidden, Refusal, Rejection, login_redirect};
use crate::token::{TokenKind, TokenSource};

/// Admits a request by `rule`, or refuses it. Runs before other parameters are parsed and the body is read.
pub(crate) async fn admit(request: &mut Parts, rule: &'static Rule) -> Result<(), Rejection> {
    if rule.reads().path {
        path::note_params(request);
    }
    if rule.access() == Access::CredentialsIgnored {
        return admit_unseen(request, rule);
    }
    let deciding = match JwtGuard::deciding(&request.extensions, rule.token()) {
        Ok(found) => found,
        Err(Undecided::Choice(guards)) => return Box::pin(admit_by_choice(request, rule, guards)).await,
        Err(Undecided::NoGuard(error)) => {
            event::denied(rule, None, &error, Occasion::Request(request));
            return Err(unconfigured());
        }
    };
    let guard = deciding.guard;
    let caller = match deciding.caller(request, rule) {
        Caller::Now(caller) => caller,
        Caller::Later(caller) => guard.counted(caller.await),
    };
    if let Some(outcome) = guard.decide_and_log(request, rule, &caller)? {
        store_decision(request, Decision { token: rule.token(), caller, outcome, rule: Some(rule) });
    }
    Ok(())
}

/// Admits a request by a policy that ignores credentials. An outer layer may have chosen the guard by the token: the default one
/// decides.
fn admit_unseen(request: &mut Parts, rule: &'static Rule) -> Result<(), Rejection> {
    JwtGuard::forget_choice(&mut request.extensions);
    let guard = JwtGuard::required(&request.extensions).map_err(|error| {
        event::denied(rule, None, &error, Occasion::Request(request));
        unconfigured()
    })?;
    let decision = guard.admit_every_caller(request, rule)?;
    store_decision(request, decision);
    Ok(())
}

/// Evaluates the policy for a caller.
pub(super) fn decide<'c>(
    caller: &'c Result<Principal, AuthError>,
    rule: &Rule,
    hierarchy: &Hierarchy,
    facts: Facts<'_>,
) -> Result<Admission, Cow<'c, AuthError>> {
    match (caller, rule.access()) {
        (Ok(principal), _) => match evaluate(rule.requirement(), principal, hierarchy, facts) {
            Ok(()) => Ok(Admission::AsCaller),
            Err(unmet) => Err(Cow::Owned(AuthError::Policy(unmet))),
        },
        (Err(error), Access::Anonymous | Access::AnonymousIfExpired) if error.is_anonymous() => {
            Ok(Admission::AsAnonymous)
        }
        (Err(error), Access::AnonymousIfExpired) if error.is_expired() => Ok(Admission::AsAnonymous),
        (Err(error), _) => Err(Cow::Borrowed(error)),
    }
}

impl<'r> Deciding<'r> {
    /// The caller: as found before in this request, or from its token.
    pub(super) fn caller(&self, request: &'r Parts, rule: &Rule) -> Caller<'r> {
        let token = rule.token();
        let is_of_token = |decision: &&Decision| decision.token == token && !decision.outcome.is_unseen();
        if let Some(decision) = self.earlier.filter(is_of_token) {
            return Caller::Now(decision.caller.clone());
        }
        let wanted = match token {
            TokenKind::Access => Wanted::Access,
            TokenKind::Refresh => Wanted::Refresh(endpoint(request, rule)),
        };
        let config = self.guard.config();
        let caller = match self.withheld {
            None => authenticate(config, request, wanted),
            Some(withheld) => authenticate_whole(config, withheld.put_back(request), wanted),
        };
        if let Caller::Now(Err(error)) = &caller {
            self.guard.count_panic(error);
        }
        caller
    }
}

impl JwtGuard {
    /// Evaluates the policy for the caller, logs the decision, and returns how the request is admitted; `None` if nothing need
    /// be stored in it. A separate function, so that its locals are not part of the future of [`admit`].
    #[inline(never)]
    pub(super) fn decide_and_log(
        &self,
        request: &Parts,
        rule: &'static Rule,
        caller: &Result<Principal, AuthError>,
    ) -> Result<Option<Admission>, Rejection> {
        let facts = self.facts(rule, caller.as_ref().ok(), Some(request));
        let decided = match &facts {
            Ok(facts) => decide(caller, rule, self.scope_hierarchy(), *facts),
            Err(error) => Err(Cow::Borrowed(error)),
        };
        match decided {
            Ok(outcome) => {
                // With checks, they decide.
                if rule.checks().is_empty() {
                    event::admitted(rule, caller.as_ref().ok(), Occasion::Request(request));
                }
                if let (Admission::AsCaller, Params::None) = (outcome, rule.params()) {
                    return Ok(None);
                }
                Ok(Some(outcome))
            }
            Err(error) if rule.reports(&error) => {
                Ok(Some(self.report(rule, caller, &error, Occasion::Request(request))))
            }
            Err(error) => {
                event::denied(rule, caller.as_ref().ok(), &error, Occasion::Request(request));
                Err(self.refuse(request, rule, &error))
            }
        }
    }

    /// Admits every caller, but not for a page of another site, which could log a person in to another account, or out.
    /// Out of line, so that its locals are not part of the future of [`admit`].
    #[inline(never)]
    pub(super) fn admit_every_caller(
        &self,
        request: &Parts,
        rule: &'static Rule,
    ) -> Result<Decision, Rejection> {
        let config = self.config();
        if config.reads_cookies()
            && let Err(reason) = config.csrf.check_change(request)
        {
            let error = AuthError::CrossSite(reason);
            event::denied(rule, None, &error, Occasion::Request(request));
            return Err(self.refuse(request, rule, &error));
        }
        if rule.checks().is_empty() {
            event::admitted(rule, None, Occasion::Request(request));
        }
        let caller = Err(AuthError::NoToken);
        Ok(Decision { token: rule.token(), caller, outcome: Admission::Unseen, rule: Some(rule) })
    }

    /// The owner of a token or a session, for a logout.
    pub(crate) async fn examine(
        &self,
        text: &[u8],
        source: TokenSource,
        kind: TokenKind,
    ) -> Result<Owner, AuthError> {
        let examined = caught_while(examine(self.config(), text, source, kind)).await;
        let examined = examined.unwrap_or_else(|Panicked| Err(AuthError::Panic));
        examined.inspect_err(|error| self.count_panic(error))
    }

    /// Counts a panic during authentication.
    pub(super) fn counted(&self, caller: Result<Principal, AuthError>) -> Result<Principal, AuthError> {
        if let Err(error) = &caller {
            self.count_panic(error);
        }
        caller
    }

    /// The hierarchies, for the access lock.
    pub(crate) fn hierarchies(&self) -> &Hierarchies {
        &self.config().hierarchies
    }

    pub(crate) fn count_panic(&self, error: &AuthError) {
        if matches!(error, AuthError::Panic) {
            self.inner.panics.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn scope_hierarchy(&self) -> &Hierarchy {
        &self.config().hierarchies.scopes
    }

    /// The answer to a request that a policy refuses.
    pub(super) fn refuse(&self, request: &Parts, rule: &'static Rule, error: &AuthError) -> Rejection {
        let refusal = self.refusal(rule, error);
        let kind = refusal.kind();
        let mut rejection =
            self.redirected(request, rule, &refusal).unwrap_or_else(|| self.written(refusal, Some(request)));
        // A hidden route reveals nothing.
        if kind != FailureKind::NotFound {
            self.clear_dead_cookie(request, rule.token(), error, &mut rejection);
        } else if let Some(state) = request.extensions.get::<HandlerState>() {
            Hidden::mark(&mut rejection, state);
        }
        rejection
    }

    /// What a client learns of a refusal by a policy.
    pub(super) fn refusal(&self, rule: &'static Rule, error: &AuthError) -> Refusal {
        let kind = match (self.class_of(error), rule.deny_as()) {
            // Any client can cause this, so a hidden route must not show by it.
            (_, DenyAs::NotFound) if matches!(error, AuthError::TenantFlood) && !rule.is_report_only() => {
                FailureKind::NotFound
            }
            (kind, _) if !kind.is_verdict() => kind,
            (_, DenyAs::NotFound) => FailureKind::NotFound,
            (kind, DenyAs::Refusal) => kind,
        };
        let way = match kind {
            FailureKind::MissingToken => way_to_ask_for(rule.requirement(), self.scope_hierarchy()),
            FailureKind::NotFound => Way::default(),
            _ => error.way().cloned().unwrap_or_default(),
        };
        Refusal::new(kind, way)
    }

    /// The class of a failure in the answers of this guard.
    pub(crate) fn class_of(&self, error: &AuthError) -> FailureKind {
        match error.kind() {
            FailureKind::MalformedRequest if self.config().answers.on_malformed == OnMalformed::BadToken => {
                FailureKind::InvalidToken
            }
            kind => kind,
        }
    }

    /// The redirect to the login page, for a browser without a valid token, or with one of another login than is asked for.
    fn redirected(&self, request: &Parts, rule: &Rule, refusal: &Refusal) -> Option<Rejection> {
        let (path, kind) = (rule.redirect()?, refusal.kind());
        let needs_login = matches!(
            kind,
            FailureKind::MissingToken
                | FailureKind::InvalidToken
                | FailureKind::InsufficientUserAuthentication
        );
        let response = needs_login
            .then(|| login_redirect(request, path, refusal.way(), &self.config().locations))
            .flatten()?;
        Some(Rejection::written(kind, response))
    }

    /// The answer to a failure. A renderer sees the head of `request`, without credentials.
    pub(crate) fn answer(
        &self,
        kind: FailureKind,
        way: impl Into<Way>,
        request: Option<&Parts>,
    ) -> Rejection {
        self.written(Refusal::new(kind, way), request)
    }

    pub(super) fn written(&self, refusal: Refusal, request: Option<&Parts>) -> Rejection {
        let Inner { protection, renderer, .. } = &*self.inner;
        let Some(renderer) = renderer else { return Rejection::new(&refusal, Some(protection)) };
        let kind = refusal.kind();
        let head = request.filter(|_| renderer.reads_request()).map(|request| self.head_of(request));
        match refusal.of_request(head).answer(Some(protection), renderer.as_ref()) {
            Ok(response) => Rejection::written(kind, response),
            Err(Panicked) => self.panicked("the renderer of refusals"),
        }
    }

    /// The answer after a panic of application code during authentication.
    pub(crate) fn panicked(&self, what: &'static str) -> Rejection {
        self.inner.panics.fetch_add(1, Ordering::Relaxed);
        let code = RefusalCode::Panicked.as_str();
        tracing::error!(target: "jwt_guard", code, what, "a panic was caught; the request was refused");
        // Without the renderer, which may be what panicked.
        Rejection::new(&Refusal::new(FailureKind::Internal, Way::default()), Some(&self.inner.protection))
    }
}

/// The place of an exchange of refresh tokens: method, route and handler. Without a route (in a fallback, behind
/// `nest_service`) the path counts as the client sent it, because a nest has taken its prefix away; the word before it
/// keeps it apart from a route.
pub(super) fn endpoint(request: &Parts, rule: &Rule) -> String {
    let handler = rule.declaration().map_or("", |declaration| declaration.handler);
    // A handler of `GET` serves `HEAD` too.
    let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
    match request.extensions.get::<MatchedPath>() {
        Some(route) => format!("{method} {} {handler}", route.as_str()),
        None => {
            let original = request.extensions.get::<OriginalUri>();
            let path = original.map_or(&request.uri, |original| &original.0).path();
            format!("{method} path {path} {handler}")
        }
    }
}

/// The answer of an extractor that needs a caller, on a handler without a policy or with a weaker one.
pub(crate) fn reject(request: &Parts, error: &AuthError) -> Rejection {
    let guard = JwtGuard::of(&request.extensions);
    let decision = Decision::of(&request.extensions);
    let rule = decision.and_then(|decision| decision.rule).unwrap_or(const { &Rule::authenticated() });
    let caller = decision.and_then(|decision| decision.caller.as_ref().ok());
    event::denied(rule, caller, error, Occasion::Request(request));
    let Some(guard) = guard else {
        return unconfigured();
    };
    let mut rejection = guard.answer(guard.class_of(error), Vec::new(), Some(request));
    guard.clear_dead_cookie(request, rule.token(), error, &mut rejection);
    rejection
}

/// The answer if no guard reaches the handler.
pub(super) fn unconfigured() -> Rejection {
    Rejection::new(&Refusal::new(FailureKind::NotConfigured, Way::default()), None)
}

/// Stores the decision in the request, and hides the headers with the token.
pub(super) fn store_decision(request: &mut Parts, decision: Decision) {
    let Some(guard) = decision.store(&mut request.extensions) else { return };
    match guard.config().locations.credentials {
        CredentialHandling::Keep => {
            places(guard.config()).for_each(|locations| locations.mark_sensitive(&mut request.headers));
        }
        CredentialHandling::Strip => {
            let guard = guard.configured();
            strip(request, guard.config());
        }
    }
}

/// Where a guard looks for tokens. Without its own cookies it reads both kinds in the same places.
fn places(config: &Config) -> impl Iterator<Item = &Locations> {
    let others = config.cookies.is_some().then_some(&config.refresh_locations);
    [Some(&config.locations), others].into_iter().flatten()
}

/// Takes the token out of the request, and keeps what it had. Out of line, because few guards strip.
#[inline(never)]
fn strip(request: &mut Parts, config: &Config) {
    let Parts { headers, uri, extensions, .. } = request;
    JwtGuard::withhold(headers, uri, extensions);
    let mut original = extensions.get::<OriginalUri>().cloned();
    for locations in places(config) {
        locations.strip(headers, uri);
        if let Some(OriginalUri(original)) = &mut original {
            locations.strip_uri(original);
        }
    }
    original.map(|original| extensions.insert(original));
}
