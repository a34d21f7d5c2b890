//! What a test of denials found.

use std::collections::BTreeSet;
use std::fmt;

use super::super::defect::Defect;
use crate::guard::JwtGuard;
use crate::router::AccessRow;

/// The result of [`Denials::check`](super::Denials::check): holes, and routes that could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "`.assert()` fails the test if the report has a hole, or a route that could not be judged"]
pub struct DenialReport {
    /// The requests that were not refused as they must be.
    pub holes: Vec<Hole>,
    /// The routes that could not be judged, or not by every request, with the reason.
    pub unjudged: Vec<Unjudged>,
    /// The routes that were not judged, for a reason that the test or the application gives.
    pub accepted: Vec<Accepted>,
    /// The routes of [`except`](super::Denials::except) and [`unjudged`](super::Denials::unjudged) that are
    /// not in the table, or could be judged.
    pub unused: Vec<String>,
    /// The kinds of token that a guard accepts by its configuration, so that they were not sent.
    pub unsent: Vec<Unsent>,
    /// How many requests were sent.
    pub requests: usize,
}

/// Requests to one route that were not refused as they must be, in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hole {
    /// The method and the path of the request.
    pub route: String,
    /// Where the policy is written, or the route added: file and line.
    pub place: String,
    /// The policy as its attribute.
    pub policy: String,
    /// What was sent: each of these.
    pub sent: Vec<String>,
    /// How it must be refused.
    pub expected: String,
    /// What happened.
    pub found: String,
}

/// A route that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unjudged {
    /// The method and the path of the table.
    pub route: String,
    /// Where the policy is written, or the route added: file and line.
    pub place: String,
    /// Why it could not be judged, and what would help.
    pub reason: String,
    /// The requests of which nothing is known; empty if it is not for single ones.
    pub sent: Vec<String>,
}

/// A route that was not judged, and why that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The method and the path of the table.
    pub route: String,
    /// Where the policy is written, or the route added: file and line.
    pub place: String,
    /// Why it was not judged.
    pub reason: String,
    /// Why that is right, as the test or the application says.
    pub why: String,
}

/// A kind of token that a guard accepts by its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsent {
    /// The [name](crate::JwtGuard::name) of the guard.
    pub guard: String,
    /// What would be wrong with the token for another guard.
    pub defect: Defect,
    /// Why it is not for this one.
    pub reason: String,
}

impl DenialReport {
    /// Fails the test if there is a hole, a route that could not be judged, or an exception that is not used.
    ///
    /// # Panics
    ///
    /// With the whole report.
    #[track_caller]
    pub fn assert(&self) {
        if !(self.holes.is_empty() && self.unjudged.is_empty() && self.unused.is_empty()) {
            panic!("{self}");
        }
    }

    pub(super) fn add_hole(&mut self, hole: Hole) {
        let found = |hole: &Hole| Hole { sent: Vec::new(), ..hole.clone() };
        let new = found(&hole);
        let is_same = |known: &&mut Hole| found(known) == new;
        match self.holes.iter_mut().find(is_same) {
            Some(known) => known.sent.extend(hole.sent),
            None => self.holes.push(hole),
        }
    }

    /// Notes why a row, or this request to it, could not be judged.
    pub(super) fn add_unjudged(&mut self, row: &AccessRow, sent: Option<&str>, reason: impl Into<String>) {
        let (route, place, reason) = (name(row), place(row), reason.into());
        let is_same =
            |known: &&mut Unjudged| (&known.route, &known.place, &known.reason) == (&route, &place, &reason);
        let sent = sent.map(str::to_owned);
        match self.unjudged.iter_mut().find(is_same) {
            Some(known) => known.sent.extend(sent.filter(|sent| !known.sent.contains(sent))),
            None => {
                self.unjudged.push(Unjudged { route, place, reason, sent: sent.into_iter().collect() });
            }
        }
    }

    pub(super) fn add_accepted(&mut self, row: &AccessRow, reason: &str, why: &str) {
        let found =
            Accepted { route: name(row), place: place(row), reason: reason.to_owned(), why: why.to_owned() };
        if !self.accepted.contains(&found) {
            self.accepted.push(found);
        }
    }

    pub(super) fn add_unsent(&mut self, guard: &JwtGuard, defect: Defect, reason: String) {
        let found = Unsent { guard: guard.name().to_owned(), defect, reason };
        if !self.unsent.contains(&found) {
            self.unsent.push(found);
        }
    }

    /// Accepts what could not be judged of these routes, each with the reason of the test, and names the exceptions that are
    /// not used.
    pub(super) fn accept(&mut self, unjudged: &[(String, String)], excepted: &[(String, String)]) {
        let mut used: BTreeSet<_> = self.accepted.iter().map(|found| found.route.clone()).collect();
        let has = |used: &BTreeSet<String>, (route, _): &&(String, String)| !used.contains(route);
        let unused: Vec<_> = excepted.iter().filter(|given| has(&used, given)).collect();
        self.unused.extend(unused.into_iter().map(|(route, _)| route.clone()));
        used.clear();
        for found in std::mem::take(&mut self.unjudged) {
            let Some((route, why)) = unjudged.iter().find(|(route, _)| *route == found.route) else {
                self.unjudged.push(found);
                continue;
            };
            used.insert(route.clone());
            let Unjudged { route, place, reason, sent: _ } = found;
            self.accepted.push(Accepted { route, place, reason, why: why.clone() });
        }
        let unused = unjudged.iter().filter(|given| has(&used, given));
        self.unused.extend(unused.map(|(route, _)| route.clone()));
    }
}

/// The name of a row: its method and path.
pub(super) fn name(row: &AccessRow) -> String {
    format!("{} {}", row.method, row.path)
}

pub(super) fn place(row: &AccessRow) -> String {
    format!("{}:{}", row.file, row.line)
}

/// All holes, then what could not be judged, and what was not sent.
impl fmt::Display for DenialReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent: usize = self.holes.iter().map(|hole| hole.sent.len()).sum();
        writeln!(f, "{sent} of {} requests were not refused as they must be.", self.requests)?;
        for hole in &self.holes {
            write!(f, "{hole}")?;
        }
        list(
            f,
            "Not judged (accept each by `.unjudged(route, why)`, if another test judges it):",
            &self.unjudged,
        )?;
        list(f, "Exceptions of the test that are not used, to be removed:", &self.unused)?;
        list(f, "Not judged, as accepted:", &self.accepted)?;
        list(f, "Not sent:", &self.unsent)
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, title: &str, list: &[T]) -> fmt::Result {
    if !list.is_empty() {
        writeln!(f, "{title}")?;
    }
    list.iter().try_for_each(|item| writeln!(f, "  {item}"))
}

/// One a line.
fn write_sent(f: &mut fmt::Formatter<'_>, sent: &[String]) -> fmt::Result {
    for (index, sent) in sent.iter().enumerate() {
        writeln!(f, "      {}  {sent}", if index == 0 { "sent    " } else { "        " })?;
    }
    Ok(())
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, place, policy, sent, expected, found } = self;
        writeln!(f, "  {route}: {policy}")?;
        write_sent(f, sent)?;
        writeln!(f, "      expected  {expected}")?;
        writeln!(f, "      found     {found}")?;
        writeln!(f, "      at {place}")
    }
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, place, reason, sent } = self;
        writeln!(f, "{route}: {reason}")?;
        write_sent(f, sent)?;
        write!(f, "      at {place}")
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, reason, why, .. } = self;
        write!(f, "{route}: {reason} ({why})")
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guard, defect, reason } = self;
        write!(f, "{defect}: {reason} (`{guard}`)")
    }
}
