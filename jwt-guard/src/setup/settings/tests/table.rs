//! The documentation lists all settings.

use crate::setup::settings::names;

#[test]
fn the_table_lists_the_names_and_the_variables() {
    let names = names::names();
    assert!(names.len() > 30, "{names:?}");
    let rows: Vec<_> = include_str!("../mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("/// | `"))
        .map(|row| row.split('`').step_by(2).take(2).collect::<Vec<_>>())
        .collect();
    let expected: Vec<_> = names
        .iter()
        .map(|field| vec![(*field).to_owned(), format!("JWT_GUARD_{}", field.to_uppercase())])
        .collect();
    assert_eq!(rows, expected);
    assert!(crate::setup::settings::keys::KEYS.iter().all(|key| names.contains(key)));
}
