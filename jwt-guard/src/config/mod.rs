//! What every request reads: the validated configuration.

mod answer;
mod tokens;
mod user;

use std::sync::Arc;
use std::time::Duration;

use crate::claims::ClaimsSource;
use crate::claims::hierarchy::Hierarchies;
use crate::claims::registered::TokenClaims;
use crate::cookies::CookieSettings;
use crate::cookies::csrf::CsrfRules;
use crate::json::{Json, Object};
use crate::location::Locations;
use crate::opaque::Resolve;
use crate::policy::vocabulary::Vocabulary;
use crate::principal::Principal;
#[cfg(feature = "sessions")]
use crate::session::Sessions;
use crate::store::{Subject, TokenStore};
use crate::token::{TokenKind, TokenSource, VerifiedAs};
use crate::verify::Verifier;

pub(crate) use answer::{Answers, OnMalformed, Resource};
pub(crate) use tokens::{AllowList, IssuerChanges, Issuing, RevocationCheck, RevocationSource};
pub(crate) use user::{NoUser, UserLoader};

/// How long a guard that accepts tokens of any lifetime keeps a revocation: a hundred years.
const FOR_EVER: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// The configuration of a guard. Immutable, and valid by construction: `setup` checks every setting before it makes
/// one.
#[derive(Debug)]
pub(crate) struct Config {
    /// For access tokens.
    pub(crate) access: Verifier,
    /// For refresh tokens: the same keys and rules, with another type and lifetime.
    pub(crate) refresh: Verifier,
    /// Consulted for every verified token.
    pub(crate) revocation: Option<RevocationCheck>,
    /// Loads the user of every valid token.
    pub(crate) user_loader: Option<UserLoader>,
    /// Issues the tokens of this guard.
    pub(crate) issuing: Option<Issuing>,
    /// The locations of access tokens.
    pub(crate) locations: Locations,
    /// The locations of refresh tokens: the same, but for the cookie.
    pub(crate) refresh_locations: Locations,
    /// The cookies that this guard sets.
    pub(crate) cookies: Option<CookieSettings>,
    /// Server-side sessions, beside the tokens.
    #[cfg(feature = "sessions")]
    pub(crate) sessions: Option<Sessions>,
    /// Say whose opaque credentials are.
    pub(crate) resolvers: Vec<Arc<dyn Resolve>>,
    /// The protection of tokens in cookies.
    pub(crate) csrf: CsrfRules,
    pub(crate) answers: Answers,
    /// The implied scopes and roles.
    pub(crate) hierarchies: Hierarchies,
    /// The declared scopes and roles.
    pub(crate) vocabulary: Vocabulary,
    /// The issuer of subjects without a named issuer.
    pub(crate) home: Home,
    /// The indexes of the issuers whose subjects are not users of the application.
    pub(crate) strangers: Vec<usize>,
    /// The accepted difference of clocks of a guard without issuers.
    pub(crate) leeway: Duration,
}

/// The issuer of subjects without a named issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// None: the guard accepts sessions only.
    Nowhere,
    /// The guard's own, or the only one: the first.
    First,
    /// Ambiguous: several are trusted, and none is the guard's own.
    Unclear,
}

/// The claims in which issuers name the client: RFC 9068 section 2.2, OpenID Connect Core section 2, Entra, Okta.
const CLIENT_CLAIMS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

/// Whether the subject is the client that acts for itself (RFC 9068 section 2.2), whichever claim the guard reads it from.
fn is_its_own_client(claims: &TokenClaims, subject: &str) -> bool {
    let is_client = |tree: &Object<'_>, name| tree.get(name).and_then(Json::as_text) == Some(subject);
    claims.client_id() == Some(subject)
        || claims.tree().is_none_or(|tree| CLIENT_CLAIMS.iter().any(|name| is_client(&tree, name)))
}

impl Config {
    /// A subject, with its issuer as the store names it. `None` if it has no meaning for this guard.
    pub(crate) fn whose(&self, subject: &Subject) -> Option<Subject> {
        let issuer = match (subject.issuer(), self.home) {
            (Some(name), _) => {
                let mut rules = self.access.rules();
                Some(rules.find(|rules| rules.has_issuer(name))?.issuers.first()?.as_str())
            }
            (None, Home::First) => self.access.name_of(0),
            (None, Home::Nowhere) => None,
            (None, Home::Unclear) => return None,
        };
        let named = match issuer {
            Some(issuer) => Subject::of_issuer(issuer, subject.name()),
            None => subject.name().into(),
        };
        Some(if subject.is_client() { named.as_client() } else { named })
    }

    /// Whether the subjects of an issuer are not users of the application.
    pub(crate) fn is_stranger(&self, verified: Option<VerifiedAs>) -> bool {
        verified
            .is_some_and(|token| token.kind == TokenKind::Access && self.strangers.contains(&token.issuer))
    }

