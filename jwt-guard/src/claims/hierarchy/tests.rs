//! The closure does not depend on the order, and every cycle is named.

use super::*;

fn close(implications: &[(&str, &[&str])]) -> Result<Hierarchy, NotClosed> {
    let owned: Vec<_> = implications
        .iter()
        .map(|(name, implied)| {
            ((*name).to_owned(), implied.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        })
        .collect();
    Hierarchy::close(&owned)
}

fn expanded(hierarchy: &Hierarchy, names: &[&str]) -> String {
    let mut names: NameSet = names.iter().copied().collect();
    hierarchy.expand(&mut names);
    names.to_string()
}

fn cycles(implications: &[(&str, &[&str])]) -> Vec<String> {
    match close(implications).unwrap_err() {
        NotClosed::Cycles(cycles) => cycles.iter().map(|cycle| cycle.join(" ")).collect(),
        NotClosed::TooMany(names) => panic!("{names} names"),
    }
}

#[test]
fn what_follows_is_added_once_and_after_the_names_of_the_token() {
    let hierarchy = close(&[("a", &["w"]), ("w", &["r", "l"]), ("z", &["w"])]).unwrap();
    assert_eq!(expanded(&hierarchy, &["x", "a"]), "x a l r w");
    assert_eq!(expanded(&hierarchy, &["r", "z", "a"]), "r z a l w");
    assert_eq!(expanded(&hierarchy, &["r", "x"]), "r x");
    assert_eq!(expanded(&hierarchy, &["x", "a", "l", "r", "w"]), "x a l r w");
    assert_eq!(expanded(&hierarchy, &[]), "");
}

#[test]
fn the_order_of_the_implications_does_not_matter_and_calls_add_up() {
    let one = close(&[("a", &["b", "c"]), ("b", &["d"]), ("d", &["e"])]).unwrap();
    let other = close(&[("d", &["e"]), ("b", &["d"]), ("a", &["c"]), ("a", &["b", "c"])]).unwrap();
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    assert_eq!(format!("{one:?}"), r#"{"a": ["b", "c", "d", "e"], "b": ["d", "e"], "d": ["e"]}"#);
}

#[test]
fn without_implications_nothing_is_held() {
    for none in [close(&[]), close(&[("a", &[])])] {
        let none = none.unwrap();
        assert!(none.0.is_none());
        assert_eq!(expanded(&none, &["a", "b"]), "a b");
        assert_eq!(format!("{none:?}"), "{}");
    }
}

#[test]
fn every_cycle_is_named_from_its_least_name_on() {
    assert_eq!(cycles(&[("a", &["a"])]), ["a a"]);
    assert_eq!(cycles(&[("c", &["a"]), ("a", &["b"]), ("b", &["c"])]), ["a b c a"]);
    assert_eq!(
        cycles(&[("b", &["a"]), ("a", &["b"]), ("y", &["x", "y"]), ("x", &["y"]), ("x", &["a"])]),
        ["a b a", "x y x", "y y"]
    );
    // Two that share a step.
    assert_eq!(
        cycles(&[("a", &["b"]), ("b", &["c", "d"]), ("c", &["a"]), ("d", &["a"])]),
        ["a b c a", "a b d a"]
    );
    // A name that only leads to a cycle, or is reached from one, is not part of it.
    assert_eq!(cycles(&[("x", &["a"]), ("a", &["b"]), ("b", &["a", "y"]), ("y", &["z"])]), ["a b a"]);
}

#[test]
fn two_ways_to_one_name_are_not_a_cycle() {
    let diamond = close(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"])]).unwrap();
    assert_eq!(expanded(&diamond, &["a"]), "a b c d");
}

#[test]
fn a_hierarchy_of_as_many_names_as_fit_is_closed_and_one_more_is_too_many() {
    let chain = |names: usize| {
        let name = |index: usize| format!("n{index:03}");
        let steps: Vec<_> = (1..names).map(|index| (name(index - 1), vec![name(index)])).collect();
        Hierarchy::close(&steps)
    };
    let longest = chain(MOST_NAMES).unwrap();
    assert_eq!(expanded(&longest, &["n000"]).split(' ').count(), MOST_NAMES);
    assert_eq!(expanded(&longest, &["n510"]), "n510 n511");
    assert_eq!(chain(MOST_NAMES + 1).unwrap_err(), NotClosed::TooMany(MOST_NAMES + 1));
}

#[test]
fn a_list_is_reduced_to_what_grants_as_much() {
    let hierarchy = close(&[("a", &["w"]), ("w", &["r"])]).unwrap();
    for (list, reduced) in [
        (vec!["r", "w"], vec!["w"]),
        (vec!["r", "x", "a", "w"], vec!["x", "a"]),
        (vec!["x", "r"], vec!["x", "r"]),
    ] {
        let mut names = list.clone();
        hierarchy.reduce(&mut names);
        assert_eq!(names, reduced, "{list:?}");
    }
}

#[test]
fn the_gain_counts_what_follows_and_not_what_is_held() {
    let hierarchy = close(&[("a", &["w"]), ("w", &["r"])]).unwrap();
    let held: NameSet = ["w", "r", "x"].into_iter().collect();
    for (list, of_nobody, of_holder) in [
        (vec!["r"], 1, 0),
        (vec!["w"], 2, 0),
        (vec!["a"], 3, 1),
        (vec!["a", "r"], 3, 1),
        (vec!["x", "y"], 2, 1),
        (vec!["y", "w"], 3, 1),
    ] {
        assert_eq!(hierarchy.gain(&list, &NameSet::none()), of_nobody, "{list:?}");
        assert_eq!(hierarchy.gain(&list, &held), of_holder, "{list:?}");
        assert_eq!(Hierarchy::default().gain(&list, &NameSet::none()), list.len(), "{list:?}");
    }
}
