//! The entries of a ledger.

use std::sync::Arc;
use std::time::Duration;

use crate::timestamp::Timestamp;

impl Timestamp {
    /// How long an entry counts after its token has expired: the largest leeway of a guard. A guard may accept tokens
    /// for so long, so a revocation must not be forgotten earlier.
    pub(in crate::store) const LEEWAY: Duration = Duration::from_secs(300);
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// A token that was issued.
    Allowed,
    /// The line and the epoch of the ledger.
    Era,
    /// A revoked login.
    Family,
    /// A living login.
    Login,
    /// A subject, or all subjects, whose tokens from before a moment are revoked.
    Subject,
    /// A revoked token.
    Token,
}

impl Kind {
    /// The numerous kinds, each in a table.
    pub(in crate::store) const TABLES: [Self; 5] =
        [Self::Allowed, Self::Family, Self::Login, Self::Subject, Self::Token];
}

/// One entry.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) struct Entry {
    /// When the last token of the entry expires.
    pub(in crate::store) ends: Timestamp,
    /// Its other contents.
    pub(in crate::store) note: Note,
}

/// The contents of an entry beside its name. Subjects are in the form of [`Subject::key`](crate::store::Subject::key).
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) enum Note {
    /// An issued token, and its subject.
    Allowed { subject: Arc<str>, family: Option<Arc<str>> },
    /// Revokes the tokens of logins from earlier epochs, and other tokens issued before the moment.
    CutOff { before: Timestamp, epoch: u64 },
    /// The epoch of the ledger.
    #[cfg_attr(
        not(feature = "store-file"),
        allow(dead_code, reason = "only a store that writes changes down keeps it")
    )]
    Era(u64),
    /// A living login.
    Login(Login),
    /// A revoked token or login, and its subject if known.
    Revoked { subject: Option<Arc<str>> },
}

/// The refresh tokens of a login.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) struct Login {
    pub(in crate::store) subject: Arc<str>,
    pub(in crate::store) current: Box<str>,
    pub(in crate::store) previous: Option<Box<str>>,
    pub(in crate::store) rotated: Timestamp,
    /// When the last of its access tokens ends.
    pub(in crate::store) access_ends: Timestamp,
    /// The endpoint that exchanged the previous token for the current one.
    pub(in crate::store) endpoint: Option<Box<str>>,
}

impl Entry {
    /// The later end of both, and the later cut-off: a weaker revocation never replaces a stronger one.
    pub(super) fn stricter(mut self, known: &Self) -> Self {
        self.ends = self.ends.max(known.ends);
        match (&mut self.note, &known.note) {
            (Note::CutOff { before, epoch }, Note::CutOff { before: known, epoch: since }) => {
                *before = (*before).max(*known);
                *epoch = (*epoch).max(*since);
            }
            (Note::Revoked { subject }, Note::Revoked { subject: known }) if subject.is_none() => {
                subject.clone_from(known);
            }
            _ => {}
        }
        self
    }

    pub(super) fn counts(&self, now: Timestamp) -> bool {
        now < self.ends.plus(Timestamp::LEEWAY)
    }

    /// Its subject.
    pub(super) fn subject(&self) -> Option<&Arc<str>> {
        match &self.note {
            Note::Allowed { subject, .. } | Note::Login(Login { subject, .. }) => Some(subject),
            Note::Revoked { subject } => subject.as_ref(),
            Note::CutOff { .. } | Note::Era(_) => None,
        }
    }

    /// Its login.
    pub(super) fn family(&self) -> Option<&Arc<str>> {
        match &self.note {
            Note::Allowed { family, .. } => family.as_ref(),
            _ => None,
        }
    }

    /// Orders the entries of a subject for eviction: first the login that was refreshed least recently, or the token
    /// that ends first.
    pub(super) fn order(&self) -> Timestamp {
        match &self.note {
            Note::Login(login) => login.rotated,
            _ => self.ends,
        }
    }
}
