//! The records in the store: sessions, marks of ended sessions, and generations of a subject's sessions or of all.
//!
//! Each is one JSON string under one name of the record's map, so that it does not depend on the format of the store:
//! numbers and names with dots come back unchanged, and builds with different features of `serde_json` read each
//! other's records.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tower_sessions_core::session::{Id, Record};

use super::builder::LONGEST;
use super::error::{SessionError, SessionErrorKind};
use super::id::SessionPlace;
use crate::principal::LoginOfSession;
use crate::timestamp::Timestamp;

/// The only name of a record's map.
const MEMBER: &str = "jwt_guard";

/// The contents of one record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionRecord {
    /// The session, or the lineage, was ended, and must not come back.
    Ended,
    Session(Kept),
    /// A rotation gave the session another id, and it must not come back under this one.
    Replaced {
        lineage: String,
        at: Timestamp,
    },
    /// The place of the newest session of a lineage.
    Newest(SessionPlace),
    /// The generation that sessions of a subject, or all sessions, must have.
    Generation(String),
}

/// A session.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) payload: Box<RawValue>,
    #[serde(default)]
    pub(super) login: Box<LoginOfSession>,
    pub(super) created_at: Timestamp,
    /// The absolute limit at the login. No other setting prolongs it, so it is known how long marks are needed.
    #[serde(default = "longest")]
    pub(super) lifetime: Duration,
    pub(super) last_seen: Timestamp,
    /// The lineage; `None` until the session has a second id.
    pub(super) lineage: Option<String>,
    /// The generations at the login.
    pub(super) generations: Generations,
}

fn longest() -> Duration {
    LONGEST
}

/// The current generations: `None` without a mark.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Generations {
    pub(super) subject: Option<String>,
    pub(super) everybody: Option<String>,
}

impl Generations {
    /// Whether a session with the generations `others` is valid under these. Without a mark nothing was ended within
    /// the lifetime of sessions, so every generation is valid.
    pub(super) fn allow(&self, others: &Self) -> bool {
        let counts = |mark: &Option<String>, own: &Option<String>| mark.is_none() || mark == own;
        counts(&self.subject, &others.subject) && counts(&self.everybody, &others.everybody)
    }
}

impl SessionRecord {
    /// A record with these contents until `expires_at`.
    pub(super) fn write(&self, id: Id, expires_at: Timestamp) -> Result<Record, SessionError> {
        let text = serde_json::to_string(self)
            .map_err(|error| SessionError::payload("the session is not JSON", &error))?;
        let data = HashMap::from([(MEMBER.to_owned(), Value::String(text))]);
        Ok(Record { id, data, expiry_date: expires_at.to_store()? })
    }

    /// Reads the contents of a record.
    pub(super) fn read(record: &Record) -> Result<Self, SessionError> {
        // The cause is dropped: it would quote the record.
        let text = record.data.get(MEMBER).and_then(Value::as_str);
        text.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(unexpected)
    }
}

/// Data that this module did not write.
pub(super) fn unexpected() -> SessionError {
    SessionError::new(
        SessionErrorKind::Record,
        "the session store holds a record that is not of this kind or version: give sessions a store of their own",
    )
}
