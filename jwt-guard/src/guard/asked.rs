//! The request that a guard was extracted from: for refusals of the handler, which look as those of the guard.

use std::fmt;
use std::sync::Arc;

use axum::extract::{MatchedPath, OriginalUri};
use http::Request;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, REFERER};
use http::request::Parts;

use super::JwtGuard;
use super::admit::endpoint;
use super::event::{self, Occasion};
use super::in_request::Decision;
use crate::causes::escaped;
use crate::cookies::csrf::{CrossSite, is_safe};
use crate::error::AuthError;
use crate::location::LocationError;
use crate::policy::Rule;
use crate::respond::{HandlerState, Hidden, Rejection};
use crate::token::TokenSource;

/// What the browser says of a logout, if it may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogoutSite {
    /// It is from this site, or a client does not say.
    Ours,
    /// It is from another site, which sends a header only if CORS lets it: its own credential may end, and no cookie of the
    /// browser.
    ByHeader,
}

/// What an anonymous caller may have.
pub(crate) enum Overlooked<'a> {
    /// Anything: no credential was looked at.
    Everything,
    /// A credential that may live, and does not stand for a caller for this reason.
    Refused(&'a AuthError),
}

/// What is left of a request in its handler.
pub(super) struct Asked {
    /// The head without credentials, and the route.
    request: Parts,
    decision: Option<Decision>,
    /// Whether a session of the request is in a header, which a browser does not send by itself.
    session_in_header: bool,
    /// Whether the request has more credentials than the one that was looked at.
    has_others: bool,
    /// The state of the handler, if the policy hides the route.
    state: Option<HandlerState>,
}

impl JwtGuard {
    /// Refuses the request for a reason of the handler, such as that the order is another customer's.
    ///
    /// The client gets the guard's answer to a caller who may not do this: 403, or what the policy of the handler says
    /// of refusals (`deny_as = "not_found"`). The log gets the line that every refusal has, with `reason`, which should
    /// not name the caller. Take the guard as a parameter of the handler: one from elsewhere does not know the request,
    /// so that method, route, handler and policy are missing from the line.
    ///
    /// ```
    /// use axum::extract::Path;
    /// use jwt_guard::respond::Rejection;
    /// use jwt_guard::{JwtGuard, Principal, requires};
    ///
    /// # fn customer_of(_: u64) -> Option<&'static str> { None }
    /// #[requires(scope = "orders:read")]
    /// async fn order(guard: JwtGuard, caller: Principal, Path(id): Path<u64>) -> Result<String, Rejection> {
    ///     if customer_of(id) != caller.subject() {
    ///         return Err(guard.forbid("the order is another customer's"));
    ///     }
    ///     Ok(format!("order {id}"))
    /// }
    /// ```
    pub fn forbid(&self, reason: impl fmt::Display) -> Rejection {
        const RULE: &Rule = &Rule::authenticated();

        let error = AuthError::ByHandler(escaped(&reason.to_string()));
        let asked = self.asked.as_deref();
        let decision = asked.and_then(|asked| asked.decision.as_ref());
        let caller = decision.and_then(|decision| decision.caller.as_ref().ok());
        let rule = self.rule().unwrap_or(RULE);
        event::denied(rule, caller, &error, self.occasion());
        let mut rejection = self.written(self.refusal(rule, &error), asked.map(|asked| &asked.request));
        if let Some(state) = asked.and_then(|asked| asked.state.as_ref()) {
            Hidden::mark(&mut rejection, state);
        }
        rejection
    }

    /// This guard, knowing the request that it is extracted from.
    pub(crate) fn asked_by(&self, request: &Parts) -> Self {
        let mut head = self.head_of(request);
        if let Some(route) = request.extensions.get::<MatchedPath>() {
            head.extensions.insert(route.clone());
        }
        let locations = &self.config().locations;
        let asked = Asked {
            request: head,
            decision: Decision::of(&request.extensions).cloned(),
            session_in_header: locations.any_session_header()
                && locations.finds_in_session_header(&Self::seen(request)),
            has_others: locations.prefers_first() && locations.has_several(&Self::seen(request)),
            state: request.extensions.get::<HandlerState>().cloned(),
        };
        Self { asked: Some(Arc::new(asked)), ..self.clone() }
    }

