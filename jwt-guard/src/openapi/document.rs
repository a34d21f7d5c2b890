//! Writes an access table into a document, and compares the two.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{CROSS_SITE, answers, note};
use super::error::DocumentError;
use super::options::DocumentOptions;
use super::schemes::{AskedNames, Schemes};
use super::security::{
    HIDDEN, REPORTED, SchemeScopes, asked, changes_something, expand, marked, requirements,
};
use super::write::{At, METHODS, Write, WriteOperation, documented_path};
use crate::guard::JwtGuard;
use crate::policy::{DenyAs, Needs, Rule};
use crate::router::{AccessRow, AccessTable, RoutePath};

/// A document under construction: the problems, and the needed schemes.
struct Work<'a, D> {
    document: &'a mut D,
    options: &'a DocumentOptions,
    /// The schemes of each guard, by its number, with the names of its policies.
    guards: BTreeMap<u64, (Schemes, AskedNames)>,
    problems: Vec<String>,
}

/// Writes the policies of `table` into `document`, and compares the two.
pub(super) fn write(
    table: &AccessTable,
    options: &DocumentOptions,
    document: &mut impl Write,
) -> Result<(), DocumentError> {
    let mut work = Work { document, options, guards: BTreeMap::new(), problems: Vec::new() };
    for schemes in options.named_schemes() {
        work.guards.insert(schemes.guard().id(), (schemes.clone(), AskedNames::default()));
    }
    let rows: Vec<_> =
        table.rows().iter().filter(|row| matches!(row.source.place, RoutePath::Route(_))).collect();
    rows.iter().for_each(|row| work.add_operations(row));
    let documented = work.document.everywhere();
    let mut served = BTreeSet::new();
    for at in documented {
        match row_of(&rows, &at) {
            Some(row) => {
                served.insert((&row.path, &row.method));
                work.write_row(&at, row);
            }
            None if options.is_elsewhere(&at.path) => {}
            None => work.problems.push(format!(
                "{} {} is documented and not served: no row of the access table has it. Add the route, take \
                 the operation out, or name the path with `elsewhere(..)` if a part that is not listed \
                 serves it",
                at.method, at.path
            )),
        }
    }
    for row in rows {
        let Some(rule) = row.rule() else { continue };
        let may_lack = options.is_undocumented(&row.path)
            || row.method == "OTHER"
            || rule.deny_as() == DenyAs::NotFound
            || row.source.methods == ["CONNECT"];
        if !may_lack && !served.contains(&(&row.path, &row.method)) {
            work.problems.push(format!(
                "{} {} is served and not documented: add its handler to `paths(..)` or to `routes!(..)`, or \
                 name the path with `undocumented(..)`",
                row.method, row.path
            ));
        }
    }
    work.finish()
}

/// Replaces the markers in `document`, which has no access table, by the schemes of a guard.
pub(super) fn resolve(
    schemes: &Schemes,
    hidden: bool,
    document: &mut impl Write,
) -> Result<(), DocumentError> {
    let options = DocumentOptions::new().schemes(schemes.clone());
    let guards = BTreeMap::from([(schemes.guard().id(), (schemes.clone(), AskedNames::default()))]);
    let mut work = Work { document, options: &options, guards, problems: Vec::new() };
    for at in work.document.everywhere() {
        let Some(operation) = work.document.operation(&at) else { continue };
        let written = operation.security().unwrap_or_default();
        if !hidden && written.iter().any(|requirement| requirement.contains_key(HIDDEN)) {
            work.document.remove(&at);
            continue;
        }
        if written.iter().any(|requirement| marked(requirement).is_some()) {
            work.secure(&at, &written, schemes);
        } else if written.is_empty() && operation.has_policy() {
            work.ask_nothing(&at, Some(schemes));
        }
    }
    work.finish()
}

