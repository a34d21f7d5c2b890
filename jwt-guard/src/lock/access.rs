//! Whom a route admits, and whether it admits more or fewer callers than before.

use std::collections::BTreeSet;
use std::fmt;

use super::condition::Condition;
use super::implications::LockedImplications;
use super::text::quoted;
use crate::policy::{Access, DenyAs, Enforcement, Rule};
use crate::token::TokenKind;

/// The policy of one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LockedAccess {
    pub(super) callers: Callers,
    /// The checks that its handler makes besides, by their names.
    pub(super) checks: BTreeSet<String>,
    pub(super) refusal: LockedRefusal,
    pub(super) enforcement: Enforcement,
}

/// Stands at the end of the line of a policy that is report-only.
pub(super) const REPORT_ONLY: &str = ", enforcement = \"report_only\"";

/// The callers that a policy admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Callers {
    /// No guard looks at the request.
    Unguarded,
    CredentialsIgnored,
    AnonymousIfExpired,
    Anonymous,
    RefreshToken,
    AccessToken(Condition),
}

/// How the others are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LockedRefusal {
    pub(super) hidden: bool,
    pub(super) redirect: Option<String>,
}

/// How the callers of now are related to those of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Same,
    More,
    Fewer,
    /// Some are new, and some are refused now.
    Others,
    /// There are too many conditions to tell.
    Unknown,
}

impl LockedAccess {
    pub(super) const UNGUARDED: Self = Self {
        callers: Callers::Unguarded,
        checks: BTreeSet::new(),
        refusal: LockedRefusal { hidden: false, redirect: None },
        enforcement: Enforcement::Enforced,
    };

    pub(super) fn of(rule: &Rule) -> Self {
        let callers = match (rule.access(), rule.token()) {
            (Access::CredentialsIgnored, _) => Callers::CredentialsIgnored,
            (Access::AnonymousIfExpired, _) => Callers::AnonymousIfExpired,
            (Access::Anonymous, _) => Callers::Anonymous,
            (Access::Authenticated, TokenKind::Refresh) => Callers::RefreshToken,
            (Access::Authenticated, TokenKind::Access) => {
                Callers::AccessToken(Condition::of(rule.requirement()))
            }
        };
        let refusal = LockedRefusal {
            hidden: rule.deny_as() == DenyAs::NotFound,
            redirect: rule.redirect().map(str::to_owned),
        };
        let checks = rule.checks().iter().map(|name| (*name).to_owned()).collect();
        Self { callers, checks, refusal, enforcement: rule.enforcement() }
    }

    pub(super) fn is_report_only(&self) -> bool {
        self.enforcement == Enforcement::ReportOnly
    }

    /// The callers that are admitted, its checks apart: all, if the policy is report-only.
    pub(super) fn admitted(&self) -> &Callers {
        if self.is_report_only() { &Callers::CredentialsIgnored } else { &self.callers }
    }

    /// The checks that refuse callers.
    fn enforced_checks(&self) -> BTreeSet<&str> {
        let checks = self.checks.iter().filter(|_| !self.is_report_only());
        checks.map(String::as_str).collect()
    }

    /// How the callers whom the checks of `now` admit are related to those of this. A check admits fewer;
    /// whom it admits is not known.
    pub(super) fn compare_checks(&self, now: &Self) -> Relation {
        let (before, now) = (self.enforced_checks(), now.enforced_checks());
        match (now.is_subset(&before), before.is_subset(&now)) {
            (true, true) => Relation::Same,
            (true, false) => Relation::More,
            (false, true) => Relation::Fewer,
            (false, false) => Relation::Others,
        }
    }
}

impl Relation {
    /// Of callers who meet both of two demands.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, relation) | (relation, Self::Same) => relation,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::More, Self::More) => Self::More,
            (Self::Fewer, Self::Fewer) => Self::Fewer,
            _ => Self::Others,
        }
    }
}

impl Callers {
    /// The same callers without a hierarchy.
    pub(super) fn expand(&self, implications: &LockedImplications) -> Self {
        match self {
            Self::AccessToken(condition) => Self::AccessToken(condition.expand(implications)),
            other => other.clone(),
        }
    }

    /// How `now` is related to this; both without a hierarchy.
    pub(super) fn compare(&self, now: &Self) -> Relation {
        match (self.is_within(now), now.is_within(self)) {
            (Some(true), Some(true)) => Relation::Same,
            (Some(true), Some(false)) => Relation::More,
            (Some(false), Some(true)) => Relation::Fewer,
            (Some(false), Some(false)) => Relation::Others,
            _ if self == now => Relation::Same,
            _ => Relation::Unknown,
        }
    }

    /// Whether `other` admits each of these callers.
    fn is_within(&self, other: &Self) -> Option<bool> {
        if !self.others().is_subset(&other.others()) {
            return Some(false);
        }
        match (self.tokens(), other.tokens()) {
            (None, _) => Some(true),
            (Some(condition), None) => condition.implies(&Condition::Any(Vec::new())),
            (Some(condition), Some(other)) => condition.implies(&other),
        }
    }

    pub(super) fn admit_without_token(&self) -> bool {
        let Others([no_token, ..]) = self.others();
        no_token
    }

    /// The admitted callers that have no valid access token.
    fn others(&self) -> Others {
        let (no_token, expired, invalid, refresh) = match self {
            Self::Unguarded | Self::CredentialsIgnored => (true, true, true, true),
            Self::AnonymousIfExpired => (true, true, false, false),
            Self::Anonymous => (true, false, false, false),
            Self::RefreshToken => (false, false, false, true),
            Self::AccessToken(_) => (false, false, false, false),
        };
        Others([no_token, expired, invalid, refresh, matches!(self, Self::Unguarded)])
    }

    /// The condition for a valid access token; `None` if none is admitted.
    fn tokens(&self) -> Option<Condition> {
        match self {
            Self::RefreshToken => None,
            Self::AccessToken(condition) => Some(condition.clone()),
            Self::Unguarded | Self::CredentialsIgnored | Self::AnonymousIfExpired | Self::Anonymous => {
                Some(Condition::NOTHING)
            }
        }
    }
}

/// Whether a caller is admitted without a token, with an expired, an invalid and a refresh token, and past the guard.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Others([bool; 5]);

impl Others {
    fn is_subset(self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(own, other)| !own || other)
    }
}

/// As the attribute.
impl fmt::Display for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unguarded => f.write_str("unguarded"),
            Self::CredentialsIgnored => f.write_str("anonymous_allowed(credentials = \"ignored\")"),
            Self::AnonymousIfExpired => f.write_str("anonymous_allowed(expired = \"anonymous\")"),
            Self::Anonymous => f.write_str("anonymous_allowed"),
            Self::RefreshToken => f.write_str("authentication_required(token = \"refresh\")"),
            Self::AccessToken(condition) if condition.is_nothing() => f.write_str("authentication_required"),
            Self::AccessToken(condition) => write!(f, "requires({condition})"),
        }
    }
}

/// The policy, and after it its checks, how the others are refused, and whether they are.
impl fmt::Display for LockedAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.callers.fmt(f)?;
        for name in &self.checks {
            write!(f, ", check = {name}")?;
        }
        if self.refusal.hidden {
            f.write_str(", deny_as = \"not_found\"")?;
        }
        if let Some(path) = &self.refusal.redirect {
            write!(f, ", redirect = {}", quoted(path))?;
        }
        if self.is_report_only() {
            f.write_str(REPORT_ONLY)?;
        }
        Ok(())
    }
}
