//! Lock files: what was read is written and read again, and a comparison says what the callers say.

use arbitrary::Unstructured;
use jwt_guard::lock::{AccessLock, ChangeKind};

use crate::common::below;

pub fn target(data: &[u8]) {
    match data.split_first() {
        // A tree of conditions before, and one after.
        Some((0xff, rest)) => compare(&mut Unstructured::new(rest)),
        _ => {
            if let Ok(text) = std::str::from_utf8(data) {
                read(text);
            }
        }
    }
}

fn read(text: &str) {
    let lock: AccessLock = match text.parse::<AccessLock>() {
        Ok(lock) => lock,
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains("of the access lock") && !message.contains('\n'), "{message}");
            return;
        }
    };
    let written = lock.to_string();
    let again: AccessLock = written.parse().unwrap_or_else(|error| panic!("{error} in\n{written}"));
    assert_eq!(again, lock, "{written}");
    assert_eq!(again.to_string(), written);
    assert!(lock.changes_to(&again).is_empty(), "{written}");
    let nothing = AccessLock::default();
    assert_eq!(nothing.changes_to(&lock).len(), lock.routes().count());
    for change in lock.changes_to(&nothing) {
        assert_eq!(change.kind, ChangeKind::Removed);
        assert!(!change.to_string().is_empty());
    }
}

const ATOMS: [&str; 4] = [
    r#"scope = "a""#,
    r#"role = "a implies b""#,
    r#"claim("a,b)", "\"") = "(""#,
    r#"path("a") = claim("b")"#,
];

/// A tree of conditions, in the grammar of a lock file, and the callers that meet it: a bit for each of the 81 ways to give
/// three values to four conditions.
struct Tree {
    text: String,
    /// In which the condition holds, and in which it does not.
    holds: u128,
    fails: u128,
}

const EVERY: u128 = (1 << 81) - 1;

fn tree(input: &mut Unstructured<'_>, depth: usize) -> Tree {
    let inner = |input: &mut Unstructured<'_>| -> Vec<Tree> {
        (0..below(input, 4)).map(|_| tree(input, depth - 1)).collect()
    };
    let join = |name: &str, list: &[Tree]| {
        let texts: Vec<_> = list.iter().map(|one| one.text.as_str()).collect();
        format!("{name}({})", texts.join(", "))
    };
    match if depth == 0 { 0 } else { below(input, 4) } {
        0 => atom(below(input, 4)),
        1 => {
            let list = inner(input);
            let (holds, fails) = (
                list.iter().fold(EVERY, |all, one| all & one.holds),
                list.iter().fold(0, |any, one| any | one.fails),
            );
            Tree { text: join("all", &list), holds, fails }
        }
        2 => {
            let list = inner(input);
            let (holds, fails) = (
                list.iter().fold(0, |any, one| any | one.holds),
                list.iter().fold(EVERY, |all, one| all & one.fails),
            );
            Tree { text: join("any", &list), holds, fails }
        }
        _ => {
            let Tree { text, holds, fails } = tree(input, depth - 1);
            Tree { text: format!("not({text})"), holds: fails, fails: holds }
        }
    }
}

fn atom(index: usize) -> Tree {
    let value = |caller: u32| caller / 3_u32.pow(index as u32) % 3;
    let bits = |wanted: u32| {
        (0..81).filter(|&caller| value(caller) == wanted).fold(0, |all, caller| all | 1_u128 << caller)
    };
    Tree { text: ATOMS[index].to_owned(), holds: bits(2), fails: bits(0) }
}

fn compare(input: &mut Unstructured<'_>) {
    let (before, now) = (tree(input, 4), tree(input, 4));
    let lock = |tree: &Tree| -> AccessLock {
        let text = format!("version 1\nGET \"/{{a}}\" guard \"api\": requires({})\n", tree.text);
        text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"))
    };
    let (was, is) = (lock(&before), lock(&now));
    let changes = was.changes_to(&is);
    let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
    if changes.iter().any(|change| change.sentence.contains("too many to compare")) {
        assert_eq!(kinds, [ChangeKind::Changed]);
        return;
    }
    let expected = match (before.holds & !now.holds, now.holds & !before.holds) {
        (0, 0) => vec![],
        (0, _) => vec![ChangeKind::Widened],
        (_, 0) => vec![ChangeKind::Narrowed],
        _ => vec![ChangeKind::Changed],
    };
    assert_eq!(kinds, expected, "{} became {}", before.text, now.text);
    // Both directions, and each with a report that names a caller.
    for change in changes.iter().chain(&is.changes_to(&was)) {
        assert!(!change.sentence.is_empty());
    }
}
