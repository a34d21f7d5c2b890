//! Words that the project's prose does not use; CONTRIBUTING.md has the rule.

use jwt_guard_tests::sources;

/// Each word, in lower case, with what to write instead.
const REFUSED: [(&str, &str); 11] = [
    ("whoever", "name the subject: a caller, a task, an attacker"),
    ("nobody", "name the subject, or use the passive voice"),
    ("somebody", "name the subject: a caller, a person, an operator"),
    ("someone", "name the subject: a caller, a person, an operator"),
    ("anybody", "name the subject: every caller, every client"),
    ("anyone", "name the subject: every caller, every client"),
    ("circle", "cycle"),
    ("circles", "cycles"),
    ("seed system", "name the system, or leave it out"),
    ("first design", "say how it is"),
    ("later issue", "say how it is"),
];

/// `is no X` and its forms; `there is no X` and `is no longer` are usual English.
const VERBS: [&str; 5] = ["is", "are", "was", "were", "be"];

const USUAL: [&str; 3] = ["longer", "more", "less"];

#[test]
fn prose_uses_plain_words() {
    let mut wrong = Vec::new();
    let this = |source: &sources::Source| source.path == "tests/it/house/prose.rs";
    for source in sources::texts().into_iter().filter(|source| !this(source)) {
        for (at, line) in source.text.lines().enumerate() {
            let lower = line.to_lowercase();
            let place = || format!("{}:{}", source.path, at + 1);
            // The name of a test is a sentence too.
            let name = if lower.contains("fn ") { lower.replace('_', " ") } else { String::new() };
            for (word, instead) in REFUSED {
                if has_word(&lower, word) || has_word(&name, word) {
                    wrong.push(format!("{}: `{word}`: {instead}", place()));
                }
            }
            if let Some(found) = denied_noun(&lower).or_else(|| denied_noun(&name)) {
                wrong.push(format!("{}: `{found}`: write `is not a ..`", place()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn refused_words_are_found_and_usual_ones_are_not() {
    assert!(has_word("then nobody knows", "nobody"));
    assert!(!has_word("challenges_nobody_at_all", "nobody"));
    assert_eq!(denied_noun("it is no key").as_deref(), Some("is no key"));
    assert_eq!(denied_noun("the claims are no json").as_deref(), Some("are no json"));
    assert_eq!(denied_noun("there is no key"), None);
    assert_eq!(denied_noun("it is no longer there"), None);
    assert_eq!(denied_noun("this no key"), None);
}

/// Whether a line has the word by itself, not as a part of a name. A phrase may go on.
fn has_word(line: &str, word: &str) -> bool {
    let part = |char: char| char.is_alphanumeric() || char == '_';
    let ends = |after: &str| word.contains(' ') || !after.starts_with(part);
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part) && ends(&line[at + word.len()..]))
}

/// The words of the first `is no X` of a line.
fn denied_noun(line: &str) -> Option<String> {
    let words: Vec<_> = line.split_whitespace().collect();
    words.windows(3).enumerate().find_map(|(at, three)| {
        let [verb, no, noun] = three else { return None };
        let there = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .is_some_and(|word| word.ends_with("there"));
        let found = VERBS.contains(verb) && *no == "no" && !there;
        let noun = noun.trim_matches(|char: char| !char.is_alphanumeric());
        (found && !USUAL.contains(&noun)).then(|| format!("{verb} no {noun}"))
    })
}
