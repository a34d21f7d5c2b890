//! The scopes and roles that an application declares.

use super::Builder;
use super::hierarchy::{Legal, ROLE, SCOPE};
use crate::policy::vocabulary::{NameKind, Vocabulary};
use crate::policy::{Roles, Scopes, Term};
use crate::problems::Problems;

/// The declared enums, each with the name of its type.
#[derive(Debug, Default)]
pub(super) struct Declared {
    scopes: Vec<Enum>,
    roles: Vec<Enum>,
    denies_undeclared: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Enum {
    name: &'static str,
    terms: &'static [Term],
}

/// Names that the application declares.
impl<K, A> Builder<K, A> {
    /// Takes the scopes of an enum of [`scopes!`](macro@crate::scopes): what each implies, and what it is for. May be called
    /// for several enums.
    ///
    /// - What a scope implies is as if [`scope_implies`](Self::scope_implies) said it.
    /// - The descriptions stand in OpenAPI documents and in [resource metadata](crate::Router::resource_metadata).
    /// - The [access table](crate::routing::AccessTable::undeclared_names) lists scopes that a policy asks for and that no
    ///   enum declares, and those that are declared and that no policy asks for. A [`Router`](crate::Router) warns of the
    ///   former at start. A scope that only `scope_implies` names is not declared, and not reported.
    ///
    /// Without a call nothing is reported, and every scope may stand in a policy. Roles are apart: see [`roles`](Self::roles).
    ///
    /// ```
    /// use jwt_guard::{JwtGuard, Secret};
    ///
    /// jwt_guard::scopes! {
    ///     pub enum Scope {
    ///         /// See orders.
    ///         Read = "orders:read",
    ///         /// Place orders.
    ///         Write = "orders:write" implies Read,
    ///     }
    /// }
    ///
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").scopes::<Scope>().build()?;
    ///
    /// let builder = JwtGuard::builder().secret(Secret::random()).audience("orders").scopes::<Scope>();
    /// let refused = builder.scope_implies("orders:read", ["orders:write"]).build();
    /// assert!(refused.unwrap_err().to_string().contains("`orders:read -> orders:write -> orders:read`"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Self::build) refuses a scope that two enums declare, a cycle of implications together with `scope_implies`,
    /// and more than 512 names that imply or are implied. Of an enum by hand it refuses names that are not scopes, and
    /// implied names that no enum of the guard declares.
    pub fn scopes<S: Scopes>(mut self) -> Self {
        self.draft.implications.scopes.extend(implications(S::TERMS));
        self.draft.declared.scopes.push(Enum { name: std::any::type_name::<S>(), terms: S::TERMS });
        self
    }

    /// Takes the roles of an enum of [`roles!`](macro@crate::roles): as [`scopes`](Self::scopes) for scopes.
    ///
    /// # Errors
    ///
    /// As for scopes.
    pub fn roles<R: Roles>(mut self) -> Self {
        self.draft.implications.roles.extend(implications(R::TERMS));
        self.draft.declared.roles.push(Enum { name: std::any::type_name::<R>(), terms: R::TERMS });
        self
    }

    /// Makes a scope or role that this guard does not declare a mistake: [`Router::into_axum`](crate::Router::into_axum)
    /// panics, and names each with its routes. A router that serves itself logs them as an error at its first call. By
    /// default it is a warning, because an identity provider may own more names than the application declares. Policies of
    /// other guards stay as those guards want it.
    ///
    /// Scopes are checked with [`scopes`](Self::scopes) and roles with [`roles`](Self::roles), each kind by itself: if only scopes are
    /// declared, a misspelt role is not found.
    ///
    /// What is not seen:
    ///
    /// - of [tenants](crate::Router::with_tenants), the guards but the default one
    /// - a guard that is [installed](crate::JwtGuard::install) after `into_axum`, or that is added by a layer which the
    ///   [access table](crate::routing::AccessTable) does not show
    /// - attributes below an `axum::Router`, which does not know its handlers' policies
    pub fn deny_undeclared_names(mut self) -> Self {
        self.draft.declared.denies_undeclared = true;
        self
    }
}

fn implications(terms: &'static [Term]) -> impl Iterator<Item = (String, Vec<String>)> {
    let owned = |name: &&str| (*name).to_owned();
    let implying = terms.iter().filter(|term| !term.implied().is_empty());
    implying.map(move |term| (term.name().to_owned(), term.implied().iter().map(owned).collect()))
}

impl Declared {
    /// Whether names of this kind are declared.
    pub(super) fn has(&self, kind: NameKind) -> bool {
        !self.of(kind).is_empty()
    }

