//! The guard of a request and its decision, in the request's extensions.

use std::borrow::Cow;
use std::sync::Arc;

use http::request::Parts;
use http::{Extensions, HeaderMap, Uri};

use super::choice::ChooseGuard;
use super::{INSTALLED, JwtGuard};
use crate::error::{AuthError, Unreached};
use crate::location::Withheld;
use crate::policy::Rule;
use crate::principal::Principal;
use crate::token::TokenKind;

/// The type is private, so that no other value in the extensions is mistaken for it.
#[derive(Clone)]
struct InRequest {
    guard: Given,
    /// The decision of this guard. Another guard decides again.
    decision: Option<Decision>,
    /// What the request had before this guard stripped it.
    withheld: Option<Arc<Withheld>>,
}

/// The guard that a request was given.
#[derive(Clone)]
enum Given {
    /// None: the one that is installed decides.
    Nothing,
    Guard(JwtGuard),
    /// One of several, by the token of the request.
    Choice {
        guards: Arc<dyn ChooseGuard>,
        chosen: Option<Chosen>,
    },
}

/// The guard that was chosen for a kind of token.
#[derive(Clone)]
struct Chosen {
    token: TokenKind,
    guard: JwtGuard,
}

impl InRequest {
    fn of(guard: Given) -> Self {
        Self { guard, decision: None, withheld: None }
    }
}

impl Given {
    /// The guard; of several the default one, until one is chosen.
    fn current(&self) -> Option<&JwtGuard> {
        match self {
            Self::Nothing => INSTALLED.get(),
            Self::Guard(guard) => Some(guard),
            Self::Choice { guards, chosen } => {
                Some(chosen.as_ref().map_or_else(|| guards.default_guard(), |chosen| &chosen.guard))
            }
        }
    }
}

/// The guard that decides about a request, and what it knows of it.
pub(super) struct Deciding<'r> {
    pub(super) guard: &'r JwtGuard,
    pub(super) earlier: Option<&'r Decision>,
    pub(super) withheld: Option<&'r Withheld>,
}

/// Why no guard can decide about a request.
pub(crate) enum Undecided {
    /// The guard is to be chosen first.
    Choice(Arc<dyn ChooseGuard>),
    NoGuard(AuthError),
}

/// The decision of a request's guard, stored so that no token is verified twice.
#[derive(Clone)]
pub(super) struct Decision {
    pub(super) token: TokenKind,
    pub(super) caller: Result<Principal, AuthError>,
    pub(super) outcome: Admission,
    /// The policy that admitted the request, for the log of an extractor that refuses it afterwards.
    pub(super) rule: Option<&'static Rule>,
}

/// Whether a policy has admitted the request, and as whom.
#[derive(Clone, Copy, Debug)]
pub(super) enum Admission {
    Undecided,
    AsCaller,
    AsAnonymous,
    /// As an anonymous caller, without looking at credentials.
    Unseen,
    /// By a policy that is report-only, and would refuse: as the caller, or as an anonymous one.
    ReportedCaller,
    ReportedAnonymous,
}

impl JwtGuard {
    /// Makes this the guard of a request, as a layer would: for tests without a server, for a guard that
    /// something else than the token decides, for a WebSocket whose messages become requests. The last call wins. For tenants
    /// by the issuer of their tokens, see [`Tenants`](crate::tenants::Tenants).
    ///
    /// ```
    /// use axum::extract::FromRequestParts;
    /// use jwt_guard::{Claims, JwtGuard};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// let (mut parts, ()) = http::Request::get("/").body(())?.into_parts();
    /// guard.provide(&mut parts.extensions);
    /// let claims = <Claims as FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
    /// assert_eq!(claims.unwrap_err().kind(), jwt_guard::respond::FailureKind::MissingToken);
    /// # Ok(())
    /// # }
    /// ```
    pub fn provide(&self, extensions: &mut Extensions) {
        let known = match extensions.get::<InRequest>().map(|request| &request.guard) {
            None | Some(Given::Nothing) => INSTALLED.get(),
            Some(Given::Guard(guard)) => Some(guard),
            Some(Given::Choice { .. }) => None,
        };
        // If it is the guard already, its decision stays.
        if known.is_none_or(|known| known.id() != self.id()) {
            extensions.insert(InRequest::of(Given::Guard(self.clone())));
        }
    }

    /// The guard of a request; of several the default one, until one is chosen.
    pub(crate) fn of(request: &Extensions) -> Option<&Self> {
        request.get::<InRequest>().map_or_else(|| INSTALLED.get(), |request| request.guard.current())
    }