    /// The subject of a caller whom the paths of this service may name: a person of the guard's own issuer, or of its only
    /// one, or with a session.
    pub(crate) fn person<'c>(&self, caller: &'c Principal) -> Option<&'c str> {
        let identity = caller.identity()?;
        let is_home = match identity.verified_as {
            Some(verified) => self.home == Home::First && verified.issuer == 0,
            None => true,
        };
        let claims = &identity.claims;
        claims.subject().filter(|subject| is_home && !is_its_own_client(claims, subject))
    }

    /// The subject of a verified token, as the store names it: of a machine, its client.
    pub(crate) fn subject_of(&self, token: &dyn ClaimsSource) -> Subject {
        let claims = token.claims();
        let person = claims.subject();
        let name = person.or(claims.client_id()).unwrap_or_default();
        let subject = match self.issuer_of(token.verified_as()) {
            Some(issuer) => Subject::of_issuer(issuer, name),
            None => name.into(),
        };
        if person.is_some() { subject } else { subject.as_client() }
    }

    /// Whether a verified token is of the guard's own issuer, whose keys it was given: only those issue refresh tokens.
    pub(crate) fn is_own(&self, verified: Option<VerifiedAs>) -> bool {
        let has_own = self.has_own_issuer();
        verified.is_none_or(|token| token.kind == TokenKind::Refresh || (has_own && token.issuer == 0))
    }

    /// Whether the list of issued tokens may have a token of this issuer: the guard's own, or its only one. The list knows tokens
    /// by their ids, and another issuer gives its tokens any id.
    pub(crate) fn may_be_listed(&self, verified: Option<VerifiedAs>) -> bool {
        verified.is_none_or(|token| self.home == Home::First && token.issuer == 0)
    }

    /// Whether the guard was given keys of its own issuer.
    pub(crate) fn has_own_issuer(&self) -> bool {
        self.refresh.rules().next().is_some()
    }

    /// Whether this guard has verified the token, or read the opaque credential: another one can have an issuer of the same
    /// name, and another store.
    pub(crate) fn has_verified(&self, token: &dyn ClaimsSource) -> bool {
        token.verified_by() == Some(self.access.guard())
    }

    /// Whether every cookie that can hold a token of this kind is the one that the guard sets, so that it can clear it.
    pub(crate) fn sets_cookies_of(&self, kind: TokenKind) -> bool {
        self.cookies.as_ref().is_some_and(|cookies| {
            let name = cookies.name(kind);
            self.locations(kind).token_cookies().all(|known| known == name)
        })
    }

    /// The name of the issuer of a verified token.
    pub(crate) fn issuer_of(&self, verified: Option<VerifiedAs>) -> Option<&str> {
        verified.and_then(|VerifiedAs { kind, issuer, .. }| self.verifier(kind).name_of(issuer))
    }

    /// The longest lifetime of accepted tokens, plus the largest difference of clocks.
    pub(crate) fn longest_life(&self, kind: TokenKind) -> Duration {
        let lives = self.verifier(kind).rules().map(|rules| rules.limits.max_lifetime.unwrap_or(FOR_EVER));
        lives.max().unwrap_or(FOR_EVER).saturating_add(self.leeway()).min(FOR_EVER)
    }

    /// Whether the guard accepts sessions only.
    pub(crate) fn accepts_no_token(&self) -> bool {
        self.access.rules().next().is_none()
    }

    /// The largest accepted difference of clocks.
    pub(crate) fn leeway(&self) -> Duration {
        self.access.rules().map(|rules| rules.limits.leeway).max().unwrap_or(self.leeway)
    }

    /// The locations of this kind of token.
    pub(crate) fn locations(&self, kind: TokenKind) -> &Locations {
        match kind {
            TokenKind::Access => &self.locations,
            TokenKind::Refresh => &self.refresh_locations,
        }
    }

    /// Whether browsers may send credentials for this guard by themselves.
    pub(crate) fn reads_cookies(&self) -> bool {
        self.cookies.is_some()
            || [&self.locations, &self.refresh_locations].iter().any(|places| places.any_cookie())
    }

    /// Who knows what a text stands for that is not a token; `None` for a token. An opaque credential never stands for a
    /// refresh token.
    pub(crate) fn resolver_of(
        &self,
        text: &[u8],
        source: TokenSource,
        kind: TokenKind,
    ) -> Option<&dyn Resolve> {
        if kind == TokenKind::Refresh {
            return None;
        }
        self.resolvers.iter().find(|resolver| resolver.is_for(text, source)).map(AsRef::as_ref)
    }

    /// The verifier of this kind of token.
    pub(crate) fn verifier(&self, kind: TokenKind) -> &Verifier {
        match kind {
            TokenKind::Access => &self.access,
            TokenKind::Refresh => &self.refresh,
        }
    }

    /// The store of this guard's own tokens.
    pub(crate) fn token_store(&self) -> Option<&Arc<dyn TokenStore>> {
        match &self.revocation {
            Some(RevocationCheck::Own(store, _)) => Some(store),
            Some(RevocationCheck::Revoked(_)) | None => None,
        }
    }
}
