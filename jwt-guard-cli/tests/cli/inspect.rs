//! `inspect`: a token that was not verified never looks as if it was, and nothing in it reaches the terminal as a command.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::process::Folder;

fn token(header: &str, claims: &str) -> String {
    format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn the_first_line_says_that_nothing_was_verified() {
    let folder = Folder::with_settings("inspect_first");
    let valid = folder.run("token ada --settings guard.toml").is_done().to_owned();
    for token in [valid, token(r#"{"alg":"none"}"#, r#"{"sub":"verified: true"}"#)] {
        let run = folder.run_on("inspect", &token);
        assert!(run.is_done().starts_with("NOT VERIFIED: "), "{}", run.stdout);
        let json = folder.run_on("inspect --json", &token).json();
        assert_eq!(json["verified"], false);
        let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["repeated_members", "unverified", "verified", "warning"]);
    }
}

#[test]
fn a_claim_cannot_write_to_the_terminal() {
    let folder = Folder::new("inspect_terminal");
    let hostile = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\u{200b}\u{7f}";
    let claims = json!({ "sub": hostile, hostile: 1, "nested": { hostile: [hostile] } }).to_string();
    let token = token(&json!({ "alg": hostile }).to_string(), &claims);
    for arguments in ["inspect", "inspect --json"] {
        let run = folder.run_on(arguments, &token);
        let is_text = |character: char| character == '\n' || matches!(character, ' '..='~');
        assert!(run.is_done().chars().all(is_text), "{arguments}: {:?}", run.stdout);
    }
    assert_eq!(folder.run_on("inspect --json", &token).json()["unverified"]["claims"]["sub"], hostile);
}

#[test]
fn a_line_break_in_a_claim_does_not_make_a_line() {
    let folder = Folder::new("inspect_lines");
    let run = folder.run_on("inspect", &token(r#"{"alg":"HS256"}"#, r#"{"sub":"a\naccepted","a\nb":"c"}"#));
    assert!(
        !run.is_done().lines().any(|line| line.starts_with("accepted") || line.starts_with('b')),
        "{}",
        run.stdout
    );
}

#[test]
fn long_values_are_cut() {
    let folder = Folder::new("inspect_long");
    let claims = json!({ "x": "\u{1b}".repeat(50_000), "y".repeat(50_000): 1 }).to_string();
    let run = folder.run_on("inspect", &token("{}", &claims));
    assert!(run.is_done().len() < 10_000 && run.stdout.contains("characters)"), "{} bytes", run.stdout.len());
}

#[test]
fn a_repeated_member_is_shown_each_time_and_named() {
    let folder = Folder::new("inspect_repeated");
    let token = token(r#"{"alg":"HS256"}"#, r#"{"sub":"ada","sub":"eve"}"#);
    let run = folder.run_on("inspect", &token);
    for part in ["ada", "eve", "sub is there twice"] {
        assert!(run.is_done().contains(part), "{}", run.stdout);
    }
    assert_eq!(folder.run_on("inspect --json", &token).json()["repeated_members"], json!(["sub"]));
}

#[test]
fn claims_are_shown_as_they_are_written() {
    let folder = Folder::new("inspect_written");
    let claims = r#"{ "id": 123456789012345678901234567890, "n": 1.10, "realm": { "roles": ["a"],
        "roles": ["admin"] }, "\u006ea": 1, "na": 2 }"#;
    let token = token(r#"{"alg":"HS256"}"#, claims);
    let run = folder.run_on("inspect", &token);
    for part in [
        "123456789012345678901234567890\n",
        "1.10\n",
        r#"{"roles":["a"],"roles":["admin"]}"#,
        "roles is there twice",
        "na is there twice",
    ] {
        assert!(run.is_done().contains(part), "{part}: {}", run.stdout);
    }
    let json = folder.run_on("inspect --json", &token);
    assert_eq!(json.json()["repeated_members"], json!(["roles", "na"]));
    assert!(
        json.stdout.contains(r#""id":123456789012345678901234567890,"n":1.10,"realm":{"roles":["a"],"#),
        "{}",
        json.stdout
    );
}

#[test]
fn a_token_of_very_many_members_is_shown() {
    let folder = Folder::new("inspect_many");
    let members: Vec<_> = (0..60_000).map(|number| format!("\"{number}\":0")).collect();
    let wide = format!("{{{}}}", members.join(","));
    let equal = format!("{{{}}}", vec!["\"a\":0"; 100_000].join(","));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(300_000), "]".repeat(300_000));
    for claims in [wide, equal, deep] {
        folder.run_on("inspect", &token("{}", &claims)).is_done();
        folder.run_on("inspect --json", &token("{}", &claims)).is_done();
    }
}

#[test]
fn dates_are_readable_and_numbers_beyond_them_are_left_alone() {
    let folder = Folder::new("inspect_dates");
    let claims = r#"{"exp":0,"nbf":9223372036854775807,"iat":-1e300,"auth_time":"never"}"#;
    let run = folder.run_on("inspect", &token("{}", claims));
    assert!(run.is_done().contains("1970-01-01 00:00:00 UTC"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("UTC").count(), 1, "{}", run.stdout);
}

#[test]
fn what_is_not_a_token_is_said_with_status_1() {
    let folder = Folder::new("inspect_no_token");
    for (input, reason) in [
        ("opaque", "opaque"),
        ("a.b.c.d.e", "encrypted"),
        ("a.b", "2 parts"),
        ("!.e30.AA", "not base64url"),
        ("e30.W10.AA", "not a JSON object"),
        ("e30.e30=.AA", "not base64url"),
    ] {
        let run = folder.run_on("inspect", input);
        run.is(1);
        assert!(run.stdout.contains(reason), "{input}: {}", run.stdout);
        let json = folder.run_on("inspect --json", input);
        json.is(1);
        assert_eq!(json.json()["verified"], false);
    }
    folder.run_on("inspect", " \n").fails(3, "empty");
}

#[test]
fn a_token_as_argument_is_refused_and_a_huge_input_is_not_read() {
    let folder = Folder::new("inspect_argument");
    let token = token(r#"{"alg":"HS256"}"#, "{}");
    let run = folder.run(&format!("inspect {token}"));
    run.fails(2, "standard input");
    assert!(!run.stderr.contains(&token));
    folder.run_on("inspect", &"a".repeat(2 << 20)).fails(3, "1 MiB");
    folder.run("inspect /dev/zero").fails(3, "1 MiB");
}
