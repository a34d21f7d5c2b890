//! What conditions on the path read: its parameters, and who the caller is there.

use std::fmt;

use super::Requirement;

/// The parameters of the path of a request, with their values decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathParams {
    Read(Vec<(Box<str>, Box<str>)>),
    /// A value is not UTF-8 after its decoding. The client chose it.
    NotUtf8,
}

/// A policy that asks for a parameter which the path does not have: a mistake of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathMisfit {
    /// The path has no such parameter.
    Missing(&'static str),
    /// The path has it twice, at two levels of nesting, so that its value is ambiguous.
    Twice(&'static str),
    /// There is no request.
    NoRequest,
}

/// The path of a request, as the conditions of its policy see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathFacts<'a> {
    pub(super) params: &'a PathParams,
    /// The subject, if the caller is a person whose name paths may contain: of the guard's own issuer, or of its only one.
    pub(super) person: Option<&'a str>,
}

impl PathParams {
    /// The value of a parameter; `None` if it cannot be read.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        match self {
            Self::Read(params) => {
                params.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
            }
            Self::NotUtf8 => None,
        }
    }

    /// These parameters, if they are all that `requirement` asks for.
    ///
    /// # Errors
    ///
    /// The first one that is not there exactly once.
    pub(crate) fn fit(&self, requirement: &'static Requirement) -> Result<&Self, PathMisfit> {
        let Self::Read(params) = self else { return Ok(self) };
        let names: Vec<_> = params.iter().map(|(name, _)| &**name).collect();
        requirement.misfit(&names).map_or(Ok(self), Err)
    }
}

impl PathMisfit {
    /// The path that the policy asks for.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Missing(name) => format!("a path with `{{{name}}}`"),
            Self::Twice(name) => format!("a path with `{{{name}}}` once"),
            Self::NoRequest => "the path of a request".to_owned(),
        }
    }
}

/// For the log, and for the panic of a router.
impl fmt::Display for PathMisfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => {
                write!(f, "the policy reads the path parameter `{name}`, which the path does not have")
            }
            Self::Twice(name) => {
                write!(
                    f,
                    "the policy reads the path parameter `{name}`, which the path has twice: give one of \
                     them another name"
                )
            }
            Self::NoRequest => {
                f.write_str("the policy reads the path of a request, and is asked outside of one")
            }
        }
    }
}

impl<'a> PathFacts<'a> {
    pub(crate) fn new(params: &'a PathParams, person: Option<&'a str>) -> Self {
        Self { params, person }
    }
}

impl Requirement {
    /// The first parameter that a path with the parameters `names` does not have exactly once.
    pub(crate) fn misfit(&'static self, names: &[&str]) -> Option<PathMisfit> {
        match self {
            Self::Owner(name) | Self::PathClaim(name, _) => {
                match names.iter().filter(|known| *known == name).count() {
                    0 => Some(PathMisfit::Missing(name)),
                    1 => None,
                    _ => Some(PathMisfit::Twice(name)),
                }
            }
            Self::All(list) | Self::Any(list) => list.iter().find_map(|inner| inner.misfit(names)),
            Self::Not(inner) | Self::Policy(_, inner) => inner.misfit(names),
            Self::Scope(_)
            | Self::Role(_)
            | Self::Claim(..)
            | Self::Fresh
            | Self::MaxAge(_)
            | Self::Acr(_) => None,
        }
    }
}
