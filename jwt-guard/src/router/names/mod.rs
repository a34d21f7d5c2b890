//! Compares the names of policies with the vocabularies of their guards.

mod nearest;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use http::Extensions;

use super::table::{AccessRow, AccessTable};
use crate::claims::hierarchy::Hierarchy;
use crate::guard::JwtGuard;
use crate::policy::Term;
use crate::policy::vocabulary::{NameKind, names};

/// A scope or role that a policy asks for, and that its guard does not declare.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndeclaredName {
    /// The condition as the attribute writes it: `scope = "order:read"`.
    pub condition: String,
    /// The condition that was probably meant.
    pub nearest: Option<String>,
    /// The [name](crate::JwtGuard::name) of the guard.
    pub guard: String,
    /// Method and path of each route whose policy has the condition, in the order of the table.
    pub routes: Vec<String>,
}

/// A declared scope or role that no policy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnusedName {
    /// The condition that no policy has: `scope = "orders:export"`.
    pub condition: String,
    /// The [name](crate::JwtGuard::name) of the guard.
    pub guard: String,
}

impl AccessTable {
    /// The scopes and roles that policies of these routes ask for and that the enums of the guard do not declare: below `not(..)` and in named
    /// policies too. Names that [`scope_implies`](crate::setup::Builder::scope_implies) has are known.
    ///
    /// Empty where the guard was not given [scopes](crate::setup::Builder::scopes), or roles. For a route without a guard of its own, the
    /// installed one counts; for tenants, the default guard.
    ///
    /// ```
    /// use jwt_guard::{JwtGuard, Router, Secret, requires, routing::get};
    ///
    /// jwt_guard::scopes! {
    ///     enum Scope {
    ///         Read = "orders:read",
    ///         Export = "orders:export",
    ///     }
    /// }
    ///
    /// #[requires(scope = "order:read")]
    /// async fn list() {}
    ///
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").scopes::<Scope>().build()?;
    /// let app: Router = Router::new().route("/orders", get(list)).with_guard(guard);
    ///
    /// let [undeclared] = &app.access_table().undeclared_names()[..] else { panic!("one") };
    /// assert_eq!(undeclared.condition, r#"scope = "order:read""#);
    /// assert_eq!(undeclared.nearest.as_deref(), Some(r#"scope = "orders:read""#));
    /// assert_eq!(undeclared.routes, ["GET /orders"]);
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn undeclared_names(&self) -> Vec<UndeclaredName> {
        let mut found = Vec::new();
        for (guard, asked) in guards(self).into_values() {
            let config = guard.config();
            for ((kind, name), routes) in asked {
                let Some(declared) = config.vocabulary.of(kind) else { continue };
                if has(declared, name) || implying(hierarchy(&guard, kind)).contains(name) {
                    continue;
                }
                let elsewhere = config.vocabulary.of(kind.other()).filter(|other| has(other, name));
                let nearest = || nearest::nearest(name, declared.iter().map(Term::name));
                found.push(UndeclaredName {
                    condition: kind.condition(name),
                    nearest: match elsewhere {
                        Some(_) => Some(kind.other().condition(name)),
                        None => nearest().map(|known| kind.condition(known)),
                    },
                    guard: guard.name().to_owned(),
                    routes,
                });
            }
        }
        found
    }

    /// The declared scopes and roles that no policy of these routes asks for, in the order of their declaration.
    ///
    /// A name is used if a policy asks for it, or for another that it implies: `admin` is used where it implies `orders:read`, and a policy asks for
    /// that. Where several guards declare a name, one that uses it is enough.
    pub fn unused_names(&self) -> Vec<UnusedName> {
        let guards = guards(self);
        let used: BTreeSet<_> = guards.values().flat_map(|(guard, asked)| used(guard, asked)).collect();
        let mut found = Vec::new();
        for (guard, _) in guards.values() {
            let unused = declared(guard).filter(|name| !used.contains(name));
            found.extend(unused.map(|(kind, name)| UnusedName {
                condition: kind.condition(name),
                guard: guard.name().to_owned(),
            }));
        }
        found
    }

    /// Whether a guard of this table refuses names that are not declared.
    pub(super) fn denies_undeclared_names(&self) -> bool {
        guards(self).into_values().any(|(guard, _)| guard.config().vocabulary.denies_undeclared)
    }

