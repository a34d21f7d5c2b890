//! Every file below `fail/` has one mistake, and the compiler says what its `.stderr` says.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;

/// If this variable is set, only the mistakes that rustc itself explains are compiled: its sentences depend on the sources of the
/// standard library, and ours do not.
const ONLY_RUSTC: &str = "ONLY_ERRORS_OF_RUSTC";

/// The compiler whose wording the goldens have; `rust-toolchain.toml` names the same.
const COMPILER: &str = "1.95.0";

#[test]
fn every_mistake_is_explained() {
    let found = compiler();
    if found != COMPILER {
        let reason = format!("the goldens are those of rustc {COMPILER}, this is rustc {found}");
        assert!(env::var_os("CI").is_none(), "{reason}");
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        writeln!(io::stderr(), "skipped: {reason}").expect("standard error is open");
        return;
    }
    let cases = trybuild::TestCases::new();
    if env::var_os(ONLY_RUSTC).is_none() {
        cases.compile_fail("fail/*/*.rs");
        return;
    }
    for golden in goldens() {
        let text = fs::read_to_string(&golden).expect("text");
        if text.lines().any(|line| line.starts_with("error[E")) {
            // From the folder of the package, as trybuild shows paths.
            let case = golden.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a path below it");
            cases.compile_fail(case.with_extension("rs"));
        }
    }
}

#[test]
fn the_pinned_compiler_is_the_one_of_the_goldens() {
    let toolchain = include_str!("../rust-toolchain.toml");
    assert!(toolchain.contains(&format!("channel = \"{COMPILER}\"")), "{toolchain}");
}

#[test]
fn goldens_belong_to_a_file_and_name_no_machine() {
    let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fail")).expect("the folder");
    for folder in folders {
        for file in fs::read_dir(folder.expect("a kind of mistake").path()).expect("its folder") {
            let path = file.expect("its file").path();
            let other = if path.extension().is_some_and(|name| name == "rs") { "stderr" } else { "rs" };
            assert!(path.with_extension(other).exists(), "{} has no .{other}", path.display());
            let text = fs::read_to_string(&path).expect("text");
            assert!(!text.contains("--> /") && !text.contains("::: /"), "{}", path.display());
        }
    }
}

fn goldens() -> Vec<PathBuf> {
    let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fail")).expect("the folder");
    let files = folders
        .flat_map(|folder| fs::read_dir(folder.expect("a kind of mistake").path()).expect("its folder"));
    let paths = files.map(|file| file.expect("its file").path());
    paths.filter(|path| path.extension().is_some_and(|name| name == "stderr")).collect()
}

/// The version in `rustc 1.95.0 (..)`.
fn compiler() -> String {
    let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("--version").output().expect("the compiler runs");
    let version = String::from_utf8_lossy(&output.stdout);
    version.split_whitespace().nth(1).unwrap_or_default().to_owned()
}
