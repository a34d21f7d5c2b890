//! Each promise of SECURITY.md has its row in docs/security-model.md, with tests that exist.

use std::collections::BTreeSet;

use jwt_guard_tests::sources;

use super::conformance::{attributes, is_test};

#[test]
fn every_promise_has_a_row_and_no_row_is_without_promise() {
    let promised: BTreeSet<_> = promises().into_iter().collect();
    let proved: BTreeSet<_> = rows().into_iter().map(|row| row.promise).collect();
    assert!(promised.len() > 10, "{promised:?}");
    assert_eq!(
        promised, proved,
        "the first words of SECURITY.md's list, and of the rows in docs/security-model.md"
    );
}

#[test]
fn every_promise_is_proved_by_tests_that_exist_and_run() {
    let mut wrong = Vec::new();
    for Row { promise, tests } in rows() {
        if tests.is_empty() {
            wrong.push(format!("{promise}: no test"));
        }
        for test in tests {
            let found = match test.split_once("::") {
                Some((file, name)) => {
                    let source = sources::read(file);
                    is_test(&source, name)
                        && !attributes(&source, name).unwrap_or_default().contains("#[ignore")
                }
                // Code that must not compile: the whole file is the test.
                None => test.starts_with("ui-tests/fail/") && !sources::read(&test).is_empty(),
            };
            if !found {
                wrong.push(format!("{promise}: `{test}` is not a test that runs"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What comes before the colon in each item of the list.
fn promises() -> Vec<String> {
    let text = sources::read("SECURITY.md");
    let list = text
        .split("\n## ")
        .find(|section| section.starts_with("What jwt-guard defends against"))
        .expect("the section");
    list.lines()
        .filter_map(|line| line.strip_prefix("- "))
        .map(|item| item.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

struct Row {
    promise: String,
    /// `file::name`.
    tests: Vec<String>,
}

/// The table below the heading `Promises`: a claim may take several rows, of which the first names the promise.
fn rows() -> Vec<Row> {
    let text = sources::read("docs/security-model.md");
    let table = text.split("\n## ").find(|section| section.starts_with("Promises")).expect("the section");
    let mut promise = String::new();
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [named, _, tests] = cells.as_slice() else { panic!("expected three cells: {line}") };
            if !named.is_empty() {
                promise = (*named).to_owned();
            }
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Row { promise: promise.clone(), tests }
        })
        .collect()
}
