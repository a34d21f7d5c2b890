//! The settings of an issuer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::compact;
use super::error::{IssueError, IssueErrorKind};
use super::{TokenIssuer, names};
use crate::clock::{Clock, SystemClock};
use crate::keys::SigningKey;
use crate::token::{GuardNumber, TokenKind};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest key name that guards read.
const LONGEST_KEY_ID: usize = 256;

/// Settings of a [`TokenIssuer`]; every one has a default.
#[derive(Clone)]
#[must_use]
pub struct IssuerBuilder(IssuerSettings);

/// The settings that all tokens of an issuer share.
#[derive(Clone)]
pub(super) struct IssuerSettings {
    pub(super) key: SigningKey,
    pub(super) issuer: Option<String>,
    /// All names by which guards know this issuer; the first one is that of its subjects in a store.
    pub(super) names: Option<Vec<String>>,
    /// The guard whose issuer it is; `None` for one that was made without a guard.
    pub(super) guard: Option<GuardNumber>,
    pub(super) audience: Vec<String>,
    pub(super) client_id: Option<String>,
    pub(super) subject_claim: Option<String>,
    /// The claims from which the guard of this issuer reads scopes and roles.
    pub(super) scope_claims: Vec<Vec<String>>,
    pub(super) role_claims: Vec<Vec<String>>,
    pub(super) access: Lifetimes,
    pub(super) refresh: Lifetimes,
    /// Whether the lifetime of refresh tokens was set.
    pub(super) refresh_is_set: bool,
    pub(super) absolute: Option<Duration>,
    pub(super) max_token_len: usize,
    pub(super) clock: Arc<dyn Clock>,
    /// The header segments of access and refresh tokens, which never change.
    pub(super) headers: Headers,
}

#[derive(Clone, Default)]
pub(super) struct Headers {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// The lifetimes of one kind of token.
#[derive(Clone, Copy)]
pub(super) struct Lifetimes {
    pub(super) usual: Duration,
    pub(super) longest: Duration,
}

impl IssuerBuilder {
    pub(super) fn new(key: SigningKey) -> Self {
        Self(IssuerSettings {
            key,
            issuer: None,
            names: None,
            guard: None,
            audience: Vec::new(),
            client_id: None,
            subject_claim: None,
            scope_claims: Vec::new(),
            role_claims: Vec::new(),
            access: Lifetimes { usual: MINUTE * 15, longest: DAY },
            refresh: Lifetimes { usual: DAY * 30, longest: DAY * 365 },
            refresh_is_set: false,
            absolute: None,
            max_token_len: 8192,
            clock: Arc::new(SystemClock),
            headers: Headers::default(),
        })
    }

    /// The name of the issuer: the `iss` claim. None by default; then tokens carry no `iss`, and guards that follow
    /// RFC 9068 ([`TokenProfile::AccessToken`](crate::setup::TokenProfile::AccessToken)) refuse them.
    pub fn issuer(mut self, name: impl Into<String>) -> Self {
        self.0.issuer = Some(name.into());
        self
    }

    /// The guard whose own issuer it is, and the names by which that knows it.
    pub(crate) fn known_as(mut self, names: Vec<String>, guard: GuardNumber) -> Self {
        self.0.names = Some(names);
        self.0.guard = Some(guard);
        self
    }

    /// Adds a service to the audience: the `aud` claim, unless a token names its own. Refresh tokens always have this
    /// audience. None by default.
    pub fn audience(mut self, name: impl Into<String>) -> Self {
        self.0.audience.push(name.into());
        self
    }

    /// The client that tokens are issued to, unless a token names its own: the `client_id` claim, which RFC 9068
    /// section 2.2 requires.
    ///
    /// By default it is the first [`audience`](Self::audience) of the issuer, as if the service were the client of its
    /// users; tokens of an issuer without audience have no `client_id`. It is never the subject: a user with the name
    /// of a client would pass as that client (RFC 9068 section 5).
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.0.client_id = Some(id.into());
        self
    }

