//! What the log says of a refusal beside its reason: what was expected and found, and what changes it.

use axum::extract::MatchedPath;
use http::HeaderName;
use http::header::ORIGIN;
use http::request::Parts;

use super::JwtGuard;
use super::event::Occasion;
use super::facts::noted_facts;
use crate::config::Config;
use crate::cookies::csrf::{CrossSite, Origin, SEC_FETCH_SITE};
use crate::error::AuthError;
use crate::location::{FoundCredential, LocationError};
use crate::policy::Rule;
use crate::policy::evaluate::{self, Sources};
use crate::principal::Principal;
use crate::random::Fingerprint;
use crate::shown::{Finding, quoted};
use crate::verify::{Report, Said, VerifyError};

/// The fields of a refusal.
#[derive(Default)]
pub(super) struct About {
    pub(super) finding: Finding,
    /// What a refused token says of itself.
    pub(super) said: Said,
    pub(super) token: Option<Fingerprint>,
}

impl About {
    pub(super) fn of(
        rule: &Rule,
        caller: Option<&Principal>,
        error: &AuthError,
        occasion: Occasion<'_>,
    ) -> Self {
        let seen;
        let occasion = match occasion {
            Occasion::Request(request) => {
                seen = JwtGuard::seen(request);
                Occasion::Request(&seen)
            }
            occasion => occasion,
        };
        let config = occasion.config();
        match (error, config) {
            (AuthError::Token(reason), Some(config)) => {
                let Some(token) = token(config, rule, occasion) else { return Self::default() };
                let Report { said, finding } = config.verifier(rule.token()).report(token, reason);
                Self { finding, said, token: Some(Fingerprint::of(token)) }
            }
            (
                AuthError::UnknownTenant
                | AuthError::TenantLookup(_)
                | AuthError::TenantFlood
                | AuthError::TenantGuard(_),
                Some(config),
            ) => {
                let Some(token) = token(config, rule, occasion) else { return Self::default() };
                let Report { said, finding } =
                    config.verifier(rule.token()).report(token, &VerifyError::WrongIssuer);
                let finding = match error {
                    AuthError::UnknownTenant => {
                        let expected = format!("a tenant's, or {}", finding.expected.unwrap_or_default());
                        Finding { expected: Some(expected), ..finding }.by("TenantResolver")
                    }
                    _ => Finding::default().by("TenantResolver"),
                };
                Self { finding, said, token: Some(Fingerprint::of(token)) }
            }
            _ => {
                // A session has no such claims.
                let verified =
                    caller.and_then(Principal::identity).filter(|caller| caller.verified_as.is_some());
                let said = verified.map(|caller| Said::of_claims(&caller.claims)).unwrap_or_default();
                Self { finding: finding(rule, caller, error, occasion, config), said, token: None }
            }
        }
    }
}

/// The refused token.
fn token<'r>(config: &Config, rule: &Rule, occasion: Occasion<'r>) -> Option<&'r [u8]> {
    match occasion {
        Occasion::Token(_, token) => Some(token),
        Occasion::Request(request) => match config.locations(rule.token()).find(request) {
            Ok(FoundCredential::Token(token, _)) => Some(token),
            _ => None,
        },
        Occasion::Caller(..) => None,
    }
}

