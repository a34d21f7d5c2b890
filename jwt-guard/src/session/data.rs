//! A valid session.

use std::fmt;
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use super::error::SessionError;
use super::record::Kept;
use crate::claims::names::NameSet;
use crate::principal::SessionData;
use crate::timestamp::Timestamp;

impl SessionData {
    pub(super) fn new(kept: Kept, expires_at: Timestamp, is_fresh: bool) -> Self {
        Self {
            subject: kept.subject,
            scopes: kept.scopes.iter().map(String::as_str).collect(),
            roles: kept.roles.iter().map(String::as_str).collect(),
            payload: kept.payload,
            login: kept.login,
            created_at: kept.created_at,
            last_seen: kept.last_seen,
            expires_at,
            is_fresh,
        }
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its scopes. The guard adds implied ones where they are used.
    pub fn scopes(&self) -> &NameSet {
        &self.scopes
    }

    /// Its roles, likewise.
    pub fn roles(&self) -> &NameSet {
        &self.roles
    }

    /// The payload, as the application's own type.
    ///
    /// ```
    /// # use jwt_guard::session::{NewSession, Sessions};
    /// # use tower_sessions_memory_store::MemoryStore;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), jwt_guard::session::SessionError> {
    /// let sessions = Sessions::new(MemoryStore::default());
    /// let id = sessions.create(NewSession::new("alice").payload(vec![4, 8])).await?;
    ///
    /// let session = sessions.read(id.as_str()).await?.expect("it was just begun");
    /// assert_eq!(session.payload::<Vec<u64>>()?, [4, 8]);
    /// assert!(session.payload::<bool>().is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The payload is not of this type, for example because an older version of the application wrote it. The error
    /// says where, without quoting it.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, SessionError> {
        serde_json::from_str(self.payload.get())
            .map_err(|error| SessionError::payload("the payload is not of the type asked for", &error))
    }

    /// The payload as JSON text.
    pub fn payload_json(&self) -> &str {
        self.payload.get()
    }

    /// When the session was created. A [rotation](super::Sessions::rotate) does not change it.
    pub fn created_at(&self) -> SystemTime {
        self.created_at.to_system()
    }

    /// Whether the login was recent, by [`fresh_for`](super::SessionsBuilder::fresh_for), when the session was read.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// When the person logged in: when the session was created, unless
    /// [`NewSession::auth_time`](super::NewSession::auth_time) said otherwise.
    pub fn auth_time(&self) -> SystemTime {
        self.login.auth_time.unwrap_or(self.created_at).to_system()
    }

    /// How strongly the person logged in, if the application said so.
    pub fn acr(&self) -> Option<&str> {
        self.login.acr.as_deref()
    }

    /// By which methods the person logged in, if the application said so.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.login.amr.iter().map(String::as_str)
    }

    /// When the session was last used, to the minute, or to a tenth of `idle_timeout` if that is less.
    pub fn last_seen(&self) -> SystemTime {
        self.last_seen.to_system()
    }

    /// When the session ends if it is not used before.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at.to_system()
    }

    pub(super) fn created(&self) -> Timestamp {
        self.created_at
    }

    pub(super) fn ends(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for SessionData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionData")
            .field("scopes", &self.scopes)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}
