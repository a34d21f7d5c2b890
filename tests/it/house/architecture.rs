//! The rules of ARCHITECTURE.md, checked against the sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jwt_guard_tests::sources::{self, Source};

/// No file of a published crate is longer.
const LONGEST_FILE: usize = 400;

/// Half of their files are no longer.
const LONGEST_MEDIAN: usize = 130;

/// The types and macros that a first program needs; all else is in the modules.
const MOST_NAMES_AT_THE_ROOT: usize = 16;

/// One row of the table of modules.
struct Row {
    number: u32,
    modules: Vec<String>,
    must_not_know: String,
}

#[test]
fn no_module_uses_one_of_a_higher_row() {
    let rows = rows();
    let row_of: HashMap<&str, &Row> =
        rows.iter().flat_map(|row| row.modules.iter().map(move |module| (module.as_str(), row))).collect();
    let mut wrong = Vec::new();
    for source in runtime() {
        let Some(module) = module_of(&source.path) else { continue };
        let Some(from) = row_of.get(module.as_str()) else {
            wrong.push(format!("{}: the module `{module}` is in no row", source.path));
            continue;
        };
        for used in uses(&source.text) {
            let Some(to) = row_of.get(used.as_str()) else {
                wrong.push(format!("{}: `crate::{used}` is not a module of a row", source.path));
                continue;
            };
            let sideways = from.number == to.number && used != module;
            let forbidden = sideways
                && ["each other", "anything of ours"].iter().any(|words| from.must_not_know.contains(words));
            if to.number > from.number || forbidden {
                wrong.push(format!(
                    "{}: `{module}` of row {} uses `{used}` of row {}",
                    source.path, from.number, to.number
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rows keep cycles from rising; this one keeps them out of a row too, and out of the crates without rows.
#[test]
fn no_modules_form_a_cycle() {
    for sources in ["jwt-guard/src", "jwt-guard-cli/src", "jwt-guard-macros/src"] {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for source in sources::below(sources).iter().filter(|source| !is_test(&source.path)) {
            let Some(module) = module_of(&source.path) else { continue };
            used.entry(module).or_default().extend(uses(&source.text));
        }
        // What uses only modules that were taken away is taken away too, so that the cycles stay.
        while let Some(module) = used
            .iter()
            .find(|(module, uses)| uses.iter().all(|name| name == *module || !used.contains_key(name)))
        {
            let module = module.0.clone();
            used.remove(&module);
        }
        let left: Vec<_> = used.keys().collect();
        assert!(left.is_empty(), "{sources}: these modules use each other, or lead to such: {left:?}");
    }
}

#[test]
fn every_module_of_the_table_exists() {
    let modules: Vec<_> = runtime().iter().filter_map(|source| module_of(&source.path)).collect();
    for module in rows().iter().flat_map(|row| &row.modules) {
        assert!(modules.contains(module), "ARCHITECTURE.md names `{module}`, which does not exist");
    }
}

#[test]
fn no_row_knows_the_crates_and_words_that_the_table_keeps_from_it() {
    const MEANS: [(&str, &[&str]); 4] = [
        ("axum", &["axum::"]),
        ("http", &["http::"]),
        ("async", &["async fn", "async move", ".await", "Future"]),
        ("status codes", &["StatusCode"]),
    ];
    let rows = rows();
    let mut wrong = Vec::new();
    for source in runtime() {
        let module = module_of(&source.path);
        let row = rows.iter().find(|row| module.as_ref().is_some_and(|module| row.modules.contains(module)));
        let Some(row) = row else { continue };
        let code = code(&source.text);
        for word in row.must_not_know.split(',').map(str::trim) {
            let marks = MEANS.iter().find(|(known, _)| *known == word).map_or(&[][..], |(_, marks)| marks);
            for mark in marks.iter().filter(|mark| mentions(&code, mark)) {
                wrong.push(format!("{}: row {} knows `{mark}`", source.path, row.number));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn status_codes_are_spoken_in_respond_and_above() {
    let respond =
        rows().into_iter().find(|row| row.modules.iter().any(|module| module == "respond")).unwrap().number;
    let rows = rows();
    for source in runtime() {
        let module = module_of(&source.path);
        let row = rows.iter().find(|row| module.as_ref().is_some_and(|module| row.modules.contains(module)));
        if row.is_some_and(|row| row.number < respond) {
            assert!(!code(&source.text).contains("StatusCode"), "{}", source.path);
        }
    }
}

#[test]
fn only_authenticate_makes_an_authenticated_principal() {
    assert_eq!(files_with("Principal::authenticated("), ["jwt-guard/src/authenticate/user.rs"]);
    assert_eq!(files_with("fn authenticated(identity"), ["jwt-guard/src/principal/mod.rs"]);
}

#[test]
fn time_randomness_and_the_crypto_backend_are_each_read_in_one_file() {
    assert_eq!(files_with("SystemTime::now"), ["jwt-guard/src/clock/mod.rs"]);
    // How long a server has been silent, or a call has taken: no verdict on a token depends on it.
    let monotonic = [
        "jwt-guard/src/clock/mod.rs",
        "jwt-guard/src/store/redis/feed/mod.rs",
        "jwt-guard/src/store/redis/feed/reader.rs",
        "jwt-guard/src/store/redis/server.rs",
    ];
    assert_eq!(files_with("Instant::now"), monotonic);
    assert_eq!(files_with("RandomState"), ["jwt-guard/src/random.rs"]);
    assert_eq!(files_with("getrandom"), ["jwt-guard/src/random.rs"]);
    assert_eq!(
        files_with("DEFAULT_PROVIDER"),
        ["jwt-guard/src/keys/backend/aws_lc.rs", "jwt-guard/src/keys/backend/rust_crypto.rs"]
    );
}

#[test]
fn the_engine_verifies_signatures_and_nothing_else() {
    for banned in ["jsonwebtoken::decode", "insecure_decode", "Validation", "crypto::verify", "crypto::sign"]
    {
        assert_eq!(files_with(banned), [""; 0], "{banned}");
    }
    // The provider of the process; rustls has one of that name too, for connections.
    assert_eq!(files_with("CryptoProvider::get_default"), ["jwt-guard/src/store/redis/tls.rs"]);
    for file in files_with("jsonwebtoken::") {
        assert!(file.starts_with("jwt-guard/src/keys/"), "{file}");
    }
}

#[test]
fn files_are_short_enough_to_be_read() {
    for source in published() {
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST_FILE, "{}: {lines} lines", source.path);
    }
    let mut lengths: Vec<_> = published().iter().map(|source| source.text.lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= LONGEST_MEDIAN, "half of the files have {median} lines and more");
}

/// `routes!` is the one macro that the library itself exports.
#[test]
fn the_root_has_few_names() {
    let root = sources::read("jwt-guard/src/lib.rs");
    let mut names = vec!["routes".to_owned()];
    for item in root.lines().filter_map(|line| line.strip_prefix("pub use ")) {
        let (_, last) = item.rsplit_once("::").expect("a re-export has a path");
        match item.split_once('{') {
            Some((_, group)) => names.extend(members(group)),
            None => names.push(word(last)),
        }
    }
    // A module, and none of the names.
    names.retain(|name| name != "routing");
    assert!(names.contains(&"JwtGuard".to_owned()) && names.contains(&"Router".to_owned()), "{names:?}");
    assert!(names.len() <= MOST_NAMES_AT_THE_ROOT, "{}: {names:?}", names.len());
}

#[test]
fn every_file_says_what_it_is_for() {
    for source in published().iter().chain(&sources::below("tests")) {
        assert!(source.text.starts_with("//! "), "{}", source.path);
    }
}

#[test]
fn nothing_is_left_to_do() {
    for source in published() {
        let code = code(&source.text);
        for mark in ["todo!", "unimplemented!", "dbg!", "println!", "FIXME", "TODO"] {
            assert!(!code.contains(mark) && !source.text.contains("TODO"), "{}: {mark}", source.path);
        }
    }
}

#[test]
fn no_lint_is_switched_off_without_a_reason() {
    for source in published().iter().chain(&sources::below("tests")).filter(|source| !is_test(&source.path)) {
        for (at, line) in source.text.lines().enumerate() {
            let line = line.trim_start();
            let allows = line.starts_with("#[allow(") || line.starts_with("#![allow(");
            assert!(!allows, "{}:{}: use `expect` with a reason", source.path, at + 1);
        }
    }
}

/// The table, from the text that people read.
fn rows() -> Vec<Row> {
    let text = sources::read("ARCHITECTURE.md");
    let table = text.lines().skip_while(|line| !line.starts_with("| row |"));
    let rows: Vec<_> = table
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            Row {
                number: cells[0].parse().unwrap_or_else(|_| panic!("no number: {line}")),
                modules: cells[1].split('`').skip(1).step_by(2).map(str::to_owned).collect(),
                must_not_know: cells[2].to_owned(),
            }
        })
        .collect();
    assert!(rows.len() > 5, "the table of rows is gone from ARCHITECTURE.md");
    rows
}

fn runtime() -> Vec<Source> {
    sources::below("jwt-guard/src")
}

/// The published crates, without the expansions that the macros are compared with.
fn published() -> Vec<Source> {
    let macros = sources::below("jwt-guard-macros/src");
    let macros = macros.into_iter().filter(|source| !source.path.contains("/snapshots/"));
    runtime().into_iter().chain(sources::below("jwt-guard-cli/src")).chain(macros).collect()
}

/// The first module of a path; `None` for the root of the crate.
fn module_of(path: &str) -> Option<String> {
    let (_, inner) = path.split_once("/src/")?;
    let first = inner.split('/').next()?;
    let module = first.strip_suffix(".rs").unwrap_or(first);
    (!["lib", "main"].contains(&module)).then(|| module.to_owned())
}

/// The files of the runtime crate whose code, tests aside, holds `text`.
fn files_with(text: &str) -> Vec<String> {
    runtime()
        .into_iter()
        .filter(|source| !is_test(&source.path) && code(&source.text).contains(text))
        .map(|source| source.path)
        .collect()
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The first segment after every `crate::`, groups included. Tests may look anywhere.
fn uses(text: &str) -> Vec<String> {
    let code = code(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|char: char| char == '$' || char.is_alphanumeric() || char == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(members(group)),
            None => found.push(word(rest)),
        }
    }
    found.retain(|used| !used.is_empty());
    found
}

/// The first segments of a group, up to its closing brace.
fn members(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut starts = vec![0];
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(at + 1),
            _ => {}
        }
    }
    starts.into_iter().map(|at| word(group[at..].trim_start())).collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
}

/// Whether the code names the path, and not another that ends alike.
fn mentions(code: &str, mark: &str) -> bool {
    code.match_indices(mark).any(|(at, _)| {
        !code[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == ':')
    })
}

/// The text without comments and without what only tests have.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("#[cfg(test)]") {
            let item = lines.by_ref().find(|line| !line.starts_with("#["));
            if item.is_some_and(|item| !item.ends_with(';')) {
                let _end = lines.by_ref().find(|line| line.starts_with('}'));
            }
        } else if !line.trim_start().starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    code
}

#[test]
fn code_is_read_behind_what_only_tests_have() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\n// b\nuse c;\n#[cfg(test)]\n#[path = \"\"]\nmod d {\n    use e;\n}\nuse f;\n";
    assert_eq!(code(text), "use a;\nuse c;\nuse f;\n");
}
