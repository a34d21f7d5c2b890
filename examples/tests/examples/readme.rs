//! The README: its program, its commands, and the line of the log that it promises.

use crate::support::{Example, Result, promised};

const README: &str = include_str!("../../../README.md");

/// The first block of this kind.
fn block<'r>(readme: &'r str, kind: &str) -> &'r str {
    let start = readme.find(&format!("```{kind}\n")).unwrap_or_else(|| panic!("no block `{kind}`"));
    let code = &readme[start + kind.len() + 4..];
    &code[..code.find("```").expect("the end of the block")]
}

#[test]
fn the_example_is_the_program_of_the_readme() {
    // The examples choose their port otherwise.
    let bind = r#"bind("127.0.0.1:3000")"#;
    let program = block(README, "rust,no_run");
    assert_eq!(program.matches(bind).count(), 1);
    let example = include_str!("../../readme.rs");
    let (_, example) = example.split_once("\n\n").expect("the line that says what it is");
    assert_eq!(example, program.replace(bind, "bind(jwt_guard_examples::address())"));
}

#[test]
fn every_command_of_the_readme_gives_what_its_comment_promises() -> Result<()> {
    let mut example = Example::start("readme")?;
    let commands = README.split("It prints who may call what").nth(1).expect("the commands");
    assert_eq!(example.tour_of(block(commands, "sh"))?, [200, 401, 403]);

    let expected = block(README, "text").trim_end();
    // The guide promises the same.
    let chapter = include_str!("../../../jwt-guard/docs/first_hour.md");
    let words = block(chapter, "text").split_whitespace();
    assert!(words.eq(expected.split_whitespace()), "{chapter}");
    // The crate of the reader has another name than the example.
    let expected = expected.replace("orders::", "readme::");
    let line = example.line_with(r#"code="no_token""#)?;
    let line = line.get(line.find("INFO").unwrap_or(0)..).unwrap_or_default();
    assert!(promised(&expected, line), "promised: {expected}\nfound: {line}");
    Ok(())
}

#[test]
fn the_printed_access_table_has_every_route() -> Result<()> {
    Example::start("readme")?.assert_routes(&["GET /catalogue", "GET /me", "POST /me"]);
    Ok(())
}

#[test]
fn the_readme_is_short() {
    let lines = README.lines().count();
    assert!(lines <= 180, "{lines} lines: long tables belong into the guide");
}
