//! The instrumented copy of the repository: copied, rewritten until it compiles, and built.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mutant::Mutant;
use crate::switch::{self, Switched};
use crate::{Fate, Places, Result};

/// The test programs: their name, what cargo builds, and the folder in which cargo runs them.
const PROGRAMS: [(&str, &[&str], &str); 2] = [
    ("lib", &["-p", "jwt-guard", "--lib", "--all-features"], "jwt-guard"),
    ("it", &["-p", "jwt-guard-tests", "--test", "it"], "tests"),
];

const CHECKED: [&str; 5] = ["-p", "jwt-guard", "--lib", "--all-features", "--message-format=json"];

/// What the compiler says about values that a branch moved or borrowed; alone in its place, such a mutant may compile.
const OF_BRANCHES: [&str; 12] = [
    "E0373", "E0381", "E0382", "E0493", "E0499", "E0502", "E0503", "E0505", "E0506", "E0507", "E0597",
    "E0716",
];

/// The mutants that the copy has, and has not.
#[derive(Default, Deserialize, Serialize)]
pub struct Instrumented {
    pub left_out: BTreeMap<u32, Fate>,
    pub in_const_fn: BTreeSet<u32>,
    /// In files that no test program compiles.
    pub not_built: BTreeSet<u32>,
}

impl Instrumented {
    /// Whether the test programs have a switch for it.
    pub fn has(&self, number: u32) -> bool {
        self.why_not(number).is_none()
    }

    /// Why a mutant has no switch, in words.
    pub fn why_not(&self, number: u32) -> Option<&'static str> {
        match self.left_out.get(&number) {
            Some(Fate::Unviable) => Some("unviable"),
            Some(Fate::Constant) => Some("constant"),
            Some(Fate::NotSwitchable) => Some("not switchable"),
            None if self.not_built.contains(&number) => Some("not built"),
            None => None,
        }
    }
}

/// A test program.
#[derive(Clone, Deserialize, Serialize)]
pub struct Program {
    pub name: String,
    pub path: PathBuf,
    pub folder: PathBuf,
}

/// Copies what git knows, and new files. A file that did not change keeps its date, for cargo.
pub fn copy(places: &Places) -> Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&places.root)
        .output()?;
    let mut kept = BTreeSet::new();
    for file in String::from_utf8(listed.stdout)?.split_terminator('\0') {
        let from = places.root.join(file);
        // The rewritten files are compared later, with what is inserted.
        if from.is_file() {
            kept.insert(file.to_owned());
            let to = places.source().join(file);
            if !is_rewritten(file) {
                write(&to, &fs::read(&from)?)?;
                fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
            }
        }
    }
    remove_others(&places.source(), Path::new(""), &kept)?;
    write(&places.source().join("jwt-guard/src/__mutants.rs"), include_bytes!("runtime.rs"))?;
    let wrapper = places.work.join("rustc");
    // `const_eval_select` is not stable; the library is compiled as if it were, and the dependencies as ever.
    write(&wrapper, b"#!/bin/sh\nRUSTC_BOOTSTRAP=jwt_guard exec \"$@\" --cap-lints allow\n")?;
    set_executable(&wrapper)
}

/// Rewrites the sources, and takes back what does not compile, until the library compiles.
pub fn instrument(places: &Places, mutants: &[Mutant]) -> Result<Instrumented> {
    let by_id: HashMap<_, _> = mutants.iter().map(|mutant| (&*mutant.id, mutant.number)).collect();
    let known = places.work.join("left_out.json");
    // What did not compile the last time is not tried again.
    let before: BTreeMap<String, Fate> =
        fs::read_to_string(&known).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let mut instrumented = Instrumented::default();
    let again = before.iter().filter_map(|(id, fate)| Some((*by_id.get(&**id)?, *fate)));
    instrumented.left_out.extend(again);

    for turn in 1.. {
        let files = rewrite(places, mutants, &mut instrumented)?;
        let errors = check(places)?;
        eprintln!("turn {turn}: {} errors, {} mutants left out", errors.len(), instrumented.left_out.len());
        if errors.is_empty() {
            break;
        }
        let count = instrumented.left_out.len();
        for error in &errors {
            blame(error, &files, &mut instrumented.left_out);
        }
        if instrumented.left_out.len() == count {
            return Err(format!(
                "no mutant is to blame for: {}",
                errors[0]["rendered"].as_str().unwrap_or("?")
            )
            .into());
        }
    }
    let ids: BTreeMap<_, _> = mutants
        .iter()
        .filter_map(|mutant| Some((&mutant.id, instrumented.left_out.get(&mutant.number)?)))
        .collect();
    fs::write(known, serde_json::to_string_pretty(&ids)?)?;
    Ok(instrumented)
}