impl<D: Write> Work<'_, D> {
    /// Adds the operations that are kept with the rows of a router.
    fn add_operations(&mut self, row: &AccessRow) {
        let Some(operation) = &row.source.operation else { return };
        // With its operation, the schemas of a hidden route would come into the document.
        if row.rule().is_some_and(|rule| self.leaves_out(rule)) {
            return;
        }
        for at in places(row) {
            if self.document.operation(&at).is_none() && !self.document.add(&at, operation) {
                self.problems.push(format!(
                    "{} {} is documented by another library than this document is of",
                    at.method, at.path
                ));
            }
        }
    }

    /// Whether a route is hidden, and not asked for.
    fn leaves_out(&self, rule: &Rule) -> bool {
        rule.deny_as() == DenyAs::NotFound && !self.options.shows_hidden()
    }

    fn write_row(&mut self, at: &At, row: &AccessRow) {
        let Some(rule) = row.rule() else { return };
        if self.leaves_out(rule) {
            self.document.remove(at);
            return;
        }
        let needs = Needs::of(rule);
        let requirements = requirements(rule, &needs);
        let Some(operation) = self.document.operation(at) else { return };
        describe(operation, rule, &needs);
        if requirements.is_empty() {
            let schemes = self.schemes_of(row);
            return self.ask_nothing(at, schemes.as_ref());
        }
        match self.schemes_of(row) {
            Some(schemes) => self.secure(at, &requirements, &schemes),
            None => self.problems.push(format!(
                "no guard is known for {} {}: give the router one with `with_guard(..)`, or install one, or \
                 name it with `schemes(guard.openapi())`",
                at.method, at.path
            )),
        }
    }

    fn secure(&mut self, at: &At, requirements: &[SchemeScopes], schemes: &Schemes) {
        let Some(operation) = self.document.operation(at) else { return };
        operation.secure(&expand(requirements, schemes, at.method));
        let has = |marker| requirements.iter().any(|requirement| requirement.contains_key(marker));
        let shows_refusals = !has(HIDDEN) && !has(REPORTED);
        if schemes.reads_cookies() && changes_something(at.method) && shows_refusals {
            operation.answer(&CROSS_SITE);
        }
        let known = self
            .guards
            .entry(schemes.guard().id())
            .or_insert_with(|| (schemes.clone(), AskedNames::default()));
        requirements.iter().for_each(|requirement| asked(requirement, &mut known.1));
    }

    /// Declares that credentials are ignored. A library that cannot write this omits `security`, and then the
    /// document-wide one would apply.
    fn ask_nothing(&mut self, at: &At, schemes: Option<&Schemes>) {
        if !D::SAYS_EMPTY && !self.document.security().is_empty() {
            self.problems.push(format!(
                "the document has a `security` of its own, which would count for {} {} too, where no \
                 credentials are looked at: remove it, since each operation says its own",
                at.method, at.path
            ));
        }
        let Some(operation) = self.document.operation(at) else { return };
        operation.secure(&[]);
        // A page of another site could log a person in or out.
        if schemes.is_some_and(Schemes::reads_cookies) && changes_something(at.method) {
            operation.answer(&CROSS_SITE);
        }
    }

    /// The schemes of the guard that decides a row: that of the nearest router, of the options, or of the process.
    fn schemes_of(&self, row: &AccessRow) -> Option<Schemes> {
        let named = |guard: &JwtGuard| {
            let known = self.guards.get(&guard.id());
            known.map_or_else(|| guard.openapi(), |(schemes, _)| schemes.clone())
        };
        let alone = match self.options.named_schemes() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let nearest = row.source.guard.as_ref().map(named);
        nearest.or(alone).or_else(|| row.guard().as_ref().map(named))
    }

    /// Defines the schemes, and finds undefined ones.
    fn finish(mut self) -> Result<(), DocumentError> {
        self.document.finish();
        for (schemes, asked) in self.guards.values() {
            self.problems.extend(schemes.problems());
            let used = self.document.everywhere();
            let used: BTreeSet<_> = used
                .iter()
                .filter_map(|at| self.document.operation(at)?.security())
                .flatten()
                .flat_map(SchemeScopes::into_keys)
                .collect();
            for scheme in schemes.defined(asked).filter(|scheme| used.contains(&scheme.name)) {
                if !self.document.define(&scheme) {
                    self.problems.push(format!(
                        "two security schemes are called `{0}`: rename one with \
                         `guard.openapi().name(\"{0}\", ..)`",
                        scheme.name
                    ));
                }
            }
        }
        let defined = self.document.defined();
        let asked =
            self.document.security().into_iter().map(|requirement| ("the document".to_owned(), requirement));
        let mut asked: Vec<_> = asked.collect();
        for at in self.document.everywhere() {
            let security = self.document.operation(&at).and_then(|operation| operation.security());
            let who = format!("{} {}", at.method, at.path);
            asked.extend(security.into_iter().flatten().map(|requirement| (who.clone(), requirement)));
        }
        for (who, requirement) in asked {
            for name in requirement.keys().filter(|name| !defined.contains(*name)) {
                self.problems.push(format!(
                    "{who} asks for the security scheme `{name}`, which is not defined: define it, or take \
                     it out"
                ));
            }
        }
        DocumentError::unless_empty(self.problems)
    }
}

/// Writes the parts that do not depend on the guard: the policy, and its refusals.
pub(super) fn describe(operation: &mut impl WriteOperation, rule: &Rule, needs: &Needs) {
    for answer in answers(rule, needs) {
        operation.answer(&answer);
    }
    if let Some(note) = note(rule, needs) {
        operation.describe(&note);
    }
    operation.name_policy(&rule.to_string());
}

/// The places of a row's operations.
fn places(row: &AccessRow) -> impl Iterator<Item = At> {
    let path = documented_path(&row.path);
    let methods = METHODS.into_iter().filter(|method| row.source.methods.contains(method));
    methods.map(move |method| At { path: path.clone(), method })
}

/// The row of an operation: `HEAD` follows `GET`, and `ANY` and `OTHER` serve the remaining methods.
fn row_of<'r>(rows: &[&'r AccessRow], at: &At) -> Option<&'r AccessRow> {
    let here = || rows.iter().copied().filter(|row| documented_path(&row.path) == at.path);
    let by_name = |method: &str| here().find(|row| row.source.methods.contains(&method));
    by_name(at.method)
        .or_else(|| (at.method == "HEAD").then(|| by_name("GET")).flatten())
        .or_else(|| here().find(|row| row.source.methods.is_empty()))
}
