//! The sources of the workspace, for tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the workspace.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path from the workspace, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// The directory of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads one file, by its path from the workspace.
///
/// # Panics
///
/// When it cannot be read.
#[must_use]
pub fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust file below a directory of the workspace, in the order of the paths.
///
/// # Panics
///
/// When one cannot be read.
#[must_use]
pub fn below(directory: &str) -> Vec<Source> {
    let found = files(directory, &["rs"]);
    assert!(!found.is_empty(), "no sources below {directory}");
    found
}

/// Every file of the workspace that people write and read: sources, documents, scripts and settings.
///
/// # Panics
///
/// When one cannot be read.
#[must_use]
pub fn texts() -> Vec<Source> {
    const KINDS: [&str; 10] = ["c", "html", "lua", "md", "mjs", "py", "rs", "stderr", "toml", "yml"];
    files(".", &KINDS)
}

/// The files with one of these extensions, without what is built, installed or generated.
fn files(directory: &str, kinds: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(directory, kinds, &mut found);
    found.sort_by(|one, two| one.path.cmp(&two.path));
    found
}

fn collect(directory: &str, kinds: &[&str], found: &mut Vec<Source>) {
    const SKIPPED: [&str; 6] = [".git", "fixtures", "node_modules", "target", "venv", ".venv"];

    let entries =
        fs::read_dir(workspace().join(directory)).unwrap_or_else(|error| panic!("{directory}: {error}"));
    for entry in entries {
        let entry = entry.expect("a readable directory");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let path = format!("{directory}/{name}").trim_start_matches("./").to_owned();
        let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
        if entry.file_type().expect("a kind of file").is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&path, kinds, found);
            }
        } else if kinds.contains(&kind) {
            found.push(Source { text: read(&path), path });
        }
    }
}
