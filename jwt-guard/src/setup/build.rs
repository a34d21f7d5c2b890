//! The draft of a configuration, checked as a whole at the end.

use std::mem;
use std::sync::Arc;

use super::ImportReport;
use super::answer::AnswerSettings;
use super::claims::ANY_AUDIENCE;
use super::hierarchy::Implications;
use super::issuer::IssuerDraft;
use super::issuers::Issuers;
use super::own_tokens::OwnTokens;
use super::remote::Remote;
use super::request::Request;
use super::token_rules::TokenRules;
use super::vocabulary::Declared;
use crate::config::{Config, UserLoader};
use crate::keys::backend;
use crate::location::TokenLocation;
use crate::opaque::Resolve;
use crate::problems::{ConfigError, Problems};
#[cfg(feature = "sessions")]
use crate::session::Sessions;
use crate::token::{GuardNumber, TokenKind};
use crate::verify::{IssuerRules, LoginClaims, Verifier};

/// The settings of a guard under construction.
#[derive(Debug)]
pub(super) struct Draft {
    /// The guard's own issuer, which the builder's methods set.
    pub(super) own: IssuerDraft,
    /// Other issuers, each with its own keys.
    pub(super) trusted: Vec<IssuerDraft>,
    pub(super) remote: Remote,
    pub(super) implications: Implications,
    pub(super) declared: Declared,
    pub(super) token_rules: TokenRules,
    pub(super) request: Request,
    pub(super) answer: AnswerSettings,
    pub(super) own_tokens: OwnTokens,
    #[cfg(feature = "sessions")]
    pub(super) sessions: Option<Sessions>,
    /// Say whose opaque credentials are.
    pub(super) resolvers: Vec<Arc<dyn Resolve>>,
    pub(super) user_loader: Option<UserLoader>,
    /// Problems from reading settings, before the builder started.
    pub(super) import: ImportReport,
    /// The reasons given to `danger()`, with the name of the setting.
    pub(super) danger_reasons: Vec<(&'static str, String)>,
}

impl Draft {
    pub(super) fn new() -> Self {
        // As early as a guard is thought of: the application may call jsonwebtoken before `build()`.
        backend::choose_for_the_process();
        Self {
            own: IssuerDraft { login_claims: LoginClaims::Believed, ..IssuerDraft::default() },
            trusted: Vec::new(),
            remote: Remote::default(),
            implications: Implications::default(),
            declared: Declared::default(),
            token_rules: TokenRules::default(),
            request: Request::default(),
            answer: AnswerSettings::default(),
            own_tokens: OwnTokens::default(),
            #[cfg(feature = "sessions")]
            sessions: None,
            resolvers: Vec::new(),
            user_loader: None,
            import: ImportReport::default(),
            danger_reasons: Vec::new(),
        }
    }

    /// Checks everything, loads the keys and makes the configuration.
    pub(super) fn finish(mut self) -> Result<Config, ConfigError> {
        let mut problems = self.take_imported_problems();
        try_backend(&mut problems);
        self.add_own_places();
        self.check(&mut problems);
        #[cfg(feature = "sessions")]
        let plain_sessions = self.sessions.as_ref().map(Sessions::is_for_plain_http);
        #[cfg(not(feature = "sessions"))]
        let plain_sessions = None;
        let csrf = self.request.csrf_rules(plain_sessions, &mut problems);
        let answers = mem::take(&mut self.answer).finish(&mut problems);
        let hierarchies = self.implications.close(&self.declared, &mut problems);
        let vocabulary = self.declared.finish(&mut problems);
        let issuers = self.issuers(&hierarchies, &mut problems);
        let [locations, refresh_locations] = self.request.locations(self.token_rules.max_token_len());
        let revocation = self.own_tokens.revocation();
        let guard = GuardNumber::next();
        let issuing = self.own_tokens.issuing(&issuers.own, &self.token_rules, guard, &mut problems);
        let Issuers { access, refresh, home, strangers, .. } = issuers;
        let leeway = self.token_rules.limits.leeway;
        let verifiers = verifiers(access, refresh, self.token_rules, problems.is_empty());
        let [access, refresh] = verifiers.map(|verifier| verifier.of_guard(guard));
        problems.or(Config {
            access,
            refresh,
            revocation,
            user_loader: self.user_loader,
            #[cfg(feature = "sessions")]
            sessions: self.sessions,
            resolvers: self.resolvers,
            issuing,
            locations,
            refresh_locations,
            cookies: self.request.cookies,
            csrf,
            answers,
            hierarchies,
            vocabulary,
            home,
            strangers,
            leeway,
        })
    }

    /// The cookie of the guard's own tokens and the places of opaque credentials are places too.
    fn add_own_places(&mut self) {
        let locations = &mut self.request.locations;
        if let Some(cookies) = &self.request.cookies {
            locations.push(TokenLocation::cookie(cookies.name(TokenKind::Access)));
        }
        locations.extend(self.resolvers.iter().flat_map(|resolver| resolver.locations()));
    }

    fn check(&self, problems: &mut Problems) {
        self.own.check(problems);
        if self.accepts_any_audience() && !self.own.audiences.is_empty() {
            problems.setting("both `audience` and `any_audience` are set; keep one of them");
        }
        for (what, reason) in &self.danger_reasons {
            if reason.trim().is_empty() {
                problems.setting(format!("`{what}` needs a reason; say in a few words why it is safe here"));
            }
        }
        self.check_remote(problems);
        self.answer.check(problems);
        self.token_rules.check(problems);
        self.request.check(problems);
        self.own_tokens.check(problems);
    }

    /// Whether `danger()` allowed tokens for any audience.
    pub(super) fn accepts_any_audience(&self) -> bool {
        self.has_reason(ANY_AUDIENCE)
    }

    /// Whether this setting of `danger()` was used.
    pub(super) fn has_reason(&self, setting: &str) -> bool {
        self.danger_reasons.iter().any(|(what, _)| *what == setting)
    }
}

fn try_backend(problems: &mut Problems) {
    if let Err(error) = backend::self_test() {
        problems.setting(error.to_string());
    }
}

/// The verifiers of access tokens and of refresh tokens.
fn verifiers(
    access: Vec<IssuerRules>,
    refresh: Vec<IssuerRules>,
    rules: TokenRules,
    is_legal: bool,
) -> [Verifier; 2] {
    let max_token_len = rules.max_token_len();
    let TokenRules { token_cache, clock, .. } = rules;
    let access = Verifier::new(access, max_token_len, Arc::clone(&clock));
    // An illegal cache is not made: its problem is recorded already.
    let access = if is_legal { access.remembering(token_cache) } else { access };
    [access, Verifier::new(refresh, max_token_len, clock).of_refresh_tokens()]
}
