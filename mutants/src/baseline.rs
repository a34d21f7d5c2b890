//! Runs each test alone in the unchanged program: how long it takes, and which mutants it reaches.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process::{self, End};
use crate::tree::Program;
use crate::{Places, Result};

/// How many processes run at a time.
pub const WORKERS: usize = 2;

/// Two minutes, for the longest test.
const MOST: Duration = Duration::from_secs(120);

/// The programs, and their tests.
#[derive(Deserialize, Serialize)]
pub struct Tests {
    pub programs: Vec<Program>,
    pub tests: Vec<Test>,
    /// The tests that do not pass alone, in a copy of the repository.
    pub failing: Vec<String>,
}

/// A test that passes.
#[derive(Deserialize, Serialize)]
pub struct Test {
    pub program: usize,
    pub name: String,
    pub millis: u64,
    pub reached: Vec<u32>,
}

/// Runs every test once.
pub fn measure(places: &Places, programs: &[Program]) -> Result<Tests> {
    let mut names = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let listed = Command::new(&program.path).arg("--list").current_dir(&program.folder).output()?;
        let listed = String::from_utf8(listed.stdout)?;
        // The house tests read the text of the sources, which is not that of the repository.
        let tests = listed.lines().filter_map(|line| line.strip_suffix(": test"));
        names.extend(tests.filter(|name| !name.starts_with("house::")).map(|name| (index, name.to_owned())));
    }
    eprintln!("{} tests", names.len());
    let next = AtomicUsize::new(0);
    let tests = Mutex::new((Vec::new(), Vec::new()));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let log = places.work.join(format!("reached.{worker}"));
                let (next, tests, names) = (&next, &tests, &names);
                scope.spawn(move || -> Result<()> {
                    while let Some((index, name)) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let measured = alone(&programs[*index], name, &log)?;
                        let mut tests = tests.lock().map_err(|_| "another worker failed")?;
                        match measured {
                            Some((millis, reached)) => {
                                tests.0.push(Test { program: *index, name: name.clone(), millis, reached });
                            }
                            None => tests.1.push(format!("{}: {name}", programs[*index].name)),
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    let (tests, failing) = tests.into_inner().map_err(|_| "a worker panicked")?;
    let total: u64 = tests.iter().map(|test| test.millis).sum();
    eprintln!(
        "{} tests pass alone, in {} s; {} do not: {failing:?}",
        tests.len(),
        total / 1000,
        failing.len()
    );
    Ok(Tests { programs: programs.to_vec(), tests, failing })
}

fn alone(program: &Program, name: &str, log: &Path) -> Result<Option<(u64, Vec<u32>)>> {
    fs::write(log, "")?;
    let start = process::now();
    if process::run(program, &[name], ("MUTANTS_REACHED", log), MOST)? != End::Passed {
        return Ok(None);
    }
    let millis = u64::try_from(start.elapsed().as_millis())?;
    let mut reached: Vec<u32> =
        fs::read_to_string(log)?.lines().filter_map(|line| line.parse().ok()).collect();
    reached.sort_unstable();
    reached.dedup();
    Ok(Some((millis, reached)))
}
