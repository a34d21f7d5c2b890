//! What the model remembers, and how it judges a token.

use std::time::SystemTime;

use jwt_guard::store::{Subject, TokenStatus};

use super::super::LEEWAY;
use super::{PARTNER, SUBJECTS, World};

/// A login of the store, with all of its tokens.
pub(super) struct Known {
    pub(super) subject: usize,
    pub(super) name: String,
    /// Refresh tokens in their order, and access tokens with their ends.
    pub(super) refresh: Vec<String>,
    pub(super) access: Vec<(String, SystemTime)>,
    pub(super) ended: bool,
    pub(super) ends: SystemTime,
}

/// A revocation by name.
pub(super) struct Named {
    pub(super) what: &'static str,
    pub(super) issuer: Option<&'static str>,
    pub(super) name: String,
    pub(super) ends: SystemTime,
}

/// A cut-off; of all if there is no subject.
pub(super) struct CutOff {
    pub(super) subject: Option<(Option<&'static str>, usize)>,
    pub(super) before: SystemTime,
    pub(super) ends: SystemTime,
}

/// A token without a login in the store: of a session of the partner, or of none.
pub(super) struct Foreign {
    pub(super) issuer: Option<&'static str>,
    pub(super) subject: usize,
    pub(super) id: String,
    pub(super) session: Option<String>,
    pub(super) issued_at: Option<SystemTime>,
}

pub(super) fn subject(issuer: Option<&str>, subject: usize) -> Subject {
    issuer.map_or(SUBJECTS[subject].into(), |issuer| Subject::of_issuer(issuer, SUBJECTS[subject]))
}

impl World {
    /// Two tokens of each session of the partner, of which one is new, and two without a session.
    pub(super) fn foreign(&self) -> Vec<Foreign> {
        let mut all = Vec::new();
        for subject in 0..SUBJECTS.len() {
            for (issuer, id, session) in [
                (Some(PARTNER), "old", Some("session")),
                (Some(PARTNER), "new", Some("session")),
                (Some(PARTNER), "undated", None),
                (None, "own", None),
            ] {
                let session = session.map(|name| format!("{name} {subject}"));
                let issued_at = match id {
                    "new" if !self.limited => Some(self.now),
                    "undated" => None,
                    _ => Some(self.start),
                };
                all.push(Foreign { issuer, subject, id: format!("{id} {subject}"), session, issued_at });
            }
        }
        all
    }

    pub(super) fn is_named(&self, what: &str, issuer: Option<&str>, name: Option<&str>) -> bool {
        self.named.iter().any(|named| {
            named.what == what
                && named.issuer == issuer
                && Some(&*named.name) == name
                && self.now < named.ends + LEEWAY
        })
    }

    /// Whether a foreign token is revoked; `None` if it may be either.
    pub(super) fn judge(&self, token: &Foreign) -> Option<TokenStatus> {
        if self.is_named("token", token.issuer, Some(&token.id))
            || self.is_named("family", token.issuer, token.session.as_deref())
        {
            return Some(TokenStatus::Revoked);
        }
        let whose = (token.issuer, token.subject);
        let covers = |cut: &&CutOff| {
            cut.subject.is_none_or(|subject| subject == whose)
                && token.issued_at.is_none_or(|issued_at| issued_at < cut.before)
        };
        let mut covering = self.cut_offs.iter().filter(covers).peekable();
        if covering.peek().is_none() {
            return (!self.limited).then_some(TokenStatus::Valid);
        }
        if covering.any(|cut| self.now < cut.ends + LEEWAY) {
            return Some(TokenStatus::Revoked);
        }
        // A cut-off counts as long as any access token does.
        let cut_offs = self.cut_offs.iter().map(|cut| cut.ends);
        let tokens = self.logins.iter().flat_map(|login| login.access.iter().map(|(_, ends)| *ends));
        let last = cut_offs.chain(tokens).chain([self.asked_for]).max()?;
        (!self.limited && self.now >= last + LEEWAY).then_some(TokenStatus::Valid)
    }
}
