//! Server-side sessions, as a guard sees them: a cookie, and whoever knows what it stands for.

#[cfg(feature = "sessions")]
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
#[cfg(feature = "sessions")]
use std::sync::Arc;

use http::HeaderValue;

use crate::claims::names::NameSet;

/// What a session says of its caller.
pub(crate) struct SessionCaller {
    /// The JSON object of a token's claims.
    pub(crate) claims: String,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    /// Whether the login that began the session was not long ago.
    pub(crate) is_fresh: bool,
    /// The session itself, for the extractor.
    #[cfg(feature = "sessions")]
    pub(crate) session: Arc<dyn Any + Send + Sync>,
}

/// What the id of a session stands for.
#[cfg_attr(
    not(feature = "sessions"),
    expect(dead_code, reason = "without the feature there are no sessions")
)]
pub(crate) enum FoundSession {
    Caller(SessionCaller),
    /// For none any more: the session has another id, which the client may have been given already.
    Replaced,
    Nothing,
}

/// The answer to the id of a session: a reason where the store cannot say.
pub(crate) type Identified<'a> = Pin<Box<dyn Future<Output = Result<FoundSession, String>> + Send + 'a>>;

/// Whoever holds the sessions.
pub(crate) trait SessionSource: fmt::Debug + Send + Sync + 'static {
    /// The cookie that carries the id.
    fn cookie_name(&self) -> &str;

    /// The header that carries the id, for clients without cookies.
    fn header_name(&self) -> Option<&str>;

    /// The value of `Set-Cookie` that takes the cookie away.
    fn clear_cookie(&self) -> HeaderValue;

    /// The caller that an id stands for.
    fn identify<'a>(&'a self, id: &'a str) -> Identified<'a>;

    /// As [`identify`](Self::identify), for a logout: not a use of the session, and an id that was replaced ends nothing.
    fn examine<'a>(&'a self, id: &'a str) -> Identified<'a>;

    /// The holder itself, for the application.
    #[cfg(feature = "sessions")]
    fn as_any(&self) -> &dyn Any;
}
