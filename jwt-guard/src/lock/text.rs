//! The text of a lock file: written, and read again.

use std::collections::BTreeSet;

use super::access::{Callers, LockedAccess, LockedRefusal, REPORT_ONLY};
use super::condition::Condition;
use super::error::LockError;
use super::{AccessLock, LockedRow};
use crate::policy::Enforcement;

/// The first lines of every file.
const HEAD: &str = "\
# Who may call what. A test compares this file with the application (jwt_guard::lock::assert_access_lock).
# After a change that is meant: ACCESS_LOCK=overwrite cargo test
version 1
";

/// A line about the hierarchy of a guard.
const IMPLICATION: &str = "`scope = \"..\" implies scope = \"..\"`";

/// Nested deeper, a file was not written by this module.
const DEEPEST: usize = 64;

pub(super) fn write(lock: &AccessLock) -> String {
    let mut out = HEAD.to_owned();
    for (guard, implications) in &lock.guards {
        implications.write(&quoted(guard), &mut out);
    }
    let places: Vec<_> = lock.rows.iter().map(|row| format!("{:7} {}", row.method, place(row))).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default();
    for (row, place) in lock.rows.iter().zip(places) {
        out.push_str(&format!("{place:width$}  {}\n", row.access));
    }
    out
}

fn place(row: &LockedRow) -> String {
    match &row.guard {
        Some(guard) => format!("{} guard {}:", quoted(&row.path), quoted(guard)),
        None => format!("{}:", quoted(&row.path)),
    }
}

/// A text as [`Rest::string`] reads it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn read(text: &str) -> Result<AccessLock, LockError> {
    let mut lock = AccessLock::default();
    let mut version = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let failed = |expected: &'static str| LockError::line(number, line, expected);
        match (version, line.strip_prefix("version ")) {
            (None, Some("1")) => version = Some(1),
            (None, Some(_)) => return Err(failed("`version 1`: a newer jwt-guard wrote this file")),
            (None, None) => return Err(failed("`version 1`")),
            (Some(_), _) => read_line(&mut lock, line).map_err(failed)?,
        }
    }
    if version.is_none() {
        return Err(LockError::line(1, "", "`version 1`"));
    }
    lock.rows.sort();
    Ok(lock)
}

/// Reads a line that is not a comment; the error is what was expected.
fn read_line(lock: &mut AccessLock, line: &str) -> Result<(), &'static str> {
    let mut rest = Rest(line);
    if rest.eat("guard ") {
        let guard = rest.string()?;
        rest.expect(":", "`:` after the name of the guard")?;
        let name = rest.name().ok_or(IMPLICATION)?;
        rest.expect("implies ", IMPLICATION)?;
        let implied = rest.list("")?;
        let names = implied.into_iter().map(|condition| match condition {
            Condition::One(text) => Ok(text),
            _ => Err("names after `implies`"),
        });
        let guard = lock.guards.entry(guard).or_default();
        guard.insert(name.to_owned(), names.collect::<Result<_, _>>()?);
        return Ok(());
    }
    let method = rest.word().to_owned();
    let path = rest.string()?;
    let guard = if rest.eat("guard ") { Some(rest.string()?) } else { None };
    rest.expect(":", "`:` before the policy")?;
    let access = LockedAccess {
        callers: rest.callers()?,
        checks: rest.checks()?,
        refusal: rest.refusal()?,
        enforcement: rest.enforcement()?,
    };
    lock.rows.push(LockedRow { path, method, guard, access, source: None });
    Ok(())
}

