//! Which conditions a caller does not meet, and where their names were looked for: for the log.
//!
//! Of claims it shows whether they are there and their type; of values only the date of the login.

use super::{Evaluator, Verdict};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::numeric_date::NumericDate;
use crate::json::{At, Json, Object};
use crate::policy::Requirement;
use crate::policy::facts::Facts;
use crate::policy::login::DecisionTime;
use crate::policy::path::PathParams;
use crate::principal::Principal;
use crate::shown::{Finding, duration, path as shown_path};

/// The paths to the claims with scopes and with roles. A session has none.
#[derive(Debug, Default)]
pub(crate) struct Sources<'a> {
    pub(crate) scopes: Vec<&'a [String]>,
    pub(crate) roles: Vec<&'a [String]>,
}

/// What the policy asks for and the caller does not have.
pub(crate) fn finding(
    requirement: &Requirement,
    principal: &Principal,
    facts: Facts<'_>,
    sources: Sources<'_>,
) -> Finding {
    let hierarchy = Hierarchy::default();
    let caller = Evaluator::new(principal, &hierarchy, facts);
    let mut unmet = Vec::new();
    caller.collect(requirement, &mut unmet);
    let mut looked = Looked { caller: &caller, sources: &sources, found: Vec::new(), setting: None };
    unmet.iter().for_each(|condition| looked.at(condition));
    let expected: Vec<_> = unmet.iter().map(ToString::to_string).collect();
    let Looked { found, setting, .. } = looked;
    let finding = Finding::new(expected.join(", "), found.join("; "));
    Finding { setting: setting.map(Into::into), ..finding }
}

impl Evaluator<'_> {
    /// The conditions beside each other that do not hold.
    fn collect<'r>(&self, requirement: &'r Requirement, unmet: &mut Vec<&'r Requirement>) {
        match requirement {
            _ if self.verdict(requirement) == Verdict::Holds => {}
            Requirement::All(list) => list.iter().for_each(|inner| self.collect(inner, unmet)),
            Requirement::Policy(_, inner) => self.collect(inner, unmet),
            other => unmet.push(other),
        }
    }
}

/// The claims that were looked at, each once.
struct Looked<'a> {
    caller: &'a Evaluator<'a>,
    sources: &'a Sources<'a>,
    found: Vec<String>,
    setting: Option<String>,
}