/// Builds the test programs, and notes the mutants in files that belong to other features or systems.
pub fn build(places: &Places, mutants: &[Mutant], instrumented: &mut Instrumented) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for (name, arguments, folder) in PROGRAMS {
        let output = cargo(places)
            .arg("test")
            .args(arguments)
            .args(["--no-run", "--message-format=json-render-diagnostics"])
            .stderr(Stdio::inherit())
            .output()?;
        let path = messages(&output.stdout)
            .filter(|message| message["profile"]["test"] == true)
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .ok_or_else(|| format!("the tests `{name}` were not built"))?;
        if name == "lib" {
            let built = fs::read_to_string(path.with_extension("d"))?;
            let built: BTreeSet<_> =
                built.split_whitespace().map(|file| file.trim_end_matches(':')).collect();
            let others = mutants.iter().filter(|mutant| !built.contains(&*mutant.file));
            instrumented.not_built.extend(others.map(|mutant| mutant.number));
        }
        programs.push(Program { name: name.to_owned(), path, folder: places.source().join(folder) });
    }
    Ok(programs)
}

fn is_rewritten(file: &str) -> bool {
    file.starts_with("jwt-guard/src/") && file.ends_with(".rs")
}

/// Writes every source of the library, with the switches of its mutants.
fn rewrite(
    places: &Places,
    mutants: &[Mutant],
    instrumented: &mut Instrumented,
) -> Result<HashMap<String, Switched>> {
    let mut by_file = HashMap::<&str, Vec<&Mutant>>::new();
    for mutant in mutants.iter().filter(|mutant| !instrumented.left_out.contains_key(&mutant.number)) {
        by_file.entry(&mutant.file).or_default().push(mutant);
    }
    let mut files = HashMap::new();
    let mut folders = vec![PathBuf::from("jwt-guard/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(places.root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.to_str().ok_or("a path in UTF-8")?.to_owned();
            let mut bytes = fs::read(entry.path())?;
            if let Some(mutants) = by_file.get(&*file) {
                let switched = switch::switch(&String::from_utf8(bytes)?, mutants)
                    .map_err(|error| format!("{file}: {error}"))?;
                bytes = switched.text.clone().into_bytes();
                instrumented.left_out.extend(switched.left_out.iter().copied());
                instrumented.in_const_fn.extend(&switched.in_const_fn);
                files.insert(file.clone(), switched);
            }
            if file == "jwt-guard/src/lib.rs" {
                let features =
                    "#![feature(core_intrinsics, const_eval_select)] #![allow(internal_features)] ";
                bytes.extend_from_slice(b"#[path = \"__mutants.rs\"] mod __mutants;\n");
                // The documentation stays first, on lines of its own.
                let text = String::from_utf8(bytes)?;
                bytes = text.replacen("#![cfg_attr(", &format!("{features}#![cfg_attr("), 1).into_bytes();
            }
            write(&places.source().join(&file), &bytes)?;
        }
    }
    Ok(files)
}

/// The errors of the library.
fn check(places: &Places) -> Result<Vec<Value>> {
    let output = cargo(places).arg("check").args(CHECKED).stderr(Stdio::piped()).output()?;
    let errors: Vec<_> = messages(&output.stdout)
        .filter(|message| message["reason"] == "compiler-message" && message["message"]["level"] == "error")
        .map(|mut message| message["message"].take())
        .filter(|error| !error["spans"].as_array().is_none_or(Vec::is_empty))
        .collect();
    if !output.status.success() && errors.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(errors)
}