    /// Whether no page of another site sent the request, whatever its method. Any page may, if the guard reads no cookie.
    pub(crate) fn check_site(&self, request: &Parts) -> Result<(), CrossSite> {
        let config = self.config();
        if config.reads_cookies() { config.csrf.check_site(request) } else { Ok(()) }
    }

    /// Whether no page of another site caused a logout by the request that the guard was extracted from: of a caller whose
    /// credential has this source, or of an anonymous one, whose cookies are cleared. A guard that knows no request cannot
    /// tell.
    pub(crate) fn site_of_logout(&self, source: Option<TokenSource>) -> Result<LogoutSite, CrossSite> {
        let Some(Asked { request, session_in_header, .. }) = self.asked.as_deref() else {
            return Ok(LogoutSite::Ours);
        };
        let by_header = match source {
            Some(TokenSource::AuthorizationHeader | TokenSource::Header) => true,
            Some(TokenSource::Session) => *session_in_header,
            _ => false,
        };
        let by_cookie = !by_header && matches!(source, Some(TokenSource::Cookie | TokenSource::Session));
        // A logout changes something, whatever the method. For the methods that do, the caller has proved more before.
        let site = if by_cookie && is_safe(&request.method) {
            self.config().csrf.check_session_logout(request)
        } else {
            self.check_site(request)
        };
        match site {
            Err(_) if by_header => Ok(LogoutSite::ByHeader),
            site => site.map(|()| LogoutSite::Ours),
        }
    }

    /// What an anonymous caller of the request that the guard was extracted from may still have; `None` if nothing.
    pub(crate) fn overlooked(&self) -> Option<Overlooked<'_>> {
        const SEVERAL: &AuthError = &AuthError::Location(LocationError::Ambiguous);

        let asked = self.asked.as_deref();
        match asked.and_then(|asked| asked.decision.as_ref()) {
            Some(Decision { caller: Err(error), outcome, .. }) if !outcome.is_unseen() => {
                let has_others = asked.is_some_and(|asked| asked.has_others);
                let reason = if error.is_over() { has_others.then_some(SEVERAL) } else { Some(error) };
                reason.map(Overlooked::Refused)
            }
            _ => Some(Overlooked::Everything),
        }
    }

    /// The head of the request that the guard was extracted from, without credentials.
    pub(crate) fn asking_head(&self) -> Option<&Parts> {
        self.asked.as_deref().map(|asked| &asked.request)
    }

    /// The policy that admitted the request that the guard was extracted from.
    pub(crate) fn rule(&self) -> Option<&'static Rule> {
        self.asked.as_deref()?.decision.as_ref()?.rule
    }

    /// The endpoint of the request that the guard was extracted from.
    pub(super) fn asking_endpoint(&self) -> Option<String> {
        const RULE: &Rule = &Rule::authenticated();

        self.asking_head().map(|request| endpoint(request, self.rule().unwrap_or(RULE)))
    }

    pub(super) fn occasion(&self) -> Occasion<'_> {
        Occasion::Caller(self.config(), self.asking_head())
    }

    /// Method, address and headers of a request, without the credentials of this guard and the usual ones of others.
    pub(super) fn head_of(&self, request: &Parts) -> Parts {
        let mut head = Request::new(()).into_parts().0;
        let original = request.extensions.get::<OriginalUri>();
        head.method.clone_from(&request.method);
        head.uri.clone_from(original.map_or(&request.uri, |original| &original.0));
        head.version = request.version;
        head.headers.clone_from(&request.headers);
        let config = self.config();
        for locations in [&config.locations, &config.refresh_locations] {
            locations.strip(&mut head.headers, &mut head.uri);
        }
        // The address of the page before may have a token in its query.
        for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, REFERER] {
            head.headers.remove(name);
        }
        if let Some(csrf) = &config.csrf.header {
            head.headers.remove(csrf);
        }
        head
    }
}

/// The request is its caller's.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked(..)")
    }
}
