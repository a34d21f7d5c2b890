//! Finds the key that a user meant.

use super::{ArgumentPlace, KEYS, Key};

/// The key that was probably meant: the one with this synonym, else the one with the fewest edits.
pub(super) fn nearest(name: &str, place: ArgumentPlace) -> Option<&'static Key> {
    let lower = name.to_lowercase();
    let known = |key: &&Key| key.name == lower || key.synonyms.contains(&lower.as_str());
    let close = |key: &'static Key| {
        let edits = edits(&lower, key.name);
        // One edit in a short word, two in a long one; with more it is another word.
        (edits <= 1 + usize::from(key.name.len() > 5)).then_some((edits, key))
    };
    let here = || KEYS.iter().filter(move |key| place.takes(key));
    here()
        .find(known)
        .or_else(|| here().filter_map(close).min_by_key(|(edits, _)| *edits).map(|(_, key)| key))
}

/// The name that was probably meant, of these.
pub(crate) fn nearest_of<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let close = known.filter_map(|known| {
        let edits = edits(&lower, &known.to_lowercase());
        // As above; a name of many words has more letters to miss.
        (edits <= 1 + known.len() / 6).then_some((edits, known))
    });
    close.min_by_key(|(edits, _)| *edits).map(|(_, known)| known)
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let cell = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (cell(&last, column) + usize::from(a != b))
                .min(cell(&last, column + 1) + 1)
                .min(cell(&current, column) + 1);
            let swapped =
                row > 0 && column > 0 && from.get(row - 1) == Some(b) && to.get(column - 1) == Some(a);
            if swapped {
                cost = cost.min(cell(&before_last, column - 1) + 1);
            }
            current.push(cost);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Attribute::Requires;

    const HERE: ArgumentPlace = ArgumentPlace::Attribute(Requires);

    #[test]
    fn a_misspelling_finds_its_key() {
        for (name, meant) in [
            ("scpoe", "scope"),
            ("Scope", "scope"),
            ("scopes", "scope"),
            ("permission", "scope"),
            ("rol", "role"),
            ("roles", "role"),
            ("an", "any"),
            ("nto", "not"),
            ("redirct", "redirect"),
            ("deny_with", "deny_as"),
            ("polciy", "policy"),
            ("frehs", "fresh"),
            ("refresh", "token"),
            ("typ", "token"),
        ] {
            assert_eq!(nearest(name, HERE).map(|key| key.name), Some(meant), "{name}");
        }
        assert!(nearest("frobnicate", HERE).is_none());
        assert!(nearest("expire", HERE).is_none(), "`expired` is not for this attribute");
    }

    #[test]
    fn edits_count_insertions_deletions_replacements_and_swaps() {
        for (from, to, count) in
            [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("ab", "ba", 1), ("abc", "axc", 1)]
        {
            assert_eq!(edits(from, to), count, "{from:?} to {to:?}");
        }
    }
}
