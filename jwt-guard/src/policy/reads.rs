//! What the conditions of a policy read beside scopes, roles and claims.

use super::Requirement;

/// Whether a condition of a policy reads each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reads {
    /// The path of the request.
    pub(crate) path: bool,
    /// The time.
    pub(crate) clock: bool,
    /// How and when the person logged in (RFC 9470).
    pub(super) login: bool,
}

impl Reads {
    pub(super) const NOTHING: Self = Self { path: false, clock: false, login: false };

    pub(super) const fn of(requirement: &Requirement) -> Self {
        match requirement {
            Requirement::Owner(_) | Requirement::PathClaim(..) => Self { path: true, ..Self::NOTHING },
            Requirement::MaxAge(_) => Self { clock: true, login: true, ..Self::NOTHING },
            Requirement::Acr(_) => Self { login: true, ..Self::NOTHING },
            Requirement::All(list) | Requirement::Any(list) => {
                let mut rest = *list;
                let mut all = Self::NOTHING;
                while let [first, tail @ ..] = rest {
                    all = all.and(Self::of(first));
                    rest = tail;
                }
                all
            }
            Requirement::Not(inner) | Requirement::Policy(_, inner) => Self::of(inner),
            Requirement::Scope(_) | Requirement::Role(_) | Requirement::Claim(..) | Requirement::Fresh => {
                Self::NOTHING
            }
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            path: self.path || other.path,
            clock: self.clock || other.clock,
            login: self.login || other.login,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const AGE: Requirement = Requirement::MaxAge(Duration::from_secs(60));
    const ACR: Requirement = Requirement::Acr(&["gold"]);
    const OWNER: Requirement = Requirement::Owner("user");
    const SCOPE: Requirement = Requirement::Scope("a");

    #[test]
    fn a_list_reads_what_one_of_its_conditions_reads() {
        let reads = |path, clock, login| Reads { path, clock, login };
        for (list, expected) in [
            (&[AGE, SCOPE], reads(false, true, true)),
            (&[SCOPE, AGE], reads(false, true, true)),
            (&[SCOPE, ACR], reads(false, false, true)),
            (&[ACR, OWNER], reads(true, false, true)),
            (&[OWNER, AGE], reads(true, true, true)),
            (&[SCOPE, Requirement::Fresh], Reads::NOTHING),
        ] {
            assert_eq!(Reads::of(&Requirement::All(list)), expected, "{list:?}");
            assert_eq!(Reads::of(&Requirement::Any(list)), expected, "{list:?}");
        }
    }
}
