//! What was asked for so far, checked as a whole at the end.

mod cookies;
mod issuers;
mod keys;
mod places;
#[cfg(feature = "remote-keys")]
mod remote;

use std::sync::Arc;
use std::time::Duration;

use self::cookies::{csrf_rules, places_of_refresh_tokens};
pub(super) use self::keys::{KeySource, load};
#[cfg(feature = "remote-keys")]
pub(super) use self::remote::{LOOPBACK_HTTP, RemoteSource};
use super::issuer::IssuerDraft;
use super::{Carried, Implications};
use crate::clock::{Clock, SystemClock};
use crate::config::{
    AllowList, Config, IssuerSettings, Issuing, Resource, Revocation, RevocationSource, SessionSource,
    UserLoader,
};
use crate::cookies::CookieSettings;
use crate::issue::{IssueError, LONGEST_GRACE, TokenIssuer};
#[cfg(feature = "remote-keys")]
use crate::keys::remote::{FetchKeys, RemoteKeySettings};
use crate::keys::{SigningKey, backend};
use crate::location::{Conflict, Credentials, Locations, Place, TokenLocation};
use crate::problems::{ConfigError, Problems};
use crate::store::TokenStore;
use crate::token::TokenKind;
use crate::verify::{Audience, ClaimPath, EmbeddedKeys, LoginClaims, Rules, TokenCache, Verifier};

/// 24 hours: an access token that lives longer is a mistake of its issuer more often than a decision.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// 366 days: what lives longer is not a credential that anybody meant to expire.
const LONGEST_MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// 30 seconds, as most validators; clocks that NTP keeps differ by far less.
const LEEWAY: Duration = Duration::from_secs(30);

/// RFC 7519 section 4.1.4: "usually no more than a few minutes".
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

/// 8 KiB: what common servers accept for a whole header line.
const MAX_TOKEN_LEN: usize = 8 * 1024;

/// Beyond 16 KiB a token no longer fits where tokens travel.
const MAX_TOKEN_LEN_LIMIT: usize = 16 * 1024;

/// What the `danger` door calls a guard without an audience.
pub(crate) const ANY_AUDIENCE: &str = "any_audience";

