//! What the store keeps: sessions, marks that a session was ended, and marks that all of a subject, or all, were.
//!
//! Each is one string of JSON under one name of the record's map, whatever format the store writes: numbers and names
//! with dots come back as they were, and two builds with different features of `serde_json` read each other's records.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tower_sessions_core::session::{Id, Record};

use super::error::{SessionError, SessionErrorKind};
use super::id::Place;
use crate::timestamp::Timestamp;

/// The only name of a record's map.
const MEMBER: &str = "jwt_guard";

/// What one record holds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    /// The session was ended, and must not come back; or the lineage was.
    Ended,
    Session(Kept),
    /// A rotation gave the session another id, and it must not come back under this one.
    Replaced {
        lineage: String,
        at: Timestamp,
    },
    /// Where the newest session of a lineage is.
    Newest(Place),
    /// Sessions of a subject, or of everybody, count only if they were begun with this.
    Generation(String),
}

/// A session.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) payload: Box<RawValue>,
    pub(super) created_at: Timestamp,
    pub(super) last_seen: Timestamp,
    /// What all ids of the session have in common; `None` until it has a second one.
    pub(super) lineage: Option<String>,
    /// Those of the time when the caller logged in.
    pub(super) generations: Generations,
}

/// What sessions are compared with: `None` where there is no mark.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Generations {
    pub(super) subject: Option<String>,
    pub(super) everybody: Option<String>,
}

impl Generations {
    /// Whether a session that was begun with `others` counts under these marks. Without a mark nothing was ended for as
    /// long as sessions live, so every generation counts.
    pub(super) fn allow(&self, others: &Self) -> bool {
        let counts = |mark: &Option<String>, own: &Option<String>| mark.is_none() || mark == own;
        counts(&self.subject, &others.subject) && counts(&self.everybody, &others.everybody)
    }
}

impl Entry {
    /// The record that holds this until `expires_at`.
    pub(super) fn write(&self, id: Id, expires_at: Timestamp) -> Result<Record, SessionError> {
        let text = serde_json::to_string(self)
            .map_err(|error| SessionError::payload("the session is no JSON", &error))?;
        let data = HashMap::from([(MEMBER.to_owned(), Value::String(text))]);
        Ok(Record { id, data, expiry_date: expires_at.to_store()? })
    }

    /// What a record holds.
    pub(super) fn read(record: &Record) -> Result<Self, SessionError> {
        // The cause is not kept: it would quote the record.
        let text = record.data.get(MEMBER).and_then(Value::as_str);
        text.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(unexpected)
    }
}

/// Something that this module did not write there.
pub(super) fn unexpected() -> SessionError {
    SessionError::new(
        SessionErrorKind::Record,
        "the session store holds a record that is not of this kind or version: give sessions a store of their own",
    )
}