impl Looked<'_> {
    fn at(&mut self, condition: &Requirement) {
        match condition {
            Requirement::All(list) | Requirement::Any(list) => list.iter().for_each(|inner| self.at(inner)),
            Requirement::Not(inner) | Requirement::Policy(_, inner) => self.at(inner),
            Requirement::Scope(_) => self.names("scope", &self.sources.scopes),
            Requirement::Role(_) => self.names("role", &self.sources.roles),
            Requirement::Claim(path, _) => self.claim(path),
            Requirement::Fresh => self.claim(&["fresh"]),
            Requirement::MaxAge(_) => self.auth_time(),
            Requirement::Acr(_) => self.claim(&["acr"]),
            Requirement::Owner(name) => self.owner(name),
            Requirement::PathClaim(name, claim) => match self.parameter(name) {
                Ok(()) => self.claim(claim),
                Err(unreadable) => self.say(unreadable),
            },
        }
    }

    /// How long ago the login was.
    fn auth_time(&mut self) {
        let moment = self.caller.facts.moment;
        let text = self.with_claims(|claims| match claims.at(&["auth_time"]) {
            At::Value(value) => match NumericDate::from_json(value).zip(moment) {
                Some((date, DecisionTime { now, .. })) => match now.since(date) {
                    Some(age) => format!("{date}: {} ago", duration(age)),
                    None => format!("{date}: in {}", duration(date.since(now).unwrap_or_default())),
                },
                None => format!("{}, which is not a date", describe(At::Value(value), true)),
            },
            other => describe(other, true),
        });
        self.say(format!("claim `auth_time`: {text}"));
    }

    /// Who the caller is for the path.
    fn owner(&mut self, parameter: &str) {
        let text = match (self.parameter(parameter), self.caller.facts.path.and_then(|path| path.person)) {
            (Err(unreadable), _) => unreadable,
            (Ok(()), Some(_)) => format!("path parameter `{parameter}`: another subject"),
            (Ok(()), None) if self.caller.identity.is_some_and(|caller| caller.claims.is_of_machine()) => {
                "a machine, which owns nothing".to_owned()
            }
            (Ok(()), None) => "a caller whose issuer is not the guard's own or only one".to_owned(),
        };
        self.say(text);
    }

    /// Whether the value in the path can be read.
    fn parameter(&self, name: &str) -> Result<(), String> {
        match self.caller.facts.path.map(|path| path.params) {
            Some(PathParams::NotUtf8) => Err("a path that is not UTF-8".to_owned()),
            Some(PathParams::Read(_)) => Ok(()),
            None => Err(format!("no path parameter `{name}`")),
        }
    }

    fn claim(&mut self, path: &[&str]) {
        let what = self.with_claims(|claims| describe(claims.at(path), true));
        self.say(format!("claim {}: {what}{}", shown_path(path), hint(path, &what)));
    }

    /// The claims with scopes or roles. If none is there, another one may have them.
    fn names(&mut self, what: &str, paths: &[&[String]]) {
        let mut is_there = paths.is_empty();
        for path in paths {
            let text = self.with_claims(|claims| describe(claims.at(path), false));
            is_there |= text != ABSENT;
            self.say(format!("{what}s of {}: {text}{}", shown_path(path), hint(path, &text)));
        }
        if !is_there {
            let nested =
                paths.iter().find(|path| path.len() == 1 && path.iter().any(|name| name.contains('.')));
            let path = nested.map_or_else(|| "..".to_owned(), |path| segments(path));
            self.setting.get_or_insert(format!(".{what}_claim({path})"));
        }
    }

    fn with_claims(&self, look: impl FnOnce(&Object<'_>) -> String) -> String {
        let claims = self.caller.claims.get_or_init(|| self.caller.identity?.claims.tree());
        claims.as_ref().map_or_else(|| ABSENT.to_owned(), look)
    }

    fn say(&mut self, text: String) {
        if !self.found.contains(&text) {
            self.found.push(text);
        }
    }
}

const ABSENT: &str = "absent";

fn describe(claim: At<'_, '_>, is_compared: bool) -> String {
    match claim {
        At::Absent => ABSENT.to_owned(),
        At::NoObject => "a value on its way is not an object".to_owned(),
        At::Value(Json::List(values)) if is_compared => format!("a list of {}, without it", values.len()),
        At::Value(Json::List(values)) => format!("a list of {}", values.len()),
        At::Value(Json::Text(_)) if is_compared => "another string".to_owned(),
        At::Value(Json::Text(text)) => match text.split_ascii_whitespace().count() {
            1 => "one name".to_owned(),
            number => format!("{number} names"),
        },
        At::Value(Json::Signed(_) | Json::Unsigned(_) | Json::Float(_)) => "a number".to_owned(),
        At::Value(Json::Bool(_)) => "a boolean".to_owned(),
        At::Value(Json::Object(_)) => "an object".to_owned(),
        At::Value(Json::Null) => "null".to_owned(),
    }
}

/// A name with dots is legal, but an absent one often means a path.
fn hint<S: AsRef<str>>(path: &[S], found: &str) -> String {
    match path {
        [name] if found == ABSENT && name.as_ref().contains('.') => {
            format!(" (one name with dots; a path is {})", segments(path))
        }
        _ => String::new(),
    }
}

/// The path that a name with dots may have meant.
fn segments<S: AsRef<str>>(path: &[S]) -> String {
    let names = path.iter().flat_map(|name| name.as_ref().split('.'));
    format!("[{}]", crate::shown::list(names))
}