/// Leaves out the mutants at which an error points, or near it.
fn blame(error: &Value, files: &HashMap<String, Switched>, left_out: &mut BTreeMap<u32, Fate>) {
    let spans: Vec<_> = error["spans"].as_array().into_iter().flatten().collect();
    let primary = spans.iter().filter(|span| span["is_primary"] == true);
    let code = error["code"]["code"].as_str().unwrap_or("");
    let fate = if OF_BRANCHES.contains(&code) { Fate::NotSwitchable } else { Fate::Unviable };
    for (file, bytes) in primary.clone().flat_map(|span| place(span)) {
        let found = touched(files, &file, &bytes, true);
        left_out.extend(found.iter().map(|number| (*number, fate)));
        if !found.is_empty() {
            return;
        }
    }
    // The changed copies are not where the error is: those that other labels show, or those inside, or those of the function.
    let places: Vec<_> = spans.iter().flat_map(|span| place(span)).collect();
    // A match that lacks arms points at its head.
    let ways: &[bool] = if code == "E0004" { &[] } else { &[true, false] };
    for inside in ways {
        let found = places.iter().flat_map(|(file, bytes)| touched(files, file, bytes, *inside));
        let found: BTreeSet<_> = found.collect();
        left_out.extend(found.iter().map(|number| (*number, Fate::NotSwitchable)));
        if !found.is_empty() {
            return;
        }
    }
    for (file, bytes) in primary.flat_map(|span| place(span)) {
        let Some(switched) = files.get(&file) else { continue };
        let around = switched
            .functions
            .iter()
            .rev()
            .find(|range| range.start <= bytes.start && bytes.end <= range.end);
        let Some(around) = around else { continue };
        let arms = code == "E0004" && switched.arms(around).next().is_some();
        let found = if arms { switched.arms(around).collect() } else { touched(files, &file, around, false) };
        left_out.extend(found.iter().map(|number| (*number, Fate::NotSwitchable)));
    }
}

/// The places of a span, in the file of a macro's call too.
fn place(span: &Value) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut next = Some(span);
    while let Some(span) = next {
        let offset = |name: &str| span[name].as_u64().unwrap_or(0) as usize;
        let file = span["file_name"].as_str().unwrap_or("").to_owned();
        found.push((file, offset("byte_start")..offset("byte_end")));
        next = span["expansion"].get("span");
    }
    found
}

/// The mutants whose pieces hold these bytes, or lie inside of them.
fn touched(files: &HashMap<String, Switched>, file: &str, bytes: &Range<usize>, holding: bool) -> Vec<u32> {
    let pieces = files.get(file).into_iter().flat_map(|switched| &switched.pieces);
    let within =
        |inner: &Range<usize>, outer: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
    pieces
        .filter(|(_, piece)| if holding { within(bytes, piece) } else { within(piece, bytes) })
        .map(|(number, _)| *number)
        .collect()
}

fn cargo(places: &Places) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(places.source())
        .env("CARGO_TARGET_DIR", &places.target)
        .env("RUSTC_WORKSPACE_WRAPPER", places.work.join("rustc"))
        .stdin(Stdio::null());
    command
}

fn messages(output: &[u8]) -> impl Iterator<Item = Value> {
    let text = String::from_utf8_lossy(output).into_owned();
    let lines: Vec<_> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    lines.into_iter()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).ok().as_deref() != Some(bytes) {
        fs::create_dir_all(path.parent().ok_or("a file in a folder")?)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Removes the files that were removed in the repository.
fn remove_others(root: &Path, folder: &Path, kept: &BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_others(root, &path, kept)?;
        } else if !path.to_str().is_some_and(|path| kept.contains(path)) {
            fs::remove_file(root.join(&path))?;
        }
    }
    Ok(())
}

fn set_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}
