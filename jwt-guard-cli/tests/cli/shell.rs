//! Completions, manuals, colours, and readers that stop reading.

use std::process::Stdio;

use crate::process::Folder;

const COMMANDS: [&str; 10] =
    ["keygen", "token", "inspect", "verify", "explain", "jwks", "routes", "diff", "completions", "man"];

#[test]
fn each_shell_completes_each_command() {
    let folder = Folder::new("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = folder.run(&format!("completions {shell}"));
        for command in COMMANDS {
            assert!(run.is_done().contains(command), "{shell}: {command}");
        }
    }
    folder.run("completions tcsh").fails(2, "bash");
}

#[test]
fn there_is_a_manual_and_one_for_each_command() {
    let folder = Folder::new("man");
    assert!(folder.run("man").is_done().contains(".TH jwt-guard 1"));
    for command in COMMANDS {
        let run = folder.run(&format!("man {command}"));
        assert!(run.is_done().contains(&format!("jwt\\-guard\\-{command}")), "{command}: {}", run.stdout);
    }
    folder.run("man brew").fails(2, "no command `brew`");
}

#[test]
fn a_reader_that_stops_is_not_an_error() {
    let folder = Folder::new("pipe");
    for arguments in ["man token", "completions bash", "help"] {
        let mut command = folder.command();
        let child = command.args(arguments.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code().is_some() && !stderr.contains("panicked"), "{arguments}: {stderr}");
    }
}

#[test]
fn colours_are_for_terminals_only() {
    let folder = Folder::with_settings("colours");
    let token = folder.run("token ada --settings guard.toml").is_done().to_owned();
    for arguments in ["explain --settings guard.toml", "inspect", "verify --settings guard.toml"] {
        for variables in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "xterm-256color")]] {
            let run = folder.run_with(arguments.split(' '), &token, variables);
            assert!(!run.is_done().contains('\u{1b}'), "{arguments} {variables:?}");
        }
    }
    // Who forces colours has them, and NO_COLOR decides before it.
    let forced = |variables: &[_]| folder.run_with(["inspect"], &token, variables).stdout.contains('\u{1b}');
    assert!(forced(&[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let folder = Folder::new("usage");
    folder.run("").is(2);
    folder.run("frobnicate").fails(2, "frobnicate");
    folder.run("diff a").fails(2, "FILE_NOW");
    assert!(folder.run("--version").is_done().starts_with("jwt-guard "));
    assert!(folder.run("--help").is_done().contains("Exit status"));
}
