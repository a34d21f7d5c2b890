//! `Session<T>` and `Option<Session<T>>`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::HeaderValue;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::caught::{Panicked, caught};
use crate::claims::typed::Misfit;
use crate::error::AuthError;
use crate::guard::{JwtGuard, known_principal, reject};
use crate::principal::Principal;
use crate::respond::Rejection;
use crate::session::{SessionData, SessionError, SessionId, Sessions};

/// The session of the caller: its payload through `Deref`, and methods to change and to end it.
///
/// It refuses with 401 a caller without a session, even with a valid token, and a session whose payload does not fit
/// `T`. `Option<Session<T>>` is `None` for a caller without a session, if the policy admits it. The guard has read the
/// store once.
///
/// ```
/// use axum::response::{IntoResponse, Response};
/// use http::{StatusCode, header::SET_COOKIE};
/// use jwt_guard::{authentication_required, extract::Session};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Basket {
///     pears: u32,
/// }
///
/// #[authentication_required]
/// async fn one_more(session: Session<Basket>) -> Result<String, StatusCode> {
///     let basket = Basket { pears: session.pears + 1 };
///     let saved = session.update(&basket).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
///     if saved { Ok(basket.pears.to_string()) } else { Err(StatusCode::UNAUTHORIZED) }
/// }
///
/// #[authentication_required]
/// async fn log_out(session: Session<Basket>) -> Response {
///     match session.delete().await {
///         Ok(clear) => [(SET_COOKIE, clear)].into_response(),
///         // The caller must not believe to be logged out.
///         Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
///     }
/// }
/// ```
pub struct Session<T> {
    sessions: Sessions,
    id: Box<str>,
    data: Arc<SessionData>,
    payload: T,
}

impl<T> Session<T> {
    /// The session as the guard read it: its subject, what it grants, and when it ends.
    pub fn data(&self) -> &SessionData {
        &self.data
    }

    /// The payload, for use beyond the request.
    pub fn into_inner(self) -> T {
        self.payload
    }

    /// Replaces the payload in the store; this value keeps the old one. False if the session was ended meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`Sessions::update`](crate::session::Sessions::update).
    pub async fn update(&self, payload: impl Serialize) -> Result<bool, SessionError> {
        Ok(self.sessions.update(&self.id, payload).await?.is_some())
    }

    /// Gives the session a new id, and returns its `Set-Cookie` value; `None` if the session was ended meanwhile. Do
    /// this when the caller gains rights.
    ///
    /// # Errors
    ///
    /// As for [`Sessions::rotate`](crate::session::Sessions::rotate).
    pub async fn rotate(self) -> Result<Option<HeaderValue>, SessionError> {
        let new: Option<SessionId> = self.sessions.rotate(&self.id).await?;
        Ok(new.map(|id| self.sessions.set_cookie(&id)))
    }

    /// Ends the session, and returns the `Set-Cookie` value that removes the cookie.
    ///
    /// # Errors
    ///
    /// As for [`Sessions::delete`](crate::session::Sessions::delete).
    pub async fn delete(self) -> Result<HeaderValue, SessionError> {
        self.sessions.delete(&self.id).await?;
        Ok(self.sessions.clear_cookie())
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Session<T> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let session = known_principal(request).await.cloned().and_then(|principal| read(&principal, request));
        session.and_then(|session| session.ok_or(AuthError::NoToken)).map_err(|error| reject(request, &error))
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for Session<T> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        match known_principal(request).await.cloned().and_then(|principal| read(&principal, request)) {
            Ok(session) => Ok(session),
            // `None` only without a session. A session that is over is refused here too.
            Err(AuthError::NoToken | AuthError::OtherScheme) => Ok(None),
            Err(error) => Err(reject(request, &error)),
        }
    }
}

/// The session of a caller; `None` for one without.
fn read<T: DeserializeOwned>(
    principal: &Principal,
    request: &Parts,
) -> Result<Option<Session<T>>, AuthError> {
    let credential = principal.identity().and_then(|identity| identity.opaque.as_ref());
    let Some((credential, data)) = credential.and_then(|known| Some((known, known.session.as_ref()?))) else {
        return Ok(None);
    };
    // Of the same guard: another one would have found a caller of its own.
    let Some(sessions) = JwtGuard::required(&request.extensions)?.sessions() else { return Ok(None) };
    // Deserializing runs application code.
    let payload = caught(|| data.payload()).map_err(|Panicked| AuthError::Panic)?;
    let payload = payload.map_err(|error| AuthError::Claims(Misfit::new::<T>(error.to_string())))?;
    let (sessions, id, data) = (sessions.clone(), credential.id.clone(), Arc::clone(data));
    Ok(Some(Session { sessions, id, data, payload }))
}

impl<T> Deref for Session<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.payload
    }
}

/// Hides the user, the payload and the id.
impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("data", &self.data).finish_non_exhaustive()
    }
}