fn finding(
    rule: &Rule,
    caller: Option<&Principal>,
    error: &AuthError,
    occasion: Occasion<'_>,
    config: Option<&Config>,
) -> Finding {
    let none = Finding::default();
    let places = config.map(|config| config.locations(rule.token())).zip(occasion.request());
    match error {
        AuthError::NoToken | AuthError::OtherScheme => {
            places.map_or(none, |(places, request)| places.finding_of_none(request))
        }
        AuthError::Location(reason) => places.map_or(none, |(places, request)| match reason {
            LocationError::Ambiguous => places.finding_of_several(request),
            LocationError::Malformed => places.finding_of_malformed(request),
            LocationError::UnequalCookies => places.finding_of_unequal(request),
        }),
        AuthError::Policy(_) => caller.map_or(none, |caller| unmet(rule, caller, occasion)),
        AuthError::UnknownUser | AuthError::UserLoader(_) | AuthError::WrongUser { .. } => {
            none.by(".load_user(..)")
        }
        AuthError::NoGuard(_) => none.by(".with_guard(..)"),
        AuthError::Replaced => none.by(".refresh_grace(..)"),
        AuthError::CrossSite(reason) => cross_site(*reason, occasion.request(), config),
        AuthError::Path(misfit) => {
            let route = occasion.request().and_then(|request| request.extensions.get::<MatchedPath>());
            Finding::new(misfit.expected(), route.map_or("no route", MatchedPath::as_str))
        }
        AuthError::Check { name, .. } => {
            Finding { expected: Some(format!("`{name}` answers `true`")), ..none }
        }
        AuthError::Claims(misfit) => Finding::new(misfit.wanted, misfit.place.as_str()),
        AuthError::Token(_)
        | AuthError::UnknownTenant
        | AuthError::TenantLookup(_)
        | AuthError::TenantFlood
        | AuthError::TenantGuard(_)
        | AuthError::Revoked
        | AuthError::OtherKind
        | AuthError::ByHandler(_)
        | AuthError::CheckFailed { .. }
        | AuthError::CheckInput { .. }
        | AuthError::CheckOutside(_)
        | AuthError::UnknownCredential(_)
        | AuthError::ReplacedCredential(_)
        | AuthError::Store(_)
        | AuthError::Panic => none,
    }
}

/// What the browser says about the page that sent the request, and what the page repeats.
fn cross_site(reason: CrossSite, request: Option<&Parts>, config: Option<&Config>) -> Finding {
    let said = |name: HeaderName| request?.headers.get(name)?.to_str().ok();
    // Only what a browser writes: a header can hold a token.
    let origin = || match said(ORIGIN).and_then(Origin::parse) {
        Some(origin) => quoted(&origin.to_string()),
        None => "a value that is not an origin".to_owned(),
    };
    let site = || match said(SEC_FETCH_SITE) {
        Some(site @ ("cross-site" | "same-site")) => quoted(site),
        _ => "another value".to_owned(),
    };
    let repeated = |found: &str| {
        let header = config.and_then(|config| config.csrf.header.as_ref());
        let expected = header.map(|header| format!("the `csrf` claim in the header `{header}`"));
        let found = expected.as_ref().map(|_| found.to_owned());
        Finding { expected, found, setting: None }.by("CookieSettings::csrf_header(..)")
    };
    match reason {
        CrossSite::Origin => {
            // Plain HTTP counts on this machine, and for cookies that are meant for it.
            let scheme = if config.is_some_and(|config| config.csrf.plain_http) { "" } else { "`https` " };
            let ours = format!("the {scheme}origin of the request's host, or a trusted one");
            Finding::new(ours, origin()).by(".trusted_origin(..)")
        }
        CrossSite::Site => Finding::new("`same-origin` or `none`", site()),
        CrossSite::Unknown => Finding::new("`Origin` or `Sec-Fetch-Site`", "neither"),
        CrossSite::NoClaim => Finding::default().by("TrustedIssuer::login_claims()"),
        CrossSite::Missing => repeated("nothing"),
        CrossSite::Mismatch => repeated("another value"),
    }
}

/// The conditions that the caller does not meet, and the claims that were asked.
fn unmet(rule: &Rule, caller: &Principal, occasion: Occasion<'_>) -> Finding {
    let verified = caller.identity().and_then(|identity| identity.verified_as);
    let rules = occasion.config().zip(verified).and_then(|(config, verified)| {
        config.verifier(verified.kind).issuers().get(verified.issuer).map(|issuer| &issuer.rules)
    });
    let sources = rules.map(|rules| {
        let [scopes, roles] = [&rules.scope_claims, &rules.role_claims]
            .map(|paths| paths.iter().map(|path| path.0.as_slice()).collect());
        Sources { scopes, roles }
    });
    let facts = noted_facts(rule, occasion, caller);
    evaluate::finding(rule.requirement(), caller, facts, sources.unwrap_or_default())
}