/// The settings of a guard under construction.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The issuer that the builder itself speaks of.
    pub(crate) own: IssuerDraft,
    /// Other issuers, each with its own keys.
    pub(crate) trusted: Vec<IssuerDraft>,
    /// How published keys are fetched, where an issuer does not say so itself.
    #[cfg(feature = "remote-keys")]
    pub(crate) remote_settings: RemoteKeySettings,
    #[cfg(feature = "remote-keys")]
    pub(crate) key_fetcher: Option<Arc<dyn FetchKeys>>,
    pub(crate) embedded_keys: EmbeddedKeys,
    pub(crate) implications: Implications,
    pub(crate) leeway: Duration,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) max_token_len: usize,
    pub(crate) token_cache: TokenCache,
    pub(crate) locations: Vec<TokenLocation>,
    pub(crate) query: Vec<TokenLocation>,
    pub(crate) conflict: Conflict,
    pub(crate) credentials: Credentials,
    pub(crate) cookies: Option<CookieSettings>,
    pub(crate) trusted_origins: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) realm: String,
    /// The address of this service as a protected resource.
    pub(crate) resource: Option<String>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Signs this guard's own tokens.
    pub(crate) signing_key: Option<SigningKey>,
    pub(crate) issuer_settings: IssuerSettings,
    pub(crate) revocation: Option<RevocationSource>,
    pub(crate) token_store: Option<Arc<dyn TokenStore>>,
    pub(crate) allow_list: AllowList,
    pub(crate) sessions: Option<Arc<dyn SessionSource>>,
    pub(crate) grace: Duration,
    /// Whether a refresh ends the access token before it.
    pub(crate) refresh_ends_access: bool,
    pub(crate) user_loader: Option<UserLoader>,
    /// What was found before the builder began.
    pub(crate) carried: Carried,
    /// Reasons given at the `danger` door, with the name of what they excuse.
    pub(crate) excuses: Vec<(&'static str, String)>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            own: IssuerDraft { login_claims: LoginClaims::Believed, ..IssuerDraft::default() },
            trusted: Vec::new(),
            #[cfg(feature = "remote-keys")]
            remote_settings: RemoteKeySettings::default(),
            #[cfg(feature = "remote-keys")]
            key_fetcher: None,
            embedded_keys: EmbeddedKeys::Ignore,
            implications: Implications::default(),
            leeway: LEEWAY,
            max_lifetime: Some(MAX_LIFETIME),
            max_age: None,
            max_token_len: MAX_TOKEN_LEN,
            token_cache: TokenCache::new(),
            locations: vec![TokenLocation::bearer()],
            query: Vec::new(),
            conflict: Conflict::Refuse,
            credentials: Credentials::Keep,
            cookies: None,
            trusted_origins: Vec::new(),
            name: None,
            realm: "api".to_owned(),
            resource: None,
            clock: Arc::new(SystemClock),
            signing_key: None,
            issuer_settings: IssuerSettings::default(),
            revocation: None,
            token_store: None,
            allow_list: AllowList::Off,
            sessions: None,
            grace: Duration::ZERO,
            refresh_ends_access: false,
            user_loader: None,
            carried: Carried::default(),
            excuses: Vec::new(),
        }
    }

    /// Checks everything, and loads the keys.
    pub(crate) fn finish(mut self) -> Result<Config, ConfigError> {
        let Carried { mut problems, names_key, names_audience } = std::mem::take(&mut self.carried);
        backend::choose_for_the_process();
        if let Err(error) = backend::self_test() {
            problems.setting(error.to_string());
        }
        self.check_decisions(names_key, names_audience, &mut problems);
        if let Some(cookies) = &self.cookies {
            self.locations.push(TokenLocation::cookie(cookies.name(TokenKind::Access)));
        }
        if let Some(sessions) = &self.sessions {
            let name = sessions.cookie_name().to_owned();
            self.locations.push(TokenLocation(Place::Session { name }));
            let header = sessions.header_name().map(|name| Place::SessionHeader { name: name.to_owned() });
            self.locations.extend(header.map(TokenLocation));
        }
        let csrf = csrf_rules(self.cookies.as_ref(), &self.trusted_origins, &mut problems);
        self.check_names(&mut problems);
        self.check_numbers(&mut problems);
        self.check_locations(&mut problems);
        self.check_tokens(&mut problems);
        let resource = self.resource.take().and_then(|name| Resource::named(name, &mut problems));
        let hierarchies = std::mem::take(&mut self.implications).close(&mut problems);
        let issuers = self.issuers(&hierarchies, &mut problems);
        let Self {
            clock, name, realm, credentials, conflict, locations, query, cookies, max_token_len, ..
        } = self;
        let issuer = self
            .signing_key
            .map(|key| issuer(key, &issuers.own, max_token_len, &clock, self.issuer_settings));
        let issuer =
            issuer.and_then(|issuer| issuer.map_err(|error| problems.setting(error.to_string())).ok());
        let issuing = issuer.map(|issuer| Issuing {
            issuer,
            store: self.token_store.clone(),
            allow_list: self.allow_list,
            grace: self.grace,
            refresh_ends_access: self.refresh_ends_access,
        });
        let revocation = match (self.revocation, self.token_store) {
            (Some(RevocationSource(store)), _) => Some(Revocation::Revoked(store)),
            (None, Some(store)) => Some(Revocation::Own(store, self.allow_list)),
            (None, None) => None,
        };
        let places: Vec<Place> = locations.into_iter().chain(query).map(|location| location.0).collect();
        let refresh_places = places_of_refresh_tokens(&places, cookies.as_ref());
        let [locations, refresh_locations] =
            [places, refresh_places].map(|places| Locations { places, conflict, longest: max_token_len });
        let access = Verifier::new(issuers.access, max_token_len, Arc::clone(&clock));
        // An illegal cache is not made: the problems say why there is no guard.
        let access = if problems.is_empty() { access.remembering(self.token_cache) } else { access };
        let refresh = Verifier::new(issuers.refresh, max_token_len, clock).of_refresh_tokens();
        let (user_loader, sessions) = (self.user_loader, self.sessions);
        problems.or(Config {
            access,
            refresh,
            revocation,
            user_loader,
            sessions,
            issuing,
            locations,
            refresh_locations,
            cookies,
            csrf,
            credentials,
            hierarchies,
            name,
            home: issuers.home,
            strangers: issuers.strangers,
            realm,
            resource,
        })
    }

    fn check_tokens(&self, problems: &mut Problems) {
        if self.revocation.is_some() && self.token_store.is_some() {
            problems.setting(
                "both `revocation` and `token_store` are set; a token store is asked for revocations too",
            );
        }
        if self.allow_list == AllowList::On && self.token_store.is_none() {
            problems.setting("`allow_list` needs a `token_store` that remembers what was issued");
        }
        if self.issuer_settings.0.is_some() && self.signing_key.is_none() {
            problems.setting("`issuing` or the lifetime of issued tokens is set without a key to sign with");
        }
        if self.grace > LONGEST_GRACE {
            problems.setting(format!(
                "a refresh grace of {:?} is too much; at most one minute, and none is the default",
                self.grace
            ));
        }
    }

    fn check_names(&self, problems: &mut Problems) {
        self.own.check(problems);
        if self.is_for_anybody() && !self.own.audiences.is_empty() {
            problems.setting("both `audience` and `any_audience` are set; keep one of them");
        }
        for (what, reason) in &self.excuses {
            if reason.trim().is_empty() {
                problems.setting(format!("`{what}` needs a reason; say in a few words why it is safe here"));
            }
        }
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            problems.setting("the name of the guard is empty; leave it out, and the realm is the name");
        }
        if !self.realm.chars().all(|char| char == ' ' || char.is_ascii_graphic()) {
            problems.setting(format!(
                "the realm {:?} has characters that a header cannot carry; expected printable ASCII",
                self.realm
            ));
        }
    }

    /// Whether the `danger` door was used to accept tokens for any audience.
    pub(super) fn is_for_anybody(&self) -> bool {
        self.excuses.iter().any(|(what, _)| *what == ANY_AUDIENCE)
    }

    fn check_numbers(&self, problems: &mut Problems) {
        if self.leeway > MAX_LEEWAY {
            problems.setting(format!(
                "a leeway of {:?} is too much; at most 5 minutes, and 30 seconds is the default",
                self.leeway
            ));
        }
        if self.max_lifetime == Some(Duration::ZERO) {
            problems.setting(
                "a `max_lifetime` of zero refuses every token; expected a duration such as 24 hours",
            );
        }
        if self.max_lifetime.is_some_and(|lifetime| lifetime > LONGEST_MAX_LIFETIME) {
            problems.setting(
                "a `max_lifetime` of more than 366 days is no limit; set at most that, or say why there is none by \
                 `danger().unlimited_lifetime(reason)`",
            );
        }
        if self.max_age == Some(Duration::ZERO) {
            problems
                .setting("a `max_age` of zero refuses every token; expected a duration such as 10 minutes");
        }
        self.token_cache.problems().for_each(|problem| problems.setting(problem));
        if self.max_token_len == 0 || self.max_token_len > MAX_TOKEN_LEN_LIMIT {
            problems.setting(format!(
                "a `max_token_len` of {} bytes is out of range; expected 1 to {MAX_TOKEN_LEN_LIMIT}",
                self.max_token_len
            ));
        }
    }
}

