//! Compares the names of policies with the vocabularies of their guards.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::table::{AccessRow, AccessTable};
use crate::claims::hierarchy::Hierarchy;
use crate::guard::JwtGuard;
use crate::nearest::nearest;
use crate::policy::Term;
use crate::policy::vocabulary::{NameKind, names};

/// A scope or role that a policy asks for, and that its guard does not declare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnusedName {
    /// The condition that no policy has: `scope = "orders:export"`.
    pub condition: String,
    /// The [name](crate::JwtGuard::name) of the guard.
    pub guard: String,
}

impl AccessTable {
    /// The scopes and roles that policies of these routes ask for and that the enums of the guard do not declare: below
    /// `not(..)` and in named policies too. Names that [`scope_implies`](crate::setup::Builder::scope_implies) has are
    /// known.
    ///
    /// Empty where the guard was not given [scopes](crate::setup::Builder::scopes), or roles. For a route
    /// without a guard of its own, the installed one counts; for tenants, the default guard.
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
        guards(self).values().flat_map(undeclared_of).collect()
    }

    /// The declared scopes and roles that no policy of these routes asks for, in the order of their declaration.
    ///
    /// A name is used if a policy asks for it, or for another that it implies: `admin` is used where it implies
    /// `orders:read`, and a policy asks for that. Where several guards declare a name, one of them that uses it is enough.
    pub fn unused_names(&self) -> Vec<UnusedName> {
        let guards = guards(self);
        let mut found: Vec<UnusedName> = Vec::new();
        for asked in guards.values() {
            for kind in NameKind::ALL {
                for term in asked.guard.config().vocabulary.of(kind).unwrap_or_default() {
                    let (name, condition) = (term.name(), kind.condition(term.name()));
                    let is_used = guards.values().any(|other| other.uses(kind, name));
                    if !is_used && !found.iter().any(|known| known.condition == condition) {
                        found.push(UnusedName { condition, guard: asked.guard.name().to_owned() });
                    }
                }
            }
        }
        found
    }

    /// What to say of names below the rows.
    pub(super) fn notes(&self) -> Vec<String> {
        let undeclared = self.undeclared_names().into_iter().map(|name| format!("undeclared: {name}"));
        let unused = self.unused_names().into_iter().map(|name| format!("unused: {name}"));
        undeclared.chain(unused).collect()
    }
}

/// A line for each name that is not declared, of the guards that deny such names or of the others.
pub(super) fn undeclared(table: &AccessTable, denied: bool) -> String {
    let guards = guards(table);
    let guards = guards.values().filter(|asked| asked.guard.config().vocabulary.denies_undeclared == denied);
    guards.flat_map(undeclared_of).map(|name| format!("\n{name}")).collect()
}

/// Tells the operator of names that are not declared; the rows are complete.
pub(super) fn report_undeclared(table: &AccessTable) {
    let [denied, others] = [true, false].map(|denied| undeclared(table, denied));
    if !denied.is_empty() {
        tracing::error!(target: "jwt_guard", "policies ask for names that are not declared:{denied}");
    }
    if !others.is_empty() {
        tracing::warn!(target: "jwt_guard", "policies ask for names that are not declared:{others}");
    }
}

fn undeclared_of(GuardNames { guard, names }: &GuardNames) -> Vec<UndeclaredName> {
    let vocabulary = &guard.config().vocabulary;
    let mut found = Vec::new();
    for ((kind, name), routes) in names {
        let Some(declared) = vocabulary.of(*kind) else { continue };
        if has(declared, name) || implying(hierarchy(guard, *kind)).contains(name) {
            continue;
        }
        let other = kind.other();
        let nearest = match vocabulary.of(other) {
            Some(terms) if has(terms, name) => Some(other.condition(name)),
            _ => nearest(name, declared.iter().map(Term::name)).map(|known| kind.condition(known)),
        };
        let (condition, guard) = (kind.condition(name), guard.name().to_owned());
        found.push(UndeclaredName { condition, nearest, guard, routes: routes.clone() });
    }
    found
}

/// A guard of a table, and the names of the policies that it decides, each with its routes.
struct GuardNames {
    guard: JwtGuard,
    names: BTreeMap<(NameKind, &'static str), Vec<String>>,
}

impl GuardNames {
    /// Whether the guard declares the name, and a policy asks for it or for one that it implies.
    fn uses(&self, kind: NameKind, name: &str) -> bool {
        let is_asked = |name: &str| self.names.keys().any(|(asked, known)| *asked == kind && *known == name);
        let implies_asked = || {
            let implications = hierarchy(&self.guard, kind).implications();
            let mut implied = implications.into_iter().filter(|(known, _)| *known == name);
            implied.any(|(_, implied)| implied.into_iter().any(is_asked))
        };
        let declared = self.guard.config().vocabulary.of(kind).unwrap_or_default();
        has(declared, name) && (is_asked(name) || implies_asked())
    }
}

/// The guards of the rows, by number.
fn guards(table: &AccessTable) -> BTreeMap<u64, GuardNames> {
    let mut found: BTreeMap<u64, GuardNames> = BTreeMap::new();
    for row in table.rows() {
        let (Some(rule), Some(guard)) = (row.rule(), row.guard()) else { continue };
        let asked = found.entry(guard.id()).or_insert_with(|| GuardNames { guard, names: BTreeMap::new() });
        for name in names(rule.requirement()) {
            asked.names.entry(name).or_default().push(route(row));
        }
    }
    found
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
