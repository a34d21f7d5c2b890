//! Conditions as a lock file writes them, and whether one implies another.

use std::collections::BTreeSet;
use std::fmt;

use super::implications::LockedImplications;
use crate::policy::Requirement;

/// A tree of conditions. Each condition that is not a combination is its own text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    One(String),
}

/// A condition that holds, or one that does not hold; what is absent from a set of these is unknown.
pub(crate) type Literal<'c> = (&'c str, bool);

/// Callers that meet a condition: those of whom at least this is known.
pub(crate) type Conjunction<'c> = BTreeSet<Literal<'c>>;

/// The most terms of one condition. Conditions beyond it are compared by their text.
const MOST_TERMS: usize = 256;

impl Condition {
    /// Always met.
    pub(super) const NOTHING: Self = Self::All(Vec::new());

    /// The conditions of a policy, with those of the policies that it includes.
    pub(crate) fn of(requirement: &Requirement) -> Self {
        let each = |list: &[Requirement]| list.iter().map(Self::of).collect();
        match requirement {
            Requirement::All(list) => Self::All(each(list)),
            Requirement::Any(list) => Self::Any(each(list)),
            Requirement::Not(inner) => Self::Not(Box::new(Self::of(inner))),
            Requirement::Policy(_, inner) => Self::of(inner),
            // Each value by itself, so that a longer list admits more. Their order matters to challenges alone.
            Requirement::Acr([_]) => Self::One(requirement.to_string()),
            Requirement::Acr(values) => {
                Self::Any(values.iter().map(|value| Self::One(format!("acr = {value:?}"))).collect())
            }
            other => Self::One(other.to_string()),
        }
    }

    /// Whether it is met by every caller that has a token.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }

    /// The same condition without a hierarchy: each name, or one of those that imply it.
    pub(super) fn expand(&self, implications: &LockedImplications) -> Self {
        let each = |list: &[Self]| list.iter().map(|inner| inner.expand(implications)).collect();
        match self {
            Self::All(list) => Self::All(each(list)),
            Self::Any(list) => Self::Any(each(list)),
            Self::Not(inner) => Self::Not(Box::new(inner.expand(implications))),
            Self::One(text) => {
                let mut names: Vec<_> = implications.of(text).into_iter().map(Self::One).collect();
                if names.is_empty() {
                    return self.clone();
                }
                names.insert(0, self.clone());
                Self::Any(names)
            }
        }
    }

    /// Whether every caller that meets this meets `other` too; `None` if there are too many conditions to tell.
    ///
    /// Conditions are three-valued, and each may have any value. A condition holds the more often the more is known, so
    /// it is enough to try the callers of whom only one term is known.
    pub(super) fn implies(&self, other: &Self) -> Option<bool> {
        Some(self.terms(true)?.iter().all(|term| other.holds(term, true)))
    }

    /// Whether the condition has the value `wanted`, if nothing else is known than this.
    pub(crate) fn holds(&self, known: &Conjunction<'_>, wanted: bool) -> bool {
        match (self, wanted) {
            (Self::All(list), true) | (Self::Any(list), false) => {
                list.iter().all(|inner| inner.holds(known, wanted))
            }
            (Self::All(list), false) | (Self::Any(list), true) => {
                list.iter().any(|inner| inner.holds(known, wanted))
            }
            (Self::Not(inner), _) => inner.holds(known, !wanted),
            (Self::One(text), _) => {
                known.contains(&(text.as_str(), wanted))
                    || known.iter().any(|(other, value)| *value == wanted && decides(other, wanted, text))
            }
        }
    }

    /// The terms in which the condition has the value `wanted`.
    pub(crate) fn terms(&self, wanted: bool) -> Option<Vec<Conjunction<'_>>> {
        match (self, wanted) {
            (Self::All(list), true) | (Self::Any(list), false) => {
                list.iter().try_fold(vec![Conjunction::new()], |terms, inner| {
                    let more = inner.terms(wanted)?;
                    let pairs = terms.iter().flat_map(|term| more.iter().map(move |other| join(term, other)));
                    least(pairs.flatten())
                })
            }
            (Self::All(list), false) | (Self::Any(list), true) => {
                let each = list.iter().map(|inner| inner.terms(wanted)).collect::<Option<Vec<_>>>()?;
                least(each.into_iter().flatten())
            }
            (Self::Not(inner), _) => inner.terms(!wanted),
            (Self::One(text), _) => Some(vec![Conjunction::from([(text.as_str(), wanted)])]),
        }
    }
}

/// Whether a condition on the age of a login, with this value, gives another one the same: a login of the last five minutes
/// is one of the last ten, and one that is older than ten is older than five.
fn decides(known: &str, value: bool, other: &str) -> bool {
    let ages = longest_age(known).zip(longest_age(other));
    ages.is_some_and(|(known, other)| if value { known <= other } else { known >= other })
}

/// The seconds of `max_age = \"10m\"`.
pub(crate) fn longest_age(condition: &str) -> Option<u64> {
    let text = condition.strip_prefix("max_age = \"")?.strip_suffix('"')?;
    let unit = text.chars().next_back()?;
    let length = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(length)
}

/// Both; `None` if a condition would have to hold and not to hold.
fn join<'c>(one: &Conjunction<'c>, other: &Conjunction<'c>) -> Option<Conjunction<'c>> {
    let contradicts = |(text, value): &Literal<'c>| other.contains(&(*text, !*value));
    (!one.iter().any(contradicts)).then(|| one | other)
}

/// The terms without those that are part of another.
fn least<'c>(terms: impl Iterator<Item = Conjunction<'c>>) -> Option<Vec<Conjunction<'c>>> {
    let mut kept: Vec<Conjunction<'c>> = Vec::new();
    for term in terms {
        if kept.iter().any(|other| other.is_subset(&term)) {
            continue;
        }
        kept.retain(|other| !term.is_subset(other));
        kept.push(term);
        if kept.len() > MOST_TERMS {
            return None;
        }
    }
    Some(kept)
}

/// As in the attribute: the outermost list needs no `all(..)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(list) => write_list(f, list),
            other => write_one(f, other),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &[Condition]) -> fmt::Result {
    for (index, condition) in list.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_one(f, condition)?;
    }
    Ok(())
}

fn write_one(f: &mut fmt::Formatter<'_>, condition: &Condition) -> fmt::Result {
    let (name, list) = match condition {
        Condition::One(text) => return f.write_str(text),
        Condition::All(list) => ("all", list.as_slice()),
        Condition::Any(list) => ("any", list.as_slice()),
        Condition::Not(inner) => ("not", std::slice::from_ref(inner.as_ref())),
    };
    write!(f, "{name}(")?;
    write_list(f, list)?;
    f.write_str(")")
}
