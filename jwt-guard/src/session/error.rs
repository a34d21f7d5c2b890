//! Why a session could not be made, read or ended.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use tower_sessions_core::session_store;

use crate::random::NoRandomness;

/// A session that could not be made, read or ended.
///
/// It is never a verdict on the caller: an id that nobody knows is `None`, and a store that does not answer is this
/// error, and 503 where the guard answers. The message holds no session id, no subject and nothing of a payload; the
/// store's own error is kept as `source`, and what that says is up to the store.
///
/// ```
/// use jwt_guard::session::{NewSession, SessionErrorKind, Sessions};
/// use tower_sessions_memory_store::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sessions = Sessions::new(MemoryStore::default());
/// let error = sessions.create(NewSession::new("")).await.unwrap_err();
/// assert_eq!(error.kind(), SessionErrorKind::Name);
/// assert_eq!(error.to_string(), "the subject is empty");
/// # }
/// ```
pub struct SessionError {
    kind: SessionErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What went wrong with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The clock of this machine is before 1970 or after 9999.
    Clock,
    /// The crypto backend could not hash.
    Crypto,
    /// A name is empty or illegal: of the subject, a scope or a role.
    Name,
    /// The payload is no JSON that guards accept, or not of the type that was asked for.
    Payload,
    /// The operating system gives no randomness.
    Randomness,
    /// The store holds something else than a session where the session should be.
    Record,
    /// The store did not answer, or did not keep what it was told. Nothing is known of the session.
    Store,
}

impl SessionError {
    pub(super) fn new(kind: SessionErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A payload that is no JSON, or not of a type. The cause is not kept: it would quote the payload.
    pub(super) fn payload(what: &str, cause: &serde_json::Error) -> Self {
        let class = match cause.classify() {
            serde_json::error::Category::Io => "io",
            serde_json::error::Category::Syntax => "syntax",
            serde_json::error::Category::Data => "data",
            serde_json::error::Category::Eof => "end of text",
        };
        let message = format!("{what} ({class} error at line {} column {})", cause.line(), cause.column());
        Self::new(SessionErrorKind::Payload, message)
    }

    /// What is wrong, as a class to match on.
    pub fn kind(&self) -> SessionErrorKind {
        self.kind
    }
}

impl From<NoRandomness> for SessionError {
    fn from(source: NoRandomness) -> Self {
        Self::new(SessionErrorKind::Randomness, "the session could not be given an id").because(source)
    }
}

impl From<session_store::Error> for SessionError {
    fn from(source: session_store::Error) -> Self {
        Self::new(SessionErrorKind::Store, "the session store could not answer").because(source)
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Without the source, which may quote what the store was asked.
impl fmt::Debug for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionError").field("kind", &self.kind).field("message", &self.message).finish()
    }
}
