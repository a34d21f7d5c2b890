//! The names that a policy asks for.

use std::collections::BTreeSet;
use std::fmt;

use super::super::Requirement;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKind {
    Scope,
    Role,
}

impl NameKind {
    pub(crate) const ALL: [Self; 2] = [Self::Scope, Self::Role];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Scope => Self::Role,
            Self::Role => Self::Scope,
        }
    }

    /// A name as the attributes write it: `scope = "orders:read"`.
    pub(crate) fn condition(self, name: &str) -> String {
        format!("{self} = {name:?}")
    }
}

/// The key of the condition.
impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scope => "scope",
            Self::Role => "role",
        })
    }
}

/// Every name of a requirement, below `not(..)` and in named policies too.
pub(crate) fn names(requirement: &Requirement) -> BTreeSet<(NameKind, &'static str)> {
    let mut found = BTreeSet::new();
    collect(requirement, &mut found);
    found
}

fn collect(requirement: &Requirement, found: &mut BTreeSet<(NameKind, &'static str)>) {
    match requirement {
        Requirement::Scope(name) => drop(found.insert((NameKind::Scope, name))),
        Requirement::Role(name) => drop(found.insert((NameKind::Role, name))),
        Requirement::All(list) | Requirement::Any(list) => {
            list.iter().for_each(|inner| collect(inner, found));
        }
        Requirement::Not(inner) | Requirement::Policy(_, inner) => collect(inner, found),
        Requirement::Claim(..)
        | Requirement::Fresh
        | Requirement::MaxAge(_)
        | Requirement::Acr(_)
        | Requirement::Owner(_)
        | Requirement::PathClaim(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_at_any_depth() {
        const SHARED: Requirement = Requirement::Not(&Requirement::Role("suspended"));
        const TREE: Requirement = Requirement::All(&[
            Requirement::Scope("a"),
            Requirement::Any(&[Requirement::Role("a"), Requirement::Fresh]),
            Requirement::Policy("Shared", &SHARED),
            Requirement::Scope("a"),
        ]);
        let found: Vec<_> = names(&TREE).into_iter().map(|(kind, name)| kind.condition(name)).collect();
        assert_eq!(found, [r#"scope = "a""#, r#"role = "a""#, r#"role = "suspended""#]);
    }
}