/// The part of a line that was not read yet.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn eat(&mut self, word: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, word: &str, expected: &'static str) -> Result<(), &'static str> {
        self.eat(word).then_some(()).ok_or(expected)
    }

    fn word(&mut self) -> &'t str {
        let text = self.0.trim_start();
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        self.0 = rest;
        word
    }

    /// A scope or a role, whose name may have any word in it: `role = "that implies another"`.
    fn name(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        let quote = text.find('"')?;
        let length = closing_quote(text.get(quote..)?)?;
        let (name, rest) = text.split_at_checked(quote.checked_add(length)?)?;
        self.0 = rest;
        Some(name)
    }

    /// A string of JSON.
    fn string(&mut self) -> Result<String, &'static str> {
        const EXPECTED: &str = "a text in double quotes";
        let text = self.0.trim_start();
        let length = text.starts_with('"').then(|| closing_quote(text)).flatten().ok_or(EXPECTED)?;
        let (quoted, rest) = text.split_at_checked(length).ok_or(EXPECTED)?;
        self.0 = rest;
        serde_json::from_str(quoted).map_err(|_| EXPECTED)
    }

    fn callers(&mut self) -> Result<Callers, &'static str> {
        const FIXED: [Callers; 6] = [
            Callers::Unguarded,
            Callers::CredentialsIgnored,
            Callers::AnonymousIfExpired,
            Callers::Anonymous,
            Callers::RefreshToken,
            Callers::AccessToken(Condition::NOTHING),
        ];
        if let Some(callers) = FIXED.into_iter().find(|callers| self.eat(&callers.to_string())) {
            return Ok(callers);
        }
        self.expect(
            "requires(",
            "a policy, such as `authentication_required` or `requires(scope = \"..\")`",
        )?;
        let list = self.list(")")?;
        Ok(Callers::AccessToken(Condition::All(list)))
    }

    /// The names of checks, which have neither commas nor spaces.
    fn checks(&mut self) -> Result<BTreeSet<String>, &'static str> {
        let mut checks = BTreeSet::new();
        while self.eat(", check = ") {
            let end = self.0.find(',').unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at_checked(end).ok_or("the name of a check")?;
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err("the name of a check");
            }
            checks.insert(name.to_owned());
            self.0 = rest;
        }
        Ok(checks)
    }

    fn refusal(&mut self) -> Result<LockedRefusal, &'static str> {
        let mut refusal = LockedRefusal::default();
        if self.eat(", deny_as = \"not_found\"") {
            refusal.hidden = true;
        }
        if self.eat(", redirect = ") {
            refusal.redirect = Some(self.string()?);
        }
        Ok(refusal)
    }

    /// The end of the line.
    fn enforcement(&mut self) -> Result<Enforcement, &'static str> {
        let enforcement = if self.eat(REPORT_ONLY) { Enforcement::ReportOnly } else { Enforcement::Enforced };
        let at_end = self.0.trim().is_empty();
        at_end.then_some(enforcement).ok_or(
            "`, check = ..`, `, deny_as = \"not_found\"`, `, redirect = \"..\"`, `, enforcement = \
             \"report_only\"` or the end of the line",
        )
    }

    /// The conditions up to `end`, or to the end of the line.
    fn list(&mut self, end: &str) -> Result<Vec<Condition>, &'static str> {
        self.list_in(end, DEEPEST)
    }

    fn list_in(&mut self, end: &str, depth: usize) -> Result<Vec<Condition>, &'static str> {
        let depth = depth.checked_sub(1).ok_or("conditions that are not nested so deeply")?;
        let mut list = Vec::new();
        let is_end = |rest: &mut Self| {
            if end.is_empty() { rest.0.trim().is_empty() } else { rest.eat(end) }
        };
        if is_end(self) {
            return Ok(list);
        }
        loop {
            list.push(self.condition(depth)?);
            if is_end(self) {
                return Ok(list);
            }
            self.expect(",", "`,` or `)` after a condition")?;
        }
    }

    fn condition(&mut self, depth: usize) -> Result<Condition, &'static str> {
        if self.eat("all(") {
            return self.list_in(")", depth).map(Condition::All);
        }
        if self.eat("any(") {
            return self.list_in(")", depth).map(Condition::Any);
        }
        if self.eat("not(") {
            let mut list = self.list_in(")", depth)?;
            return match (list.pop(), list.is_empty()) {
                (Some(inner), true) => Ok(Condition::Not(Box::new(inner))),
                _ => Err("one condition in `not(..)`"),
            };
        }
        let text = self.0.trim_start();
        let end = end_of_condition(text).ok_or("the end of a condition: a quote or a parenthesis")?;
        let (one, rest) = text.split_at_checked(end).ok_or("a condition")?;
        self.0 = rest;
        let one = one.trim();
        if one.is_empty() { Err("a condition") } else { Ok(Condition::One(one.to_owned())) }
    }
}

/// The length of the quoted text at the beginning, with its quotes.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return index.checked_add(1),
            _ => {}
        }
    }
    None
}

/// Where a condition that is not a combination ends: at a comma or a parenthesis that is not its own, or with the text.
/// `None` if a quote or a parenthesis is open there: behind another condition it would be read as a part of that.
fn end_of_condition(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth = depth.saturating_add(1),
            ',' | ')' if depth == 0 => return Some(index),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (depth == 0 && !is_quoted).then_some(text.len())
}
