//! The claims of an access token, and of the refresh token that renews it.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::builder::{IssuerSettings, Lifetimes};
use super::compact;
use super::error::{IssueError, IssueErrorKind};
use super::issued::IssuedToken;
use crate::claims::names::NameSet;
use crate::claims::numeric_date::NumericDate;
use crate::claims::reserved::RENEW;
use crate::json::Json;
use crate::random;
use crate::token::TokenKind;

/// The claims that the tokens of one signing share.
pub(super) struct TokenContents {
    pub(super) subject: String,
    pub(super) scopes: NameSet,
    pub(super) roles: NameSet,
    pub(super) audience: Option<Vec<String>>,
    pub(super) custom: Map<String, Value>,
    pub(super) client_id: Option<String>,
    pub(super) family: Option<String>,
    /// The id of the access token, if the application chooses it.
    pub(super) access_id: Option<String>,
    /// Further parameters of the header.
    pub(super) header: Map<String, Value>,
    pub(super) origin: IssueReason,
    pub(super) login: LoginDetails,
    pub(super) access_lifetime: Option<Duration>,
    pub(super) refresh_lifetime: Option<Duration>,
    pub(super) csrf: bool,
    /// Whether a refresh ends the access token that went with the refresh token.
    pub(super) ends_access: bool,
}

/// The origin of the tokens.
pub(super) enum IssueReason {
    /// A login: the caller has just been authenticated.
    Login,
    /// An earlier token.
    Renewal { begun: u64 },
    /// Neither: the application vouches for the caller.
    Unsaid,
}

/// How and when a person logged in (OpenID Connect Core section 2, RFC 9068 section 2.2.1). A refresh token has these claims
/// too, and its successors get them unchanged.
#[derive(Default)]
pub(super) struct LoginDetails {
    pub(super) auth_time: Option<u64>,
    pub(super) acr: Option<String>,
    pub(super) amr: Vec<String>,
}

/// The claim `renew`.
#[derive(Deserialize, Serialize)]
pub(super) struct Renew {
    /// When the first token of the family was issued.
    pub(super) begun: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) scope: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aud: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) claims: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access_lifetime: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh_lifetime: Option<u64>,
    /// The access token that went with the refresh token, where a refresh ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) access: Option<Sibling>,
}

/// An access token: its id and its end.
#[derive(Deserialize, Serialize)]
pub(super) struct Sibling {
    pub(super) jti: String,
    pub(super) exp: u64,
}

/// The time of one signing, in whole seconds.
#[derive(Clone, Copy)]
pub(super) struct SigningTime(u64);

impl TokenContents {
    pub(super) fn new(subject: String) -> Self {
        Self {
            subject,
            scopes: NameSet::none(),
            roles: NameSet::none(),
            audience: None,
            custom: Map::new(),
            client_id: None,
            family: None,
            access_id: None,
            header: Map::new(),
            origin: IssueReason::Unsaid,
            login: LoginDetails::default(),
            access_lifetime: None,
            refresh_lifetime: None,
            csrf: false,
            ends_access: false,
        }
    }

    /// The time of a signing.
    pub(super) fn moment(settings: &IssuerSettings) -> Result<SigningTime, IssueError> {
        seconds(settings.clock.now()).map(SigningTime)
    }

    /// An access token (RFC 9068 section 2.2).
    pub(super) fn access(
        &self,
        settings: &IssuerSettings,
        at: SigningTime,
    ) -> Result<IssuedToken, IssueError> {
        let mut claims = self.custom.clone();
        let audience = self.audience.as_ref().unwrap_or(&settings.audience);
        if !self.scopes.is_empty() {
            claims.insert("scope".to_owned(), self.scopes.to_string().into());
            write_where_it_is_read(&mut claims, &settings.scope_claims, "scope", &self.scopes)?;
        }
        if !self.roles.is_empty() {
            claims.insert("roles".to_owned(), self.roles.iter().collect());
            write_where_it_is_read(&mut claims, &settings.role_claims, "roles", &self.roles)?;
        }
        if matches!(self.origin, IssueReason::Login) {
            claims.insert("fresh".to_owned(), true.into());
        }
        self.issue(settings, at, TokenKind::Access, audience, claims)
    }

    /// A refresh token: for the issuer's own audience, and without a claim that grants anything. It names the access
    /// token that was issued with it.
    pub(super) fn refresh(
        &self,
        settings: &IssuerSettings,
        at: SigningTime,
        access: Option<&IssuedToken>,
    ) -> Result<IssuedToken, IssueError> {
        let own = &settings.audience;
        let audience = if own.is_empty() { self.audience.as_ref().unwrap_or(own) } else { own };
        let renew = serde_json::to_value(self.renew(at, access)?).map_err(|error| {
            IssueError::new(IssueErrorKind::Claim, "the contents of the refresh token are not JSON")
                .because(error)
        })?;
        let claims = Map::from_iter([(RENEW.to_owned(), renew)]);
        self.issue(settings, at, TokenKind::Refresh, audience, claims)
    }

    fn renew(&self, at: SigningTime, access: Option<&IssuedToken>) -> Result<Renew, IssueError> {
        let sibling = |access: &IssuedToken| {
            let exp = seconds(access.expires_at)?;
            Ok::<_, IssueError>(Sibling { jti: access.id.clone(), exp })
        };
        Ok(Renew {
            begun: self.begun(at),
            scope: self.scopes.to_string(),
            roles: self.roles.iter().map(str::to_owned).collect(),
            aud: self.audience.clone(),
            claims: self.custom.clone(),
            access_lifetime: self.access_lifetime.map(|lifetime| lifetime.as_secs()),
            refresh_lifetime: self.refresh_lifetime.map(|lifetime| lifetime.as_secs()),
            access: access.filter(|_| self.ends_access).map(sibling).transpose()?,
        })
    }