/// The issuer of the guard: what it issues, the guard accepts.
fn issuer(
    key: SigningKey,
    rules: &Rules,
    max_token_len: usize,
    clock: &Arc<dyn Clock>,
    settings: IssuerSettings,
) -> Result<TokenIssuer, IssueError> {
    let mut builder = TokenIssuer::builder(key).max_token_len(max_token_len).clock(Arc::clone(clock));
    if rules.subject_claim != "sub" {
        builder = builder.subject_claim(rules.subject_claim.clone());
    }
    if let Some(name) = rules.issuers.first() {
        builder = builder.issuer(name.clone());
    }
    if let Audience::OneOf(audiences) = &rules.audience {
        builder = audiences.iter().fold(builder, |builder, name| builder.audience(name.clone()));
    }
    if let Some(longest) = rules.limits.max_lifetime {
        builder = builder.longest_access_lifetime(longest);
    }
    let owned = |paths: &[ClaimPath]| paths.iter().map(|path| path.0.clone()).collect();
    builder = builder.read_from(owned(&rules.scope_claims), owned(&rules.role_claims));
    let builder = match settings.0 {
        Some(change) => change(builder),
        None => builder,
    };
    builder.known_as(rules.issuers.clone()).build()
}

/// The configured paths, or the usual ones.
pub(super) fn paths(configured: Vec<Vec<String>>, usual: &[&[&str]]) -> Vec<ClaimPath> {
    if configured.is_empty() {
        let owned = |path: &&[&str]| ClaimPath(path.iter().map(|&name| name.to_owned()).collect());
        usual.iter().map(owned).collect()
    } else {
        configured.into_iter().map(ClaimPath).collect()
    }
}

#[cfg(test)]
mod tests;
