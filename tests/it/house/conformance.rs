//! CONFORMANCE.md is complete, and names tests that exist.

use std::collections::BTreeMap;

use jwt_guard_tests::sources;

/// Each group of rules with the number of its last.
const RULES: [(char, u32); 8] =
    [('A', 4), ('B', 7), ('C', 11), ('D', 10), ('E', 4), ('F', 6), ('J', 22), ('K', 14)];

#[test]
fn every_rule_has_a_row_with_tests_and_there_are_no_others() {
    let mut expected: Vec<_> = RULES
        .iter()
        .flat_map(|(group, last)| (1..=*last).map(move |number| format!("{group}{number}")))
        .collect();
    expected.sort();
    let rows = rows();
    assert_eq!(rows.keys().cloned().collect::<Vec<_>>(), expected);
    for (rule, tests) in rows {
        assert!(!tests.is_empty(), "the rule {rule} has no test");
    }
}

#[test]
fn every_named_test_exists_and_is_a_test() {
    let mut wrong = Vec::new();
    for (rule, tests) in rows() {
        for test in tests {
            let Some((file, name)) = test.split_once("::") else {
                wrong.push(format!("{rule}: `{test}` is not `file::name`"));
                continue;
            };
            if !is_test(&sources::read(file), name) {
                wrong.push(format!("{rule}: {file} has no test `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_is_proved_by_an_ignored_test() {
    for (rule, tests) in rows() {
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let attributes = attributes(&sources::read(file), name).unwrap_or_default();
            assert!(!attributes.contains("#[ignore"), "{rule}: {test}");
        }
    }
}

/// The tests of each rule: the list items below its heading.
fn rows() -> BTreeMap<String, Vec<String>> {
    let text = sources::read("tests/CONFORMANCE.md");
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rule = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            let name = heading.split('.').next().unwrap_or_default().to_owned();
            assert!(!rows.contains_key(&name), "the rule {name} stands there twice");
            rows.insert(name.clone(), Vec::new());
            rule = Some(name);
        } else if let Some(item) = line.strip_prefix("- ") {
            let tests = rule.as_ref().and_then(|rule| rows.get_mut(rule)).expect("a rule before its tests");
            tests.push(item.trim_matches('`').to_owned());
        }
    }
    rows
}

pub(super) fn is_test(source: &str, name: &str) -> bool {
    attributes(source, name)
        .is_some_and(|attributes| attributes.contains("test]") || attributes.contains("test("))
}

/// The attributes above a function.
pub(super) fn attributes(source: &str, name: &str) -> Option<String> {
    let lines: Vec<_> = source.lines().collect();
    let at = lines.iter().position(|line| line.contains(&format!("fn {name}(")))?;
    let above = lines[..at].iter().rev();
    Some(above.take_while(|line| line.trim_start().starts_with("#[")).copied().collect())
}
