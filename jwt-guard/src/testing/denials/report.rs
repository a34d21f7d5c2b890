//! What a test of denials found.

use std::fmt;

use super::super::defect::Defect;
use crate::guard::JwtGuard;
use crate::router::AccessRow;

/// The result of [`Denials::check`](super::Denials::check): holes, and routes that could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DenialReport {
    /// The requests that were not refused as they must be.
    pub holes: Vec<Hole>,
    /// The routes that could not be judged, or not by every request, with the reason.
    pub unjudged: Vec<Unjudged>,
    /// The kinds of token that a guard accepts by its configuration, so that they were not sent.
    pub unsent: Vec<Unsent>,
    /// How many requests were sent.
    pub requests: usize,
}

/// A request that was not refused as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hole {
    /// The method and the path of the request.
    pub route: String,
    /// Where the policy is written, or the route added: file and line.
    pub place: String,
    /// The policy as its attribute.
    pub policy: String,
    /// What was sent.
    pub sent: String,
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
    pub(super) fn add_unjudged(&mut self, row: &AccessRow, reason: impl Into<String>) {
        let route = format!("{} {}", row.method, row.path);
        let found = Unjudged { route, place: place(row), reason: reason.into() };
        if !self.unjudged.contains(&found) {
            self.unjudged.push(found);
        }
    }

    pub(super) fn add_unsent(&mut self, guard: &JwtGuard, defect: Defect, reason: String) {
        let found = Unsent { guard: guard.name().to_owned(), defect, reason };
        if !self.unsent.contains(&found) {
            self.unsent.push(found);
        }
    }

    /// Fails the test if there is a hole.
    ///
    /// # Panics
    ///
    /// With the whole report.
    #[track_caller]
    pub(super) fn assert(&self) {
        if !self.holes.is_empty() {
            panic!("{self}");
        }
    }
}

pub(super) fn place(row: &AccessRow) -> String {
    format!("{}:{}", row.file, row.line)
}

/// All holes, then what could not be judged, and what was not sent.
impl fmt::Display for DenialReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {} requests were not refused as they must be:", self.holes.len(), self.requests)?;
        for hole in &self.holes {
            write!(f, "{hole}")?;
        }
        if !self.unjudged.is_empty() {
            writeln!(f, "Not judged:")?;
        }
        for Unjudged { route, place, reason } in &self.unjudged {
            writeln!(f, "  {route}: {reason}\n      at {place}")?;
        }
        if !self.unsent.is_empty() {
            writeln!(f, "Not sent:")?;
        }
        for Unsent { guard, defect, reason } in &self.unsent {
            writeln!(f, "  {defect}: {reason} (`{guard}`)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, place, policy, sent, expected, found } = self;
        writeln!(f, "  {route}: {policy}")?;
        writeln!(f, "      sent      {sent}")?;
        writeln!(f, "      expected  {expected}")?;
        writeln!(f, "      found     {found}")?;
        writeln!(f, "      at {place}")
    }
}
