//! The guide is complete, and the names in it exist.

use jwt_guard::explain::RefusalCode;
use jwt_guard_tests::sources;

#[test]
fn every_chapter_has_its_file_and_its_row() {
    let module = sources::read("jwt-guard/src/guide.rs");
    let chapters: Vec<_> =
        module.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split([' ', '{']).next()).collect();
    assert!(chapters.len() > 15, "{chapters:?}");
    for chapter in chapters {
        assert!(module.contains(&format!("[`{chapter}`] |")), "{chapter} is not in the table of chapters");
    }
    for file in sources::texts().into_iter().filter(|file| file.path.starts_with("jwt-guard/docs/")) {
        let path = file.path.replace("jwt-guard/", "../");
        assert!(module.contains(&format!("include_str!(\"{path}\")")), "{path} is not a chapter");
    }
}

#[test]
fn every_code_that_the_guide_names_exists() {
    let text = sources::read("jwt-guard/docs/answers.md");
    let (_, symptoms) = text.split_once("# By symptom").unwrap();
    let (symptoms, _) = symptoms.split_once("\n# ").unwrap();
    let is_code = |span: &&str| {
        span.contains('_') && span.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let named: Vec<_> = symptoms.split('`').skip(1).step_by(2).filter(is_code).collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(RefusalCode::ALL.iter().any(|code| code.as_str() == name), "there is no code `{name}`");
    }
}

#[test]
fn every_field_of_a_refusal_is_in_the_guide() {
    let source = sources::read("jwt-guard/src/guard/event.rs");
    let (_, denied) = source.split_once("$level,").unwrap();
    let (denied, _) = denied.split_once("\"denied\"").unwrap();
    let fields: Vec<_> = denied.lines().filter_map(|line| line.trim().split_once(" = ")).collect();
    assert!(fields.len() > 15, "{fields:?}");
    let guide = sources::read("jwt-guard/docs/answers.md");
    let (_, table) = guide.split_once("| field | what it has |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    for (field, _) in fields {
        assert!(table.contains(&format!("`{field}`")), "the guide does not have the field `{field}`");
    }
}

#[test]
fn every_setting_is_in_the_chapter_that_lists_it() {
    let configuration = sources::read("jwt-guard/docs/configuration.md");
    let providers = sources::read("jwt-guard/docs/identity_providers.md");
    let mut found = 0;
    for (owner, method) in setters() {
        let chapter = if owner == "TrustedIssuer" { &providers } else { &configuration };
        assert!(chapter.contains(&format!("::{owner}::{method})")), "{owner}::{method} is not in the guide");
        found += 1;
    }
    assert!(found > 120, "{found} settings");
}

/// The setters of sessions and tenants, and those behind `danger()`, are in that section as a whole.
#[test]
fn the_section_about_code_names_each_setting_that_no_file_can_set() {
    const SOURCES: [(&str, &[&str]); 3] = [
        ("Builder", &["mod.rs", "keys.rs"]),
        ("TrustedIssuer", &["trust.rs"]),
        ("CookieSettings", &["tables.rs"]),
    ];
    /// Other ways to give a key that is a text, and a function that reads a name.
    const OTHERS: [&str; 6] = ["secret", "secret_for", "pem", "jwk", "jwk_set", "entra_tenant_of"];
    /// A file can set a part of them.
    const PARTLY: [&str; 2] = ["issuing", "remote_keys"];

    let guide = sources::read("jwt-guard/docs/configuration.md");
    let (_, section) = guide.split_once("# What only code can set").unwrap();
    let (section, _) = section.split_once("\n# ").unwrap();
    let mut wrong = Vec::new();
    for (owner, files) in SOURCES {
        let code: String =
            files.iter().map(|file| code_of(&format!("jwt-guard/src/setup/settings/{file}"))).collect();
        for (_, method) in setters().into_iter().filter(|(of, _)| of == owner) {
            if OTHERS.contains(&&*method) || PARTLY.contains(&&*method) {
                continue;
            }
            let in_a_file = calls(&code, owner, &method);
            if in_a_file == section.contains(&format!("::{owner}::{method})")) {
                wrong.push(format!("{owner}::{method}: a file can set it: {in_a_file}"));
            }
        }
    }
    assert!(wrong.is_empty(), "the section is wrong about these:\n{}", wrong.join("\n"));
}

/// A source without its comments.
fn code_of(path: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    sources::read(path).lines().filter(is_code).map(|line| format!("{line}\n")).collect()
}

/// Whether settings call a method, by the name of its type or on a value.
fn calls(code: &str, owner: &str, method: &str) -> bool {
    let named = [format!("{owner}::{method}"), format!("Self::{method}")];
    let ends = |rest: &str| !rest.starts_with(|char: char| char.is_alphanumeric() || char == '_');
    let by_name = |name: &String| code.match_indices(name).any(|(at, _)| ends(&code[at + name.len()..]));
    named.iter().any(by_name)
        || code.contains(&format!(".{method}("))
        || code.contains(&format!(".{method}::<"))
}

/// The public setters of the types that configure a guard: the type and the method.
fn setters() -> Vec<(String, String)> {
    const OWNERS: [&str; 9] = [
        "Builder",
        "Danger",
        "TrustedIssuer",
        "IssuerBuilder",
        "CookieSettings",
        "SessionsBuilder",
        "TenantsBuilder",
        "RemoteKeySettings",
        "TokenCache",
    ];
    /// What is not a setting: constructors without a name of their own, and what reads or ends.
    const OTHERS: [&str; 3] = ["new", "build", "problems"];

    let mut found = Vec::new();
    for source in sources::below("jwt-guard/src") {
        let mut owner = None;
        for line in source.text.lines() {
            if let Some(head) = line.strip_prefix("impl") {
                let is_trait = head.contains(" for ");
                let name = head.trim_start_matches("<K, A>").trim_start();
                let name = name.split(['<', ' ']).next().unwrap_or_default();
                owner = OWNERS.into_iter().find(|owner| *owner == name && !is_trait);
            }
            let method = line.strip_prefix("    pub fn ").and_then(|rest| rest.split(['(', '<']).next());
            if let (Some(owner), Some(method)) = (owner, method)
                && !OTHERS.contains(&method)
            {
                found.push((owner.to_owned(), method.to_owned()));
            }
        }
    }
    found
}
