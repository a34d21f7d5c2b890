//! Every lock is read as it was written, whatever its names are.

use super::*;

/// Names of guards and roles are texts of the application.
const NAMES: [&str; 9] = [
    "plain",
    "that implies another",
    "a \" implies role = \"b",
    "back\\slash",
    "(, not closed",
    "caf\u{e9}",
    "cafe\u{301}",
    "no\u{200b}space",
    "\u{7}\u{1f600}\u{2028}",
];

#[test]
fn names_and_paths_are_read_as_they_are_written() {
    for guard in NAMES {
        let mut lock = lock_of(Condition::One(ATOMS[0].to_owned()));
        lock.rows[0].guard = Some(guard.to_owned());
        let mut implications = LockedImplications::default();
        for name in NAMES {
            let implied = NAMES.into_iter().filter(|other| *other != name);
            implications.insert(
                format!("role = {name:?}"),
                implied.map(|implied| format!("role = {implied:?}")).collect(),
            );
        }
        lock.guards.insert(guard.to_owned(), implications);
        lock.rows[0].path = format!("/{guard}");
        lock.rows[0].access.refusal.redirect = Some(format!("/{guard}"));
        assert_eq!(read_again(&lock), lock);
    }
}

/// Behind another condition, in the order of the file that is written, it would be a part of that.
#[test]
fn a_condition_whose_quote_or_parenthesis_is_open_is_refused() {
    for open in ["scope = \"a", "claim(\"a\" = 1", "scope = \"a\\\""] {
        for line in [
            format!("GET \"/\" guard \"api\": requires({open}"),
            format!("guard \"api\": scope = \"a\" implies scope = \"b\", {open}"),
        ] {
            let error = format!("version 1\n{line}\n").parse::<AccessLock>().unwrap_err().to_string();
            assert!(error.contains("expected the end of a condition: a quote or a parenthesis"), "{error}");
        }
    }
}
