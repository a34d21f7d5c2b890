//! Server-side sessions beside tokens, or instead of them.

use std::sync::Arc;

use super::{Builder, HasAudience, HasKeys};
use crate::session::Sessions;
use crate::token::TokenSource;

impl<K, A> Builder<K, A> {
    /// Authenticates callers by a server-side session too: its cookie is another location, and the attributes,
    /// `Principal` and `Claims` work as for tokens. A guard with sessions needs no key and no audience; without them it
    /// does not accept tokens.
    ///
    /// A request with a session and a token is refused as one with two tokens is: 400 by default, 401 with
    /// [`malformed_as_invalid_token`](Self::malformed_as_invalid_token), and the first place counts with
    /// [`prefer_first`](Self::prefer_first). Requests that change something with the
    /// session's cookie must come from this site, by `Origin` and `Sec-Fetch-Site`. Without either header they are 403:
    /// a client that is not a browser sends the id in a [header](crate::session::SessionsBuilder::header).
    ///
    /// ```
    /// use jwt_guard::session::Sessions;
    /// use jwt_guard::JwtGuard;
    /// use tower_sessions_memory_store::MemoryStore;
    ///
    /// let guard = JwtGuard::builder().sessions(Sessions::new(MemoryStore::default())).build()?;
    /// assert!(guard.sessions().is_some());
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn sessions(mut self, sessions: Sessions) -> Builder<HasKeys, HasAudience> {
        // The last ones count.
        self.draft.resolvers.retain(|resolver| !resolver.is_for(b"", TokenSource::Session));
        self.draft.resolvers.push(Arc::new(sessions.clone()));
        self.draft.sessions = Some(sessions);
        self.into_state()
    }
}