    fn of(&self, kind: NameKind) -> &[Enum] {
        match kind {
            NameKind::Scope => &self.scopes,
            NameKind::Role => &self.roles,
        }
    }

    /// Checks the names. A name that two enums declare is noted once.
    pub(super) fn finish(&self, problems: &mut Problems) -> Vocabulary {
        Vocabulary {
            scopes: self.names(NameKind::Scope, SCOPE, problems),
            roles: self.names(NameKind::Role, ROLE, problems),
            denies_undeclared: self.denies_undeclared,
        }
    }

    fn names(&self, kind: NameKind, legal: Legal, problems: &mut Problems) -> Option<Vec<Term>> {
        let mut found: Vec<(Enum, Term)> = Vec::new();
        for declared in self.of(kind) {
            for term in declared.terms {
                let name = term.name();
                if !(legal.is_legal)(name) {
                    problems.setting(format!(
                        "`{}` declares {name:?}, which is {}",
                        declared.name, legal.expected
                    ));
                } else if let Some((first, _)) = found.iter().find(|(_, known)| known.name() == name) {
                    problems.setting(format!(
                        "the {kind} {name:?} is declared twice, by `{}` and by `{}`; keep one of them",
                        first.name, declared.name
                    ));
                } else {
                    found.push((*declared, *term));
                }
            }
        }
        for (declared, term) in &found {
            let unknown =
                term.implied().iter().filter(|name| !found.iter().any(|(_, known)| known.name() == **name));
            // An illegal name is a problem of the hierarchy.
            for name in unknown.filter(|name| (legal.is_legal)(name)) {
                problems.setting(format!(
                    "`{}` declares that {:?} implies {name:?}, which no enum of the guard declares; correct it, or say it by \
                     `{kind}_implies`",
                    declared.name,
                    term.name()
                ));
            }
        }
        self.has(kind).then(|| found.into_iter().map(|(_, term)| term).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Mine;

    impl Scopes for Mine {
        const TERMS: &'static [Term] = &[
            Term::new("a").with_description("A."),
            Term::new("b").with_implied(&["a", "e", "f", "c d"]),
            Term::new("c d"),
        ];
    }

    struct Theirs;

    impl Scopes for Theirs {
        const TERMS: &'static [Term] = &[Term::new("b"), Term::new("e")];
    }

    #[test]
    fn every_problem_of_a_vocabulary_is_noted_once() {
        let declared = |name, terms| Enum { name, terms };
        let declared = Declared {
            scopes: vec![declared("Mine", Mine::TERMS), declared("Theirs", Theirs::TERMS)],
            ..Declared::default()
        };
        let mut problems = Problems::default();
        let vocabulary = declared.finish(&mut problems);
        let names: Vec<_> = vocabulary.of(NameKind::Scope).unwrap().iter().map(Term::name).collect();
        assert_eq!(names, ["a", "b", "e"]);
        assert_eq!(vocabulary.description(NameKind::Scope, "a"), Some("A."));
        assert_eq!(vocabulary.description(NameKind::Role, "a"), None);
        assert!(vocabulary.of(NameKind::Role).is_none(), "no role is declared");
        let found: Vec<_> = problems.or(Some(())).unwrap_err().problems().collect();
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(
            found[0].starts_with(r#"`Mine` declares "c d", which is not a scope: expected"#),
            "{}",
            found[0]
        );
        assert_eq!(
            found[1],
            r#"the scope "b" is declared twice, by `Mine` and by `Theirs`; keep one of them"#
        );
        assert_eq!(
            found[2],
            r#"`Mine` declares that "b" implies "f", which no enum of the guard declares; correct it, or say it by `scope_implies`"#
        );
    }
}
