//! As much of a shell as the printed commands need.

use std::collections::HashMap;

use super::Result;

pub(crate) type Variables = HashMap<String, String>;

/// The words of a line as a shell splits them: single quotes, double quotes with variables, and no more.
pub(super) fn words(line: &str, variables: &Variables) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match (next, quote) {
            ('\'' | '"', None) => {
                quote = Some(next);
                word.get_or_insert_default();
            }
            (_, Some(open)) if next == open => quote = None,
            (' ', None) => words.extend(word.take()),
            ('$', None | Some('"')) => {
                let name = name_at_start(rest).ok_or_else(|| format!("`$` without a name: {line}"))?;
                let value = variables.get(name).ok_or_else(|| format!("${name} is nothing yet: {line}"))?;
                word.get_or_insert_default().push_str(value);
                rest = &rest[name.len()..];
            }
            ('\\' | '`' | '|' | '&' | ';' | '<' | '>' | '*' | '(' | ')', None) | ('\\' | '`', Some('"')) => {
                return Err(format!("{next:?} means something else to a shell: {line}").into());
            }
            _ => word.get_or_insert_default().push(next),
        }
    }
    if quote.is_some() {
        return Err(format!("a quote is left open: {line}").into());
    }
    words.extend(word);
    Ok(words)
}

/// The name of a variable that `text` begins with: capital letters and underscores.
pub(super) fn name_at_start(text: &str) -> Option<&str> {
    let end = text.find(|next: char| !next.is_ascii_uppercase() && next != '_').unwrap_or(text.len());
    text.get(..end).filter(|name| !name.is_empty())
}

#[test]
fn words_are_those_of_a_shell() {
    let variables = Variables::from([("A_B".to_owned(), "x y".to_owned())]);
    let split = |line| words(line, &variables);
    assert_eq!(
        split(r#"curl  -d '{"a":"$A_B"}' -H "A: $A_B" 'b'c"#).unwrap(),
        ["curl", "-d", r#"{"a":"$A_B"}"#, "-H", "A: x y", "bc"]
    );
    for wrong in ["a 'b", "a $B", "a; b", "a $"] {
        assert!(split(wrong).is_err(), "{wrong}");
    }
}
