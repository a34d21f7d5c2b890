//! Finds the name that an author meant.

/// The closest of these names, if few letters differ: one, and one more for every six letters.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let close = known.filter_map(|known| {
        let edits = edits(&lower, &known.to_lowercase());
        (edits <= 1 + known.len() / 6).then_some((edits, known))
    });
    close.min_by_key(|(edits, _)| *edits).map(|(_, known)| known)
}

/// The number of insertions, deletions and replacements between two texts (Levenshtein). A swap counts as two.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.chars().enumerate() {
        let mut left = row + 1;
        let mut current = vec![left];
        for (b, above) in to.iter().zip(last.windows(2)) {
            let [diagonal, above] = above else { continue };
            left = (diagonal + usize::from(a != *b)).min(above + 1).min(left + 1);
            current.push(left);
        }
        last = current;
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_insertions_deletions_and_replacements() {
        for (from, to, count) in
            [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("ab", "ba", 2), ("abc", "axc", 1)]
        {
            assert_eq!(edits(from, to), count, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_misspelling_finds_its_name_and_another_word_finds_none() {
        let known = || ["orders:read", "orders:write", "admin"].into_iter();
        for (name, meant) in [
            ("order:read", Some("orders:read")),
            ("Orders:Write", Some("orders:write")),
            ("admins", Some("admin")),
            ("reports", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known()), meant, "{name:?}");
        }
    }
}
