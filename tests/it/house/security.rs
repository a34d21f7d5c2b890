//! Each sentence among the promises of SECURITY.md has its row in docs/security-model.md, with tests that exist.
//!
//! A row names its sentence by its number, so that a sentence that is added, or taken away, is seen. Whether the tests of a row
//! show what the sentence says is for a reviewer: so is a sentence with other words, and one with two promises.

use std::collections::{BTreeMap, BTreeSet};

use jwt_guard_tests::sources;

use super::conformance::{attributes, is_test};

#[test]
fn every_sentence_of_a_promise_has_a_row_and_no_row_is_without_promise() {
    let promised = promises();
    let mut proved: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for row in rows() {
        proved.entry(row.promise).or_default().extend(row.sentence);
    }
    let sentences: usize = promised.values().map(BTreeSet::len).sum();
    assert!(promised.len() > 10 && sentences > 30, "{promised:?}");
    assert_eq!(
        promised, proved,
        "SECURITY.md: the first words of each item and the numbers of its sentences; docs/security-model.md: those of the rows"
    );
}

#[test]
fn every_promise_is_proved_by_tests_that_exist_and_run() {
    let mut wrong = Vec::new();
    for Row { promise, tests, .. } in rows() {
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
                None => is_whole_file(&test),
            };
            if !found {
                wrong.push(format!("{promise}: `{test}` is not a test that runs"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a whole file is a test: code that must not compile, or a bench.
fn is_whole_file(path: &str) -> bool {
    let is_bench = path
        .strip_prefix("benches/")
        .is_some_and(|bench| sources::read("benches/Cargo.toml").contains(&format!("path = \"{bench}\"")));
    (is_bench || path.starts_with("ui-tests/fail/")) && !sources::read(path).is_empty()
}

/// What comes before the colon in each item of the list, with a number for each sentence after it.
fn promises() -> BTreeMap<String, BTreeSet<usize>> {
    let text = sources::read("SECURITY.md");
    let list = text
        .split("\n## ")
        .find(|section| section.starts_with("What jwt-guard defends against"))
        .expect("the section");
    let items = list.split("\n- ").skip(1);
    items
        .map(|item| {
            let item = item.split("\n\n").next().unwrap_or_default();
            let (name, sentences) = item.split_once(':').expect("an item has first words");
            let ends = sentences.split_whitespace().filter(|word| word.ends_with('.')).count();
            (name.to_owned(), (1..=ends).collect())
        })
        .collect()
}

struct Row {
    promise: String,
    /// The number of a sentence, or none where it promises more.
    sentence: Option<usize>,
    /// `file::name`, or a whole file.
    tests: Vec<String>,
}

/// The table below the heading `Promises`: a promise may take several rows, of which the first names it.
fn rows() -> Vec<Row> {
    let text = sources::read("docs/security-model.md");
    let table = text.split("\n## ").find(|section| section.starts_with("Promises")).expect("the section");
    let mut promise = String::new();
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [named, sentence, _, tests] = cells.as_slice() else { panic!("expected four cells: {line}") };
            if !named.is_empty() {
                promise = (*named).to_owned();
            }
            let sentence =
                (!sentence.is_empty()).then(|| sentence.parse().expect("the number of a sentence"));
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Row { promise: promise.clone(), sentence, tests }
        })
        .collect()
}
