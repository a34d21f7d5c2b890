//! What a logout ends: each login and each session once, and nothing before all of them are known.

use super::error::LoginError;
use super::sealed::{End, Ended};
use crate::claims::ClaimsSource;
use crate::guard::JwtGuard;
#[cfg(feature = "sessions")]
use crate::session::Sessions;
use crate::store::{Revocation, Subject, TokenStore};
use crate::timestamp::{later, whole_minute};
use crate::token::{TokenKind, TokenSource};

/// Why a guard ends nothing of what another one has found: it knows neither its store nor its cookies.
pub(super) const ANOTHER_GUARD: &str = "another guard has read the request: a logout needs the guard of the request, as the \
                                        parameter `JwtGuard` gives it";

/// A login to revoke or a session to end, with the guard that knows it.
pub(super) enum Ending<'e> {
    Login(&'e JwtGuard, &'e dyn TokenStore, Subject, Revocation),
    #[cfg(feature = "sessions")]
    Session(&'e JwtGuard, &'e Sessions, &'e str),
}

impl JwtGuard {
    /// What a logout has to end. Two tokens of one login are one.
    ///
    /// # Errors
    ///
    /// One of them would live on: it is of another guard, or nothing can end it.
    pub(super) fn endings<'e>(&'e self, ends: &'e [End<'e>]) -> Result<Vec<Ending<'e>>, LoginError> {
        let mut endings = Vec::with_capacity(ends.len());
        for End { ended, guard } in ends {
            let Some(ending) = self.ending(ended, guard.unwrap_or(self))? else { continue };
            if !endings.iter_mut().any(|known: &mut Ending<'_>| known.joins(&ending)) {
                endings.push(ending);
            }
        }
        Ok(endings)
    }

    /// What ends a credential that `guard` has verified; `None` if it ends with the cookie that this guard clears.
    fn ending<'e>(&self, ended: &'e Ended<'e>, guard: &'e Self) -> Result<Option<Ending<'e>>, LoginError> {
        #[cfg_attr(
            not(feature = "sessions"),
            expect(clippy::infallible_destructuring_match, reason = "with sessions there is a second end")
        )]
        let token = match ended {
            Ended::Token(token) => token,
            #[cfg(feature = "sessions")]
            Ended::Session(id) => return self.ending_session(guard, id).map(Some),
        };
        let config = guard.config();
        if !config.has_verified(token.0) {
            return Err(LoginError::unconfigured(self, ANOTHER_GUARD));
        }
        #[cfg(feature = "sessions")]
        if let (TokenSource::Session, Some(id)) = (token.1, token.0.opaque_id()) {
            return self.ending_session(guard, id).map(Some);
        }
        if let Some(store) = config.token_store() {
            let subject = config.subject_of(token.0);
            return Ok(guard.end_of(token.0).map(|what| Ending::Login(guard, &**store, subject, what)));
        }
        let kind = token.0.verified_as().map_or(TokenKind::Access, |token| token.kind);
        if token.1 == TokenSource::Cookie && self.config().sets_cookies_of(kind) {
            return Ok(None);
        }
        let message = "the guard of a token has no store that could revoke it, and the answer does not clear its cookie, so it \
                       would live on: a logout needs `.token_store(..)` on the builder of that guard";
        Err(LoginError::unconfigured(self, message))
    }

    #[cfg(feature = "sessions")]
    fn ending_session<'e>(&self, guard: &'e Self, id: &'e str) -> Result<Ending<'e>, LoginError> {
        let Some(sessions) = guard.sessions() else {
            let message = "the caller has a session; a logout needs the guard that has it: `.sessions(..)`";
            return Err(LoginError::unconfigured(self, message));
        };
        Ok(Ending::Session(guard, sessions, id))
    }

    /// The revocation of the login of a token, or of the token.
    fn end_of(&self, token: &dyn ClaimsSource) -> Option<Revocation> {
        let (config, claims) = (self.config(), token.claims());
        let expires_at = claims.expires_at().to_system();
        // A store knows the logins of the guard's own issuer. Another issuer can give its tokens any id.
        let issuer = (!config.is_own(token.verified_as()))
            .then(|| config.issuer_of(token.verified_as()).map(str::to_owned));
        match (claims.family(), claims.token_id()) {
            (Some(family), _) => {
                // The newest access token of the login may end later than this token. Its refresh tokens are unknown to the
                // store from now on.
                let latest = later(config.access.now(), config.longest_life(TokenKind::Access));
                // A logout that is repeated says the same again, which stores need not write.
                let latest = whole_minute(latest);
                let is_refresh = token.verified_as().is_some_and(|token| token.kind == TokenKind::Refresh);
                let expires_at = if is_refresh { latest } else { expires_at.max(latest) };
                let id = family.to_owned();
                Some(match issuer {
                    None => Revocation::Family { id, expires_at },
                    Some(issuer) => Revocation::FamilyOf { issuer, id, expires_at },
                })
            }
            (None, Some(id)) => {
                let id = id.to_owned();
                Some(match issuer {
                    None => Revocation::Token { id, expires_at },
                    Some(issuer) => Revocation::TokenOf { issuer, id, expires_at },
                })
            }
            // With a store, the guard refuses such tokens.
            (None, None) => None,
        }
    }
}

impl Ending<'_> {
    /// Whether the other one is the same, which this one then stands for.
    fn joins(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Login(guard, _, subject, what), Self::Login(of, _, whose, other)) => {
                guard.id() == of.id() && subject == whose && what.joins(other)
            }
            #[cfg(feature = "sessions")]
            (Self::Session(guard, _, id), Self::Session(of, _, other)) => {
                guard.id() == of.id() && id == other
            }
            #[cfg(feature = "sessions")]
            (Self::Login(..), Self::Session(..)) | (Self::Session(..), Self::Login(..)) => false,
        }
    }

    /// Ends it. An error is one of `asked`, the guard of the logout.
    pub(super) async fn end(self, asked: &JwtGuard) -> Result<(), LoginError> {
        match self {
            Self::Login(guard, store, subject, what) => {
                let revoked = store.revoke_for_subject(subject, what, guard.config().access.now()).await;
                revoked.map_err(|error| LoginError::of_store(asked, error))
            }
            #[cfg(feature = "sessions")]
            Self::Session(_, sessions, id) => {
                sessions.delete(id).await.map_err(|error| LoginError::of_session(asked, &error))
            }
        }
    }
}
