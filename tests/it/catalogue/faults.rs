//! Finds what is missing in a case, or stands there in vain.

use std::collections::BTreeSet;

use jwt_guard_tests::sources;

use super::data::Case;

/// Shorter words stand in any error.
const FEWEST_LETTERS: usize = 4;

impl Case {
    /// What is missing in a case, or stands there in vain.
    pub(super) fn faults(&self, theme: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |is_fault: bool, what: &str| {
            if is_fault {
                faults.push(format!("{}: {what}", self.id));
            }
        };
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        let named = self.id.strip_prefix(theme).and_then(|rest| rest.strip_prefix('/'));
        fault(
            named.is_none_or(|name| name.is_empty() || !name.chars().all(plain)),
            "the id is not `theme/lower-case-words`",
        );
        fault(!self.requirement.ends_with('.'), "the requirement is not a sentence");
        fault(self.source.is_empty(), "no source");
        fault(self.source.iter().any(|source| !source.contains(": ")), "a source is not `name: place`");
        if let Some(reason) = &self.skip {
            fault(reason.len() < 20, "a skipped case needs a reason");
            fault(self.expect.is_some() || !self.steps.is_empty(), "a skipped case expects nothing");
            return faults;
        }
        fault(self.expect.is_some() != self.steps.is_empty(), "either `expect` or steps");
        let is_fetch =
            self.requirement.contains("fetch") && self.expects().all(|expect| expect.fetches.is_none());
        fault(is_fetch, "a requirement that speaks of fetching says what is fetched: `fetches`");
        for expect in self.expects() {
            fault(
                expect.status.is_some() == expect.start_error.is_some(),
                "either a status or a `start_error`",
            );
            let said = expect.start_error.as_ref().is_none_or(|words| words.len() >= FEWEST_LETTERS);
            fault(!said, "a `start_error` says which one");
            // The application refuses too, and then the handler is said not to have run.
            let refused = matches!(expect.status, Some(400 | 401 | 403 | 503)) && expect.ran.is_none();
            fault(refused && expect.code.is_none(), "a refusal needs the code that says why");
            let silent = expect.caller.is_none()
                && expect.body_has.is_empty()
                && expect.headers.is_empty()
                && expect.headers_have.is_empty();
            fault(expect.status == Some(200) && silent, "a 200 says who calls, or what is in it");
        }
        faults
    }
}

/// What a reason names and does not exist: a test (`tests/FILE::NAME`), a file of `ui-tests`, a case that is run.
pub(super) fn unproved(reason: &str, cases: &BTreeSet<&str>) -> Vec<String> {
    let is_id = |word: &str| word.chars().all(|char| matches!(char, 'a'..='z' | '0'..='9' | '-' | '/'));
    let is_proof = |word: &str| {
        if let Some((file, test)) = word.split_once("::") {
            sources::read(file).contains(&format!("fn {test}("))
        } else if word.starts_with("ui-tests/") {
            sources::workspace().join(word).exists()
        } else {
            !word.starts_with("tests/") && (!is_id(word) || cases.contains(word))
        }
    };
    let words = reason.split([' ', ',', ';', '(', ')']).map(|word| word.trim_end_matches(':'));
    let unproved = words.filter(|word| word.contains('/') && !is_proof(word));
    unproved.map(|word| format!("{word} is neither a test nor a case that is run: {reason}")).collect()
}
