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
    let page = folder.run("man");
    assert!(page.is_done().contains(".TH jwt-guard 1"));
    let listed: Vec<_> = page.stdout.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
    assert_eq!(listed, COMMANDS.map(|command| format!("jwt\\-guard\\-{command}")));
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

#[test]
fn a_secret_as_argument_is_refused_and_not_shown_again() {
    let folder = Folder::with_settings("secret_arguments");
    folder.write("wrong.toml", "audience = [\"orders\"]\nsecret_file = \"base64:aHVudGVyMg==\"\n");
    let token = "eyJodW50ZXIy.e30.aHVudGVyMg";
    for arguments in [
        &["verify", "--secret", "base64:aHVudGVyMg==", "--audience", "a"][..],
        &["verify", "--secret=base64:aHVudGVyMg=="],
        &["verify", "--key", "{\"kty\":\"aHVudGVyMg\"}", "--audience", "a"],
        &["verify", "--key", token, "--audience", "a"],
        &["verify", "-", "--key", "-----BEGIN KEY-----\naHVudGVyMg==", "--audience", "a"],
        &["verify", "-----BEGIN KEY-----\naHVudGVyMg==\n"],
        &["inspect", "-", "base64:aHVudGVyMg=="],
        &["inspect", "Bearer eyJodW50ZXIy.e30.aHVudGVyMg"],
        &["inspect", token],
        &["explain", token, "--settings", "guard.toml"],
        &["explain", "-", token],
        &["token", "ada", token],
        &["jwks", token],
        &["routes", token],
        &["diff", token, "-"],
        &["man", token],
        &["completions", token],
        &["keygen", "--private", "base64:aHVudGVyMg=="],
        &["keygen", "--private", "a", "--public", token],
        &["token", "ada", "--settings", token],
        &[token],
    ] {
        let run = folder.run_with(arguments.iter().copied(), "", &[]);
        run.fails(2, "as an argument");
        assert!(
            !run.stderr.contains("aHVudGVyMg") && !run.stderr.contains("eyJ"),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    let run = folder.run_on("verify --settings wrong.toml", "a.b.c");
    run.fails(3, "`secret_file` holds a key or a token");
    assert!(!run.stderr.contains("aHVudGVyMg"), "{}", run.stderr);
}

#[test]
fn an_argument_cannot_write_to_the_terminal() {
    let folder = Folder::new("argument_terminal");
    let hostile = "\u{1b}[2J\u{202e}x\u{9b}";
    for arguments in
        [&[hostile][..], &["diff", "a", "b", hostile], &["--hostile", "a", hostile], &["inspect", hostile]]
    {
        let run = folder.run_with(arguments.iter().copied(), "", &[]);
        assert!(run.status >= 2 && run.stderr.starts_with("error: "), "{}", run.stderr);
        let is_text = |character: char| character == '\n' || matches!(character, ' '..='~');
        assert!(run.stderr.chars().all(is_text), "{arguments:?}: {:?}", run.stderr);
    }
}

#[test]
fn a_file_without_an_end_is_read_up_to_a_limit() {
    let folder = Folder::with_settings("endless");
    folder.write("endless.toml", "audience = [\"orders\"]\nsecret_file = \"/dev/zero\"\n");
    let token = folder.run("token ada --settings guard.toml").is_done().to_owned();
    for arguments in [
        "verify --secret /dev/zero --audience orders",
        "verify --key /dev/zero --audience orders",
        "verify --settings endless.toml",
        "verify --settings /dev/zero",
        "routes /dev/zero",
    ] {
        folder.run_on(arguments, &token).fails(3, "more than 1 MiB");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_status_3_with_the_reason() {
    let folder = Folder::with_settings("full");
    for arguments in ["token ada --settings guard.toml", "--help", "man"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = folder.command();
        let output = command.args(arguments.split(' ')).stdin(Stdio::null()).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), stderr.contains("the output cannot be written: ")),
            (Some(3), true),
            "{stderr}"
        );
    }
}