    /// Writes the subject to this claim too, for services that read the caller's name from it. Only `sub` by default.
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.0.subject_claim = Some(name.into());
        self
    }

    /// The claims from which the guard reads the scopes and the roles of these tokens. The issuer writes them there
    /// too, and no custom claim may.
    pub(crate) fn read_from(mut self, scope_claims: Vec<Vec<String>>, role_claims: Vec<Vec<String>>) -> Self {
        self.0.scope_claims = scope_claims;
        self.0.role_claims = role_claims;
        self
    }

    /// How long access tokens live, unless a token says otherwise. 15 minutes by default: a stolen token that is not
    /// revoked works for so long.
    pub fn access_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.access.usual = lifetime;
        self
    }

    /// How long refresh tokens live, unless a token says otherwise. Not shorter than access tokens. 30 days by default,
    /// or as long as access tokens if those live longer: a user who returns within that time stays logged in.
    pub fn refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.refresh.usual = lifetime;
        self.0.refresh_is_set = true;
        self
    }

    /// The longest lifetime that an access token may be given. 24 hours by default, because guards refuse more; 366
    /// days at most.
    pub fn longest_access_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.access.longest = lifetime;
        self
    }

    /// The longest lifetime that a refresh token may be given. 365 days by default, 366 at most.
    pub fn longest_refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.refresh.longest = lifetime;
        self
    }

    /// How long after a login its tokens can be renewed: no token of the login lives beyond that time.
    ///
    /// None by default: every refresh token lives its full lifetime, so a client that refreshes in time stays logged in
    /// for ever.
    pub fn absolute_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.absolute = Some(lifetime);
        self
    }

    /// The longest token in bytes. 8192 by default, because common servers accept no longer header lines.
    pub fn max_token_len(mut self, bytes: usize) -> Self {
        self.0.max_token_len = bytes;
        self
    }

    /// The source of time. The system clock by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.0.clock = Arc::new(clock);
        self
    }

    /// Builds the issuer.
    ///
    /// # Errors
    ///
    /// A lifetime is shorter than a second or longer than allowed; refresh tokens live shorter than access tokens; a
    /// name is empty or has a control character; the id of the key is longer than the 256 bytes that guards read.
    pub fn build(self) -> Result<TokenIssuer, IssueError> {
        let Self(mut settings) = self;
        if !settings.refresh_is_set {
            settings.refresh.usual = settings.refresh.usual.max(settings.access.usual);
        }
        settings.check()?;
        settings.headers = Headers {
            access: compact::header(TokenKind::Access, &settings.key),
            refresh: compact::header(TokenKind::Refresh, &settings.key),
        };
        Ok(TokenIssuer(Arc::new(settings)))
    }
}

impl IssuerSettings {
    /// The issuer of the subjects, by the name that accepting guards use.
    pub(super) fn subjects_of(&self) -> Option<&str> {
        self.names.as_ref().map_or(self.issuer.as_ref(), |names| names.first()).map(String::as_str)
    }

    /// Whether this issuer signs tokens with this `iss`.
    pub(super) fn is_named(&self, issuer: Option<&str>) -> bool {
        match &self.names {
            None => issuer == self.issuer.as_deref(),
            Some(names) => names.is_empty() || names.iter().any(|name| Some(name.as_str()) == issuer),
        }
    }

    /// Refuses claims that would change what the token means to the guard of this issuer.
    pub(super) fn check_claim(&self, name: &str) -> Result<(), IssueError> {
        names::check_claim(name, self.subject_claim.as_deref())?;
        for (paths, setter) in [(&self.scope_claims, "scopes"), (&self.role_claims, "roles")] {
            if paths.iter().any(|path| path.first().is_some_and(|head| head == name)) {
                return Err(names::set_by_issuer(name, Some(setter)));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), IssueError> {
        for (setting, lifetimes) in [("access_lifetime", self.access), ("refresh_lifetime", self.refresh)] {
            if lifetimes.longest > DAY * 366 {
                let message = "the longest lifetime is more than 366 days; guards refuse such tokens";
                return Err(IssueError::new(IssueErrorKind::Lifetime, message));
            }
            lifetimes.check(lifetimes.usual).map_err(|error| of_setting(setting, &error))?;
        }
        if self.refresh.usual < self.access.usual {
            let message = format!(
                "refresh tokens live {} s and access tokens {} s: a refresh token that ends first renews \
                 nothing; give `refresh_lifetime` at least the access lifetime",
                self.refresh.usual.as_secs(),
                self.access.usual.as_secs()
            );
            return Err(IssueError::new(IssueErrorKind::Lifetime, message));
        }
        if self.absolute.is_some_and(|lifetime| lifetime.as_secs() == 0) {
            return Err(of_setting("absolute_lifetime", &too_short()));
        }
        self.issuer.as_deref().map_or(Ok(()), |name| names::check_name("name of the issuer", name))?;
        self.audience.iter().try_for_each(|name| names::check_name("audience", name))?;
        self.client_id.as_deref().map_or(Ok(()), |id| names::check_name("client id", id))?;
        self.subject_claim.as_deref().map_or(Ok(()), |name| names::check_claim(name, None))?;
        match self.key.id() {
            Some(id) if id.len() > LONGEST_KEY_ID => {
                let message = format!(
                    "the id of the signing key has {} bytes; guards read at most {LONGEST_KEY_ID}",
                    id.len()
                );
                Err(IssueError::new(IssueErrorKind::Name, message))
            }
            Some(id) => names::check_name("id of the signing key", id),
            None => Ok(()),
        }
    }
}

impl Lifetimes {
    /// Refuses a lifetime that is too short or too long.
    pub(super) fn check(self, lifetime: Duration) -> Result<(), IssueError> {
        if lifetime.as_secs() == 0 {
            return Err(too_short());
        }
        if lifetime > self.longest {
            let message = format!(
                "the lifetime is {} s; at most {} s are allowed",
                lifetime.as_secs(),
                self.longest.as_secs()
            );
            return Err(IssueError::new(IssueErrorKind::Lifetime, message));
        }
        Ok(())
    }
}

/// The same error with the name of the setting, because there are several lifetimes.
fn of_setting(setting: &str, error: &IssueError) -> IssueError {
    IssueError::new(error.kind(), format!("`{setting}`: {error}"))
}

fn too_short() -> IssueError {
    IssueError::new(
        IssueErrorKind::Lifetime,
        "the lifetime is shorter than a second: tokens count in whole seconds, and none lives for ever",
    )
}

impl fmt::Debug for IssuerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerBuilder").field("key", &self.0.key).finish_non_exhaustive()
    }
}