    /// Adds the claims that every token has, and signs.
    fn issue(
        &self,
        settings: &IssuerSettings,
        at: SigningTime,
        kind: TokenKind,
        audience: &[String],
        mut claims: Map<String, Value>,
    ) -> Result<IssuedToken, IssueError> {
        let id = match (&self.access_id, kind) {
            (Some(id), TokenKind::Access) => id.clone(),
            _ => random::id()?,
        };
        let csrf = if self.csrf { Some(random::id()?) } else { None };
        let expires_at = self.expiry(settings, at, kind)?;
        let client_id = self.client_id.as_ref().or(settings.client_id.as_ref()).or(settings.audience.first());
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("sub", self.subject.as_str().into());
        set("iat", at.0.into());
        set("exp", expires_at.into());
        set("jti", id.as_str().into());
        if let Some(client_id) = client_id {
            set("client_id", client_id.as_str().into());
        }
        if let Some(name) = &settings.subject_claim {
            set(name, self.subject.as_str().into());
        }
        if let Some(issuer) = &settings.issuer {
            set("iss", issuer.as_str().into());
        }
        match audience {
            [] => {}
            [one] => drop(set("aud", one.as_str().into())),
            several => drop(set("aud", several.into())),
        }
        if let Some(family) = &self.family {
            set("sid", family.as_str().into());
        }
        if let Some(auth_time) = self.auth_time(at) {
            set("auth_time", auth_time.into());
        }
        if let Some(acr) = &self.login.acr {
            set("acr", acr.as_str().into());
        }
        if !self.login.amr.is_empty() {
            set("amr", self.login.amr.as_slice().into());
        }
        if let Some(csrf) = &csrf {
            set("csrf", csrf.as_str().into());
        }
        Ok(IssuedToken {
            text: compact::sign(settings, kind, &self.header, claims)?,
            id,
            family: self.family.clone(),
            csrf,
            scope: self.scopes.to_string(),
            issued_at: date(at.0)?,
            expires_at: date(expires_at)?,
            expires_in: Duration::from_secs(expires_at.saturating_sub(at.0)),
        })
    }

    /// The end of a token: after its lifetime, but not after the end of the login.
    fn expiry(&self, settings: &IssuerSettings, at: SigningTime, kind: TokenKind) -> Result<u64, IssueError> {
        let lifetime = match kind {
            TokenKind::Access => settings.access.of(self.access_lifetime),
            TokenKind::Refresh => settings.refresh.of(self.refresh_lifetime),
        };
        let expires_at = at.0.saturating_add(lifetime.as_secs());
        let end = settings.absolute.map_or(u64::MAX, |most| self.begun(at).saturating_add(most.as_secs()));
        if end <= at.0 {
            return Err(IssueError::new(
                IssueErrorKind::RefreshExpired,
                "the login is older than `absolute_lifetime`: the caller has to log in again",
            ));
        }
        Ok(expires_at.min(end))
    }

    /// When the first token of the family was issued.
    fn begun(&self, at: SigningTime) -> u64 {
        match self.origin {
            IssueReason::Renewal { begun } => begun,
            IssueReason::Login | IssueReason::Unsaid => at.0,
        }
    }

    fn auth_time(&self, at: SigningTime) -> Option<u64> {
        let now = matches!(self.origin, IssueReason::Login).then_some(at.0);
        self.login.auth_time.or(now)
    }
}

impl Lifetimes {
    /// The requested lifetime, which was checked when it was set; a renewed token may request more than the current
    /// settings allow.
    fn of(self, asked: Option<Duration>) -> Duration {
        asked.map_or(self.usual, |asked| asked.min(self.longest))
    }
}

/// Writes names as a list to the first claim from which the guard reads them, unless that is the `usual` one.
fn write_where_it_is_read(
    claims: &mut Map<String, Value>,
    paths: &[Vec<String>],
    usual: &str,
    names: &NameSet,
) -> Result<(), IssueError> {
    let is_usual = |path: &Vec<String>| matches!(&**path, [name] if name == usual);
    let Some((last, parents)) = paths.first().and_then(|path| path.split_last()) else { return Ok(()) };
    if paths.iter().any(is_usual) {
        return Ok(());
    }
    let mut claims = claims;
    for parent in parents {
        let inner = claims.entry(parent.as_str()).or_insert_with(|| Map::new().into());
        claims = inner.as_object_mut().ok_or_else(|| {
            let message =
                format!("scopes and roles are read from claims of which one is inside the other: `{parent}`");
            IssueError::new(IssueErrorKind::Claim, message)
        })?;
    }
    claims.insert(last.clone(), names.iter().collect());
    Ok(())
}

/// Whole seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> Result<u64, IssueError> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|error| clock_wrong().because(error))?;
    Ok(since.as_secs())
}

pub(super) fn date(seconds: u64) -> Result<SystemTime, IssueError> {
    NumericDate::from_json(&Json::Unsigned(seconds)).map(NumericDate::to_system).ok_or_else(clock_wrong)
}

fn clock_wrong() -> IssueError {
    IssueError::new(
        IssueErrorKind::Clock,
        "a token would be issued before 1970 or end after 9999: set the clock",
    )
}