    /// What to say of names below the rows.
    pub(super) fn notes(&self) -> Vec<String> {
        let undeclared = self.undeclared_names().into_iter().map(|name| format!("undeclared: {name}"));
        let unused = self.unused_names().into_iter().map(|name| format!("unused: {name}"));
        undeclared.chain(unused).collect()
    }
}

/// A line for each name that is not declared.
pub(super) fn undeclared(table: &AccessTable) -> String {
    table.undeclared_names().iter().map(|name| format!("\n{name}")).collect()
}

/// Tells the operator of names that are not declared; the rows are complete.
pub(super) fn report_undeclared(table: &AccessTable) {
    let text = undeclared(table);
    if text.is_empty() {
        return;
    }
    if table.denies_undeclared_names() {
        tracing::error!(target: "jwt_guard", "policies ask for names that are not declared:{text}");
    } else {
        tracing::warn!(target: "jwt_guard", "policies ask for names that are not declared:{text}");
    }
}

/// The names of the policies that a guard decides, each with its routes.
type Asked = BTreeMap<(NameKind, &'static str), Vec<String>>;

/// The guards of the rows, by number.
fn guards(table: &AccessTable) -> BTreeMap<u64, (JwtGuard, Asked)> {
    let nothing = Extensions::new();
    let installed = JwtGuard::of(&nothing);
    let mut found: BTreeMap<u64, (JwtGuard, Asked)> = BTreeMap::new();
    for row in table.rows() {
        let Some(rule) = row.rule() else { continue };
        let Some(guard) = row.source.guard.as_ref().or(installed) else { continue };
        let (_, asked) = found.entry(guard.id()).or_insert_with(|| (guard.clone(), BTreeMap::new()));
        for name in names(rule.requirement()) {
            asked.entry(name).or_default().push(route(row));
        }
    }
    found
}

/// Every declared name of a guard.
fn declared(guard: &JwtGuard) -> impl Iterator<Item = (NameKind, &'static str)> {
    let of = |kind| {
        guard.config().vocabulary.of(kind).unwrap_or_default().iter().map(move |term| (kind, term.name()))
    };
    NameKind::ALL.into_iter().flat_map(of)
}

/// The declared names of a guard that its policies ask for, or that imply such a name.
fn used(guard: &JwtGuard, asked: &Asked) -> Vec<(NameKind, &'static str)> {
    let of = |kind| hierarchy(guard, kind).implications();
    let (scopes, roles) = (of(NameKind::Scope), of(NameKind::Role));
    let is_asked = |kind, name: &str| asked.keys().any(|(asked, known)| *asked == kind && *known == name);
    let helps = |&(kind, name): &(NameKind, &'static str)| {
        let implications = match kind {
            NameKind::Scope => &scopes,
            NameKind::Role => &roles,
        };
        let implied =
            implications.iter().filter(|(known, _)| *known == name).flat_map(|(_, implied)| implied);
        is_asked(kind, name) || implied.into_iter().any(|name| is_asked(kind, name))
    };
    declared(guard).filter(helps).collect()
}

fn route(row: &AccessRow) -> String {
    format!("{} {}", row.method, row.path)
}

fn has(declared: &[Term], name: &str) -> bool {
    declared.iter().any(|term| term.name() == name)
}

fn hierarchy(guard: &JwtGuard, kind: NameKind) -> &Hierarchy {
    let hierarchies = &guard.config().hierarchies;
    match kind {
        NameKind::Scope => &hierarchies.scopes,
        NameKind::Role => &hierarchies.roles,
    }
}

/// Every name of a hierarchy.
fn implying(hierarchy: &Hierarchy) -> BTreeSet<&str> {
    let lists = hierarchy.implications().into_iter();
    lists.flat_map(|(name, implied)| std::iter::once(name).chain(implied)).collect()
}

impl fmt::Display for UndeclaredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { condition, nearest, guard, routes } = self;
        write!(f, "the guard {guard:?} does not declare `{condition}` of {}", routes.join(", "))?;
        match nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for UnusedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { condition, guard } = self;
        write!(f, "the guard {guard:?} declares `{condition}`, and no policy asks for it")
    }
}
