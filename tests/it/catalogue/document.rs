//! Writes `tests/CATALOGUE.md` from the results of a run: how many cases of each theme and source have passed, what is skipped
//! and why, and all cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, fs};

use jwt_guard_tests::sources;

use super::Results;
use super::data::{Case, Catalogue, Expect};

const FILE: &str = "tests/CATALOGUE.md";

/// Compares the document, or writes it with `CATALOGUE=overwrite`.
pub(super) fn is_current(catalogue: &Catalogue, results: &Results<'_>) {
    let text = write(catalogue, results);
    let path = sources::workspace().join(FILE);
    if env::var_os("CATALOGUE").is_some_and(|value| value == "overwrite") {
        fs::write(path, text).unwrap();
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == text,
        "{FILE} is not what the catalogue says: run \
         `CATALOGUE=overwrite cargo test -p jwt-guard-tests --test it catalogue`, and commit it"
    );
}

fn write(catalogue: &Catalogue, results: &Results<'_>) -> String {
    let mut out = String::from(HEAD);
    counts(catalogue, results, &mut out);
    sources_of(catalogue, results, &mut out);
    skipped(catalogue, &mut out);
    guards(catalogue, &mut out);
    for theme in &catalogue.themes {
        write!(out, "\n## {}\n\n{}\n\n", theme.title, theme.about).unwrap();
        out.push_str("| case | requirement | answer | source |\n|---|---|---|---|\n");
        for case in theme.cases.iter().filter(|case| case.skip.is_none()) {
            let id = case.id.split_once('/').map_or(case.id.as_str(), |(_, name)| name);
            let (answer, source) = (answers(case), case.source.join("; "));
            writeln!(out, "| `{id}` | {} | {answer} | {source} |", cell(&case.requirement)).unwrap();
        }
    }
    out
}

const HEAD: &str = "# Catalogue

Written from `tests/catalogue/*.toml` and the results of a run; do not edit. `cargo test -p jwt-guard-tests --test it catalogue`
runs every case over HTTP. It fails on an unexpected result, and then writes nothing, or if this document is not current.
`tests/catalogue/README.md` says what a case has and how it is run.

That run is with aws-lc-rs, and part of `.ci/run`. `.ci/full` runs the same cases with `rust-crypto` alone, and with both backends:
each time the results must be these.
";

/// Cases that have passed, cases that were skipped, and all.
#[derive(Default)]
struct Counts {
    passed: usize,
    skipped: usize,
    all: usize,
}

impl Counts {
    fn add(&mut self, case: &Case, results: &Results<'_>) {
        self.all += 1;
        self.skipped += usize::from(case.skip.is_some());
        self.passed += usize::from(results.get(case.id.as_str()).is_some_and(Vec::is_empty));
    }

    fn row(&self, name: &str, out: &mut String) {
        let Self { passed, skipped, all } = self;
        assert_eq!(passed + skipped, *all, "{name}: every case is run, and has passed, or is skipped");
        writeln!(out, "| {name} | {all} | {passed} | {skipped} |").unwrap();
    }
}

fn counts(catalogue: &Catalogue, results: &Results<'_>, out: &mut String) {
    out.push_str("\n## Themes\n\n| theme | cases | passed | skipped |\n|---|---:|---:|---:|\n");
    let mut all = Counts::default();
    for theme in &catalogue.themes {
        let mut counts = Counts::default();
        for case in &theme.cases {
            counts.add(case, results);
            all.add(case, results);
        }
        counts.row(&theme.title, out);
    }
    all.row("**all**", out);
}

fn sources_of(catalogue: &Catalogue, results: &Results<'_>, out: &mut String) {
    let mut families: BTreeMap<&str, Counts> = BTreeMap::new();
    for case in catalogue.cases() {
        let names: BTreeSet<_> = case.source.iter().map(|source| family(source)).collect();
        for name in names {
            families.entry(name).or_default().add(case, results);
        }
    }
    out.push_str("\n## Sources\n\nA case may have several.\n\n");
    out.push_str("| source | cases | passed | skipped |\n|---|---:|---:|---:|\n");
    for (name, counts) in families {
        counts.row(name, out);
    }
}

/// The name of a source, without the place in it.
fn family(source: &str) -> &str {
    let name = source.split_once(": ").map_or(source, |(name, _)| name);
    if name.starts_with("CVE-") { "CVE" } else { name }
}

fn skipped(catalogue: &Catalogue, out: &mut String) {
    out.push_str("\n## Skipped\n\n| case | requirement | reason | source |\n|---|---|---|---|\n");
    for case in catalogue.cases() {
        if let Some(reason) = &case.skip {
            let (requirement, source) = (cell(&case.requirement), case.source.join("; "));
            writeln!(out, "| `{}` | {requirement} | {} | {source} |", case.id, cell(reason)).unwrap();
        }
    }
}

fn guards(catalogue: &Catalogue, out: &mut String) {
    out.push_str("\n## Guards\n\nA case of a guard may replace some of its settings.\n\n| guard | what it is | cases |\n|---|---|---:|\n");
    for (name, guard) in &catalogue.guards {
        let cases = catalogue.cases().filter(|case| case.guard == *name && case.skip.is_none()).count();
        writeln!(out, "| `{name}` | {} | {cases} |", cell(&guard.about)).unwrap();
    }
}

/// The answers of a case, in the order of its steps.
fn answers(case: &Case) -> String {
    case.expects().map(answer).collect::<Vec<_>>().join(", then ")
}

fn answer(expect: &Expect) -> String {
    let Some(status) = expect.status else { return "refused at the start".to_owned() };
    let words = [
        expect.error.as_deref(),
        expect.code.as_deref().filter(|code| Some(*code) != expect.error.as_deref()),
    ];
    let words: Vec<_> = words.into_iter().flatten().map(|word| format!("`{word}`")).collect();
    format!("{status} {}", words.join(" ")).trim_end().to_owned()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
