//! Judges the tests of jwt-guard by mutants that are all compiled into one program. `mutants/README.md` says how.

mod baseline;
mod judge;
mod mutant;
mod process;
mod report;
mod switch;
mod tree;

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::{Deserialize, Serialize};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Why a mutant is not judged here.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Fate {
    /// It does not compile.
    Unviable,
    /// The compiler evaluates it.
    Constant,
    /// It may compile alone, but not as one branch of the program: opaque return types, moved values.
    NotSwitchable,
}

/// The folders of a run.
pub struct Places {
    /// The repository.
    pub root: PathBuf,
    /// Where everything is written that a run leaves.
    pub work: PathBuf,
    /// The artefacts of cargo.
    pub target: PathBuf,
}

impl Places {
    /// The instrumented copy of the repository.
    pub fn source(&self) -> PathBuf {
        self.work.join("source")
    }
}

/// What is asked for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Run {
    /// Everything.
    Anew,
    /// A new tree and the tests as they are now, but only for mutants that were not caught before.
    Again,
    /// The rest of a run that was stopped.
    Resume,
    /// What is known so far.
    Report,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let run = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Run::Anew,
        ["--again"] => Run::Again,
        ["--resume"] => Run::Resume,
        ["--report"] => Run::Report,
        _ => return Err("usage: mutants/run [--again | --resume | --report]".into()),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let places = Places { work: target.join("mutants"), root, target };

    let mutants = mutant::read(&places.work.join("list.json"))?;
    let results = places.work.join("results.jsonl");
    if run == Run::Anew && results.exists() {
        fs::rename(&results, places.work.join("results.before.jsonl"))?;
    }
    if matches!(run, Run::Anew | Run::Again) {
        tree::copy(&places)?;
        let mut instrumented = tree::instrument(&places, &mutants)?;
        let programs = tree::build(&places, &mutants, &mut instrumented)?;
        fs::write(places.work.join("instrumented.json"), serde_json::to_string(&instrumented)?)?;
        let tests = baseline::measure(&places, &programs)?;
        fs::write(places.work.join("tests.json"), serde_json::to_string(&tests)?)?;
    }
    let instrumented: tree::Instrumented =
        serde_json::from_str(&fs::read_to_string(places.work.join("instrumented.json"))?)?;
    let tests: baseline::Tests = serde_json::from_str(&fs::read_to_string(places.work.join("tests.json"))?)?;
    if run != Run::Report {
        judge::judge(&places, &mutants, &instrumented, &tests, run == Run::Again)?;
    }
    report::write(&places, &mutants, &instrumented, &tests)
}
