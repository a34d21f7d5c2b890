//! What the guide and the README promise of the command is so.

use serde_json::Value;

use crate::process::Folder;

const GUIDE: &str = include_str!("../../../jwt-guard/docs/command.md");
const README: &str = include_str!("../../README.md");

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = Folder::new("guide_help").run("help").stdout;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names =
        list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.filter(|name| *name != "help").map(str::to_owned).collect();
    assert!(names.len() >= 10, "{names:?}");
    names
}

/// The words in backquotes of the row of a command, in the table of members.
fn row(command: &str) -> Vec<&'static str> {
    let (_, table) = GUIDE.split_once("| command | members |").unwrap();
    let row = table
        .lines()
        .find(|line| line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{command}`"))));
    let row = row.unwrap_or_else(|| panic!("`{command}` has no row in the guide"));
    row.split('`').skip(1).step_by(2).collect()
}

/// The names of all members, of lists and objects inside too, but not of tokens and keys.
fn members(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(members).collect(),
        Value::Object(object) => {
            let below =
                object.iter().filter(|(name, _)| !["unverified", "keys", "refused"].contains(&name.as_str()));
            let below: Vec<_> = below.flat_map(|(_, value)| members(value)).collect();
            object.keys().cloned().chain(below).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn each_command_is_in_the_guide_and_in_the_readme() {
    for command in commands() {
        assert!(!row(&command).is_empty());
        assert!(README.contains(&format!("`{command}`")), "{command}");
    }
}

#[test]
fn the_guide_has_each_member_of_the_json_of_each_command() {
    let folder = Folder::with_settings("guide_members");
    folder.write("token", folder.run("token ada --settings guard.toml").is_done());
    folder.write("a.lock", "version 1\nGET \"/\" guard \"api\": anonymous_allowed\n");
    folder.write("b.lock", "version 1\nGET \"/\" guard \"api\": authentication_required\n");
    for arguments in [
        "keygen --private new.pem",
        "keygen --private -",
        "token ada --settings guard.toml",
        "token ada --settings guard.toml --audience other",
        "inspect token",
        "inspect a.lock",
        "verify token --settings guard.toml",
        "explain token --settings guard.toml",
        "jwks key.pem",
        "routes a.lock",
        "diff a.lock b.lock",
        "completions bash",
        "man",
    ] {
        let command = arguments.split(' ').next().unwrap();
        let row = row(command);
        for member in members(&folder.run(&format!("{arguments} --json")).json()) {
            assert!(row.contains(&member.as_str()), "{arguments}: `{member}` is not in the guide");
        }
    }
    // A refusal, whose members are those of `verify`.
    for command in ["verify", "explain"] {
        let run = folder.run(&format!("{command} token --key public.pem --audience other --json"));
        let known = [row(command), row("verify")].concat();
        for member in members(&run.json()) {
            assert!(known.contains(&member.as_str()), "{command}: `{member}` is not in the guide");
        }
    }
}
