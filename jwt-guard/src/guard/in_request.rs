//! The guard of a request and its decision, in the request's extensions.

use http::Extensions;

use super::{INSTALLED, JwtGuard};
use crate::error::{AuthError, Unreached};
use crate::policy::Rule;
use crate::principal::Principal;
use crate::token::TokenKind;

/// The type is private, so that no other value in the extensions is mistaken for it.
#[derive(Clone)]
struct InRequest {
    /// The guard that the request was given; `None` for the one that is installed.
    guard: Option<JwtGuard>,
    /// The decision of this guard. Another guard decides again.
    decision: Option<Decision>,
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
}

impl JwtGuard {
    /// Makes this the guard of a request, as a layer would: for tests without a server, for the tenant of a request,
    /// for a WebSocket whose messages become requests. The last call wins.
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
        // If it is the guard already, its decision stays.
        if Self::of(extensions).is_none_or(|known| known.id() != self.id()) {
            extensions.insert(InRequest { guard: Some(self.clone()), decision: None });
        }
    }

    /// The guard of a request.
    pub(crate) fn of(request: &Extensions) -> Option<&Self> {
        let given = request.get::<InRequest>().and_then(|request| request.guard.as_ref());
        given.or_else(|| INSTALLED.get())
    }

    /// The guard of a request, or the reason why there is none.
    pub(crate) fn required(request: &Extensions) -> Result<&Self, AuthError> {
        Self::of(request).ok_or_else(|| match request.get::<Self>() {
            Some(_) => AuthError::NoGuard(Unreached::OnlyAValue),
            None => AuthError::NoGuard(Unreached::NotProvided),
        })
    }
}

impl Decision {
    /// The earlier decision of this request's guard.
    pub(super) fn of(request: &Extensions) -> Option<&Self> {
        request.get::<InRequest>()?.decision.as_ref()
    }

    /// Stores the decision of this request's guard.
    pub(super) fn store(self, request: &mut Extensions) {
        match request.get_mut::<InRequest>() {
            Some(request) => request.decision = Some(self),
            None => {
                request.insert(InRequest { guard: None, decision: Some(self) });
            }
        }
    }
}

impl Admission {
    pub(super) fn is_unseen(self) -> bool {
        matches!(self, Self::Unseen)
    }
}
