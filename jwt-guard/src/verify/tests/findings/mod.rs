//! What the log says was expected and found: a row for each arm.

mod claims;
mod header;

use super::*;
use crate::shown::Finding;

/// The finding with what was expected and found, and the setting that would change it.
type Row = (Finding, &'static str, &'static str, Option<&'static str>);

#[track_caller]
fn says<const ROWS: usize>(rows: [Row; ROWS]) {
    for (finding, expected, found, setting) in rows {
        let said = (finding.expected.as_deref(), finding.found.as_deref(), finding.setting.as_deref());
        assert_eq!(said, (Some(expected), Some(found), setting));
    }
}

fn as_is(_: &mut Rules) {}

fn value(path: &[&str], values: &[&str], may_be_absent: bool) -> RequiredValue {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let path = ClaimPath(texts(path));
    RequiredValue { path, values: texts(values), may_be_absent, setting: ".claim_value(..)" }
}

impl Verifier {
    /// What is said of a token by the reason of its refusal.
    fn finding_of(&self, token: &str) -> Finding {
        let reason = self.verify(token.as_bytes()).map(drop).expect_err(token);
        self.report(token.as_bytes(), &reason).finding
    }
}
