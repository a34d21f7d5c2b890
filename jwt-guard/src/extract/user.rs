//! `CurrentUser<U>` and `Option<CurrentUser<U>>`.

use std::any::type_name;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::claims::typed::Misfit;
use crate::error::AuthError;
use crate::guard::{JwtGuard, known_principal, reject};
use crate::principal::Principal;
use crate::respond::{Refusal, Rejection};

/// The application's own user, as the guard's [`load_user`](crate::setup::Builder::load_user) found it.
///
/// It refuses a caller without a token; `Option<CurrentUser<U>>` is `None` for one, if the policy admits anonymous
/// callers. The user is loaded once, however many extractors a handler and its layers have. `U` must be the type of the
/// loader: otherwise the answer is 500, and the log names both.
///
/// ```
/// use jwt_guard::{anonymous_allowed, extract::CurrentUser};
///
/// struct User {
///     name: String,
/// }
///
/// #[anonymous_allowed]
/// async fn greet(user: Option<CurrentUser<User>>) -> String {
///     user.map_or("hello stranger".to_owned(), |user| format!("hello {}", user.name))
/// }
/// ```
pub struct CurrentUser<U>(Arc<U>);

impl<U> CurrentUser<U> {
    /// The user, for use beyond the request.
    pub fn into_inner(self) -> Arc<U> {
        self.0
    }
}

impl<S: Sync, U: Send + Sync + 'static> FromRequestParts<S> for CurrentUser<U> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let user = known_principal(request).await.and_then(loaded);
        user.and_then(|user| user.ok_or(AuthError::NoToken)).map_err(|error| reject(request, &error))
    }
}

impl<S: Sync, U: Send + Sync + 'static> OptionalFromRequestParts<S> for CurrentUser<U> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        match known_principal(request).await.and_then(loaded) {
            Ok(user) => Ok(user),
            // `None` only without a token. A bad token and an unknown user are refused here too.
            Err(AuthError::NoToken | AuthError::OtherScheme) => Ok(None),
            Err(error) => Err(reject(request, &error)),
        }
    }
}

impl JwtGuard {
    /// The user of a caller whom [`verify`](Self::verify) found, as the guard's loader found it.
    ///
    /// # Errors
    ///
    /// The caller is anonymous, or the guard loads no user or one of another type; the log has the reason.
    pub fn user_of<U: Send + Sync + 'static>(&self, caller: &Principal) -> Result<CurrentUser<U>, Refusal> {
        let user = loaded(caller).and_then(|user| user.ok_or(AuthError::NoToken));
        user.map_err(|error| self.unreadable(caller, &error))
    }
}

/// The user of a caller; `None` for an anonymous one.
fn loaded<U: Send + Sync + 'static>(principal: &Principal) -> Result<Option<CurrentUser<U>>, AuthError> {
    if !principal.is_authenticated() {
        return Ok(None);
    }
    if principal.is_machine() {
        return Err(AuthError::Claims(Misfit::of_machine::<CurrentUser<U>>()));
    }
    let wanted = type_name::<U>();
    let Some(loaded) = principal.user() else {
        return Err(AuthError::WrongUser { wanted, loaded: None });
    };
    match Arc::clone(&loaded.user).downcast::<U>() {
        Ok(user) => Ok(Some(CurrentUser(user))),
        Err(_) => Err(AuthError::WrongUser { wanted, loaded: Some(loaded.of) }),
    }
}

impl<U> Deref for CurrentUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Hides the user, which is personal data.
impl<U> fmt::Debug for CurrentUser<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CurrentUser(..)")
    }
}
