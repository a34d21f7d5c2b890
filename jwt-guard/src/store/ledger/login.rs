//! Logins: each has one current refresh token.

use std::sync::Arc;
use std::time::Duration;

use super::{Entry, Kind, Ledger, Login, Note, Room};
use crate::store::limits::warn_of_logins;
use crate::store::subject::is_of;
use crate::store::{Begun, Family, RefreshStatus, Revocation, Rotated, Rotation, StoreError};
use crate::timestamp::Timestamp;

impl Ledger {
    pub(in crate::store) fn begin(&mut self, family: Family, now: Timestamp) -> Result<Begun, StoreError> {
        self.sweep(now);
        let Family { id, subject, token, access_expires_at, expires_at } = family;
        let subject = Arc::<str>::from(subject.key());
        if self.families.living(&id, now).is_some() {
            return Err(StoreError::new("a new login has the name of a revoked one"));
        }
        match self.login(&id, now) {
            // The same call again, by a caller that lost the answer.
            Some(Login { current, previous: None, .. }) if **current == *token => return Ok(Begun::Living),
            Some(_) => return Err(StoreError::new("a new login has the name of a living one")),
            None => {}
        }
        self.make_room(&subject, now)?;
        if self.is_outrun(&subject, &id, now) {
            return Ok(Begun::Outrun);
        }
        let login = Login {
            subject,
            current: token.into(),
            previous: None,
            rotated: now,
            access_ends: Timestamp::ceil(access_expires_at),
            endpoint: None,
        };
        let ends = Timestamp::ceil(expires_at.max(access_expires_at));
        self.put(Kind::Login, id.into(), Entry { ends, note: Note::Login(login) })?;
        Ok(Begun::Living)
    }

    pub(in crate::store) fn rotate(
        &mut self,
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.sweep(now);
        let Rotation { family, presented, next, access_expires_at, expires_at, ends, endpoint, grace } =
            rotation;
        let (access_ends, expires_at) = (Timestamp::ceil(access_expires_at), Timestamp::ceil(expires_at));
        match self.refresh_status(&family, &presented, grace, now) {
            RefreshStatus::Current => {}
            RefreshStatus::Retried => return Ok(Rotated::Retried),
            RefreshStatus::Replaced(_) => {
                self.revoke_family(family.into(), None, access_ends, now)?;
                return Ok(Rotated::Reused);
            }
            RefreshStatus::Unknown => return Ok(Rotated::Unknown),
        }
        if let Some((id, ends)) = ends {
            let subject = self.login(&family, now).map(|login| login.subject.clone());
            // In a full ledger too: the login could never be refreshed again.
            self.revoke_token(id.into(), subject, Timestamp::ceil(ends), now, Room::Always)?;
        }
        // If that was one revocation too many, the login has ended with all others of its subject.
        let Some(old) = self.login(&family, now).cloned() else { return Ok(Rotated::Unknown) };
        let ends = self.logins.get(&family).map_or(expires_at, |entry| entry.ends.max(expires_at));
        let login = Login {
            current: next.into(),
            previous: Some(presented.into()),
            rotated: now,
            access_ends: old.access_ends.max(access_ends),
            endpoint: endpoint.map(Into::into),
            ..old
        };
        let ends = ends.max(access_ends);
        self.put(Kind::Login, family.into(), Entry { ends, note: Note::Login(login) })?;
        Ok(Rotated::Fresh)
    }

    /// The refresh tokens of a login, for [`unrotate`](Self::unrotate).
    #[cfg(feature = "store-file")]
    pub(in crate::store) fn login_of(&self, family: &str) -> Option<Login> {
        match &self.logins.get(family)?.note {
            Note::Login(login) => Some(login.clone()),
            _ => None,
        }
    }

    /// Takes back a rotation that was not acknowledged, if nothing has changed the login since: the caller has no other
    /// token than the one that was presented, and must be able to try again. What else the rotation has revoked or
    /// prolonged stays.
    #[cfg(feature = "store-file")]
    pub(in crate::store) fn unrotate(&mut self, family: &str, next: &str, before: Login) {
        let Some(mut entry) = self.logins.get(family).cloned() else { return };
        match &mut entry.note {
            Note::Login(login) if *login.current == *next => {
                let access_ends = login.access_ends;
                *login = Login { access_ends, ..before };
            }
            _ => return,
        }
        let name = family.into();
        self.note_change(Kind::Login, &name);
        self.logins.put(name, entry);
    }

    pub(in crate::store) fn refresh_status(
        &self,
        family: &str,
        presented: &str,
        grace: Duration,
        now: Timestamp,
    ) -> RefreshStatus {
        let Some(Login { current, previous, rotated, endpoint, .. }) = self.login(family, now) else {
            return RefreshStatus::Unknown;
        };
        // A clock that was set back makes no retry of a reuse, and without a grace nothing is a retry.
        let is_recent = !grace.is_zero() && now < rotated.plus(grace) && *rotated < now.plus(grace);
        if **current == *presented {
            RefreshStatus::Current
        } else if previous.as_deref() == Some(presented) && is_recent {
            RefreshStatus::Retried
        } else {
            RefreshStatus::Replaced(endpoint.as_deref().map(str::to_owned))
        }
    }

    /// A revocation of a login at one issuer, as that of the login if it lives here and its subject is of that issuer. A
    /// guard that only verifies the tokens of a login ends all of it, too; another issuer that names it ends none of it.
    pub(super) fn of_login(&self, what: Revocation) -> Revocation {
        let is_here = |id: &str, issuer: Option<&str>| {
            self.logins.get(id).and_then(Entry::subject).is_some_and(|subject| is_of(subject, issuer))
        };
        match what {
            Revocation::FamilyOf { issuer, id, expires_at } if is_here(&id, issuer.as_deref()) => {
                Revocation::Family { id, expires_at }
            }
            other => other,
        }
    }

    /// Ends a login with its issued tokens. Its revocation has room even if the store is full, so reuse has its effect. Its
    /// refresh tokens become unknown, so the revocation only has to last as long as the access tokens.
    pub(super) fn revoke_family(
        &mut self,
        name: Arc<str>,
        whose: Option<Arc<str>>,
        mut ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut subject, mut room) = (whose, Room::IfAny);
        if let Some(Entry { note: Note::Login(login), .. }) = self.logins.get(&name) {
            ends = ends.max(login.access_ends);
            (subject, room) = (Some(login.subject.clone()), Room::Always);
        }
        self.revoke_one(Kind::Family, name.clone(), subject, ends, now, room)?;
        self.remove(Kind::Login, &name);
        let listed: Vec<_> = self.allowed.of_family(&name).cloned().collect();
        for token in listed {
            self.remove(Kind::Allowed, &token);
        }
        Ok(())
    }

    /// Ends logins of a subject until one more is allowed; none if the store has no room for that one.
    fn make_room(&mut self, subject: &str, now: Timestamp) -> Result<(), StoreError> {
        if self.logins.count_of(subject) >= self.limits.most_logins() {
            self.forget_ended(&[Kind::Login], subject, now);
        }
        self.require_room(Kind::Login, subject, self.limits.most_logins())?;
        while self.logins.count_of(subject) >= self.limits.most_logins() {
            let Some(first) = self.logins.of_subject(subject).next().cloned() else { break };
            warn_of_logins(&self.limits);
            self.revoke_family(first, None, Timestamp::default(), now)?;
        }
        Ok(())
    }

    fn login(&self, family: &str, now: Timestamp) -> Option<&Login> {
        match &self.logins.living(family, now)?.note {
            Note::Login(login) => Some(login),
            _ => None,
        }
    }
}