    /// The guard that decides about this kind of token.
    pub(super) fn deciding(request: &Extensions, token: TokenKind) -> Result<Deciding<'_>, Undecided> {
        let known = request.get::<InRequest>();
        let guard = match known.map(|request| &request.guard) {
            Some(Given::Guard(guard)) => guard,
            Some(Given::Choice { chosen: Some(chosen), .. }) if chosen.token == token => &chosen.guard,
            Some(Given::Choice { guards, .. }) => return Err(Undecided::Choice(Arc::clone(guards))),
            None | Some(Given::Nothing) => Self::required(request).map_err(Undecided::NoGuard)?,
        };
        Ok(Deciding {
            guard,
            earlier: known.and_then(|request| request.decision.as_ref()),
            withheld: known.and_then(|request| request.withheld.as_deref()),
        })
    }

    /// The request as its guard found it, with what this guard has stripped from it since. What another one has stripped
    /// stays away.
    pub(crate) fn seen(request: &Parts) -> Cow<'_, Parts> {
        match Self::withheld(&request.extensions) {
            Some(withheld) => Cow::Owned(withheld.put_back(request)),
            None => Cow::Borrowed(request),
        }
    }

    /// What the request had before this guard stripped it.
    pub(super) fn withheld(request: &Extensions) -> Option<&Withheld> {
        request.get::<InRequest>()?.withheld.as_deref()
    }

    /// Notes what the request has before its guard strips it.
    pub(super) fn withhold(headers: &HeaderMap, uri: &Uri, request: &mut Extensions) {
        let Some(known) = request.get_mut::<InRequest>() else { return };
        if known.withheld.is_none() {
            let withheld = Arc::new(Withheld::of(headers, uri));
            known.withheld = Some(Arc::clone(&withheld));
            // For a logout, which counts what an outer guard has stripped too.
            request.get_or_insert(withheld);
        }
    }

    /// The guard of a request, or the reason why there is none.
    pub(crate) fn required(request: &Extensions) -> Result<&Self, AuthError> {
        Self::of(request).ok_or_else(|| match request.get::<Self>() {
            Some(_) => AuthError::NoGuard(Unreached::OnlyAValue),
            None => AuthError::NoGuard(Unreached::NotProvided),
        })
    }
}

/// Several guards, of which one is chosen for each request.
impl JwtGuard {
    /// Makes these the guards of a request, as a layer would. The last call of this function and of
    /// [`provide`](Self::provide) wins.
    pub(crate) fn provide_choice(guards: Arc<dyn ChooseGuard>, extensions: &mut Extensions) {
        let known = Self::choice(extensions);
        if known.is_none_or(|known| !Arc::ptr_eq(known, &guards)) {
            extensions.insert(InRequest::of(Given::Choice { guards, chosen: None }));
        }
    }

    /// The guards of a request, whether one is chosen or not.
    pub(crate) fn choice(request: &Extensions) -> Option<&Arc<dyn ChooseGuard>> {
        match &request.get::<InRequest>()?.guard {
            Given::Choice { guards, .. } => Some(guards),
            Given::Nothing | Given::Guard(_) => None,
        }
    }

    /// The guards of a request, if none is chosen yet.
    pub(super) fn undecided(request: &Extensions) -> Option<Arc<dyn ChooseGuard>> {
        match &request.get::<InRequest>()?.guard {
            Given::Choice { guards, chosen: None } => Some(Arc::clone(guards)),
            _ => None,
        }
    }

    /// Notes that this guard was chosen for a request.
    pub(super) fn note_choice(self, token: TokenKind, request: &mut Extensions) {
        if let Some(InRequest { guard: Given::Choice { chosen, .. }, decision, .. }) = request.get_mut() {
            if chosen.as_ref().is_none_or(|known| known.guard.id() != self.id()) {
                // Another guard decides again.
                *decision = None;
            }
            *chosen = Some(Chosen { token, guard: self });
        }
    }

    /// Forgets which guard was chosen, and what it has decided: for a policy that does not look at the token.
    pub(super) fn forget_choice(request: &mut Extensions) {
        if let Some(InRequest { guard: Given::Choice { chosen, .. }, decision, .. }) = request.get_mut() {
            *chosen = None;
            *decision = None;
        }
    }
}

impl Decision {
    /// The earlier decision of this request's guard.
    pub(super) fn of(request: &Extensions) -> Option<&Self> {
        request.get::<InRequest>()?.decision.as_ref()
    }

    /// Stores the decision of this request's guard, and returns the guard.
    pub(super) fn store(self, request: &mut Extensions) -> Option<&JwtGuard> {
        let request = request.get_or_insert_with(|| InRequest::of(Given::Nothing));
        request.decision = Some(self);
        request.guard.current()
    }
}

impl Admission {
    pub(super) fn is_unseen(self) -> bool {
        matches!(self, Self::Unseen)
    }

    /// Whether the policy would refuse.
    pub(super) fn is_reported(self) -> bool {
        matches!(self, Self::ReportedCaller | Self::ReportedAnonymous)
    }
}
