//! Runs the tests that reach a mutant until one fails.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::baseline::{Test, Tests, WORKERS};
use crate::mutant::Mutant;
use crate::process::{self, End};
use crate::tree::Instrumented;
use crate::{Places, Result};

/// The tests of the first process of a mutant; each further process has twice as many.
const FIRST: usize = 8;

/// What the tests of one mutant may take in the first pass, by their recorded times. The second pass runs the rest.
const FIRST_PASS: u64 = 5_000;

/// What the tests say of a mutant.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Caught,
    TimedOut,
    /// All tests pass that reach it.
    Survived,
    /// No test reaches it.
    Unreached,
}

/// A line of `results.jsonl`. The last line of a mutant counts.
#[derive(Clone, Deserialize, Serialize)]
pub struct Judged {
    pub mutant: String,
    pub verdict: Verdict,
    /// The test that fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// How many tests reach it.
    pub reaching: usize,
    /// How many of them ran.
    pub ran: usize,
}

impl Judged {
    pub fn is_caught(&self) -> bool {
        matches!(self.verdict, Verdict::Caught | Verdict::TimedOut)
    }

    /// Whether tests are left that reach it and did not run.
    pub fn is_open(&self) -> bool {
        !self.is_caught() && self.ran < self.reaching
    }
}

/// What is known of each mutant, by its id.
pub fn read(places: &Places) -> Result<BTreeMap<String, Judged>> {
    let text = fs::read_to_string(places.work.join("results.jsonl")).unwrap_or_default();
    // The last line may be torn when a run was stopped.
    let judged = text.lines().filter_map(|line| serde_json::from_str::<Judged>(line).ok());
    Ok(judged.map(|judged| (judged.mutant.clone(), judged)).collect())
}

struct Court<'a> {
    tests: &'a Tests,
    /// The tests that reach a mutant.
    reaching: HashMap<u32, Vec<usize>>,
    shared: Mutex<Shared>,
}

struct Shared {
    results: File,
    /// How often a test caught a mutant of a file, and of a function.
    caught: HashMap<(usize, String), u32>,
    /// The tests that ran for a mutant in the first pass.
    ran: HashMap<u32, BTreeSet<usize>>,
    done: usize,
}

impl Shared {
    /// A test that caught one mutant may catch its neighbours.
    fn note(&mut self, mutant: &Mutant, test: usize) {
        *self.caught.entry((test, mutant.file.clone())).or_default() += 1;
        *self.caught.entry((test, mutant.function.clone())).or_default() += 1;
    }
}

/// Judges the mutants that were not caught yet; `again` judges survivors as well.
pub fn judge(
    places: &Places,
    mutants: &[Mutant],
    instrumented: &Instrumented,
    tests: &Tests,
    again: bool,
) -> Result<()> {
    let known = read(places)?;
    let waits = |mutant: &&Mutant| {
        let settled = |judged: &Judged| judged.is_caught() || !again && !judged.is_open();
        instrumented.has(mutant.number) && !known.get(&mutant.id).is_some_and(settled)
    };
    let mut waiting: Vec<_> = mutants.iter().filter(waits).collect();
    let mut reaching = HashMap::<u32, Vec<usize>>::new();
    for (index, test) in tests.tests.iter().enumerate() {
        for number in &test.reached {
            reaching.entry(*number).or_default().push(index);
        }
    }
    let results = OpenOptions::new().append(true).create(true).open(places.work.join("results.jsonl"))?;
    let mut shared = Shared { results, caught: HashMap::new(), ran: HashMap::new(), done: 0 };
    let by_name: HashMap<_, _> =
        tests.tests.iter().zip(0..).map(|(test, index)| (&*test.name, index)).collect();
    for mutant in mutants {
        let test = known.get(&mutant.id).and_then(|judged| judged.test.as_ref());
        if let Some(index) = test.and_then(|name| by_name.get(&**name)) {
            shared.note(mutant, *index);
        }
    }
    let court = Court { tests, reaching, shared: Mutex::new(shared) };
    for budget in [FIRST_PASS, u64::MAX] {
        eprintln!("{} mutants to judge", waiting.len());
        court.session(&waiting, budget)?;
        let known = read(places)?;
        waiting.retain(|mutant| known.get(&mutant.id).is_some_and(Judged::is_open));
        waiting.sort_by_key(|mutant| court.cost(mutant));
    }
    Ok(())
}

impl Court<'_> {
    fn session(&self, waiting: &[&Mutant], budget: u64) -> Result<()> {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let work = || -> Result<()> {
                while let Some(mutant) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let judged = self.judge(mutant, budget)?;
                    let line = serde_json::to_string(&judged)? + "\n";
                    let mut shared = self.shared()?;
                    shared.results.write_all(line.as_bytes())?;
                    shared.done += 1;
                    if shared.done.is_multiple_of(100) {
                        eprintln!("{} judged, now {}", shared.done, mutant.id);
                    }
                }
                Ok(())
            };
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
        })
    }

    /// What all tests of a mutant take.
    fn cost(&self, mutant: &Mutant) -> u64 {
        let reaching = self.reaching.get(&mutant.number).into_iter().flatten();
        reaching.map(|index| self.tests.tests[*index].millis).sum()
    }

    fn judge(&self, mutant: &Mutant, budget: u64) -> Result<Judged> {
        let reaching = self.reaching.get(&mutant.number).map_or(&[][..], Vec::as_slice);
        let order = self.order(mutant, reaching)?;
        let mut judged = Judged {
            mutant: mutant.id.clone(),
            verdict: if reaching.is_empty() { Verdict::Unreached } else { Verdict::Survived },
            test: None,
            reaching: reaching.len(),
            ran: reaching.len() - order.len(),
        };
        let (mut rest, mut size, mut spent) = (&order[..], FIRST, 0);
        while !rest.is_empty() {
            let mut taken = 0;
            for index in &rest[..size.min(rest.len())] {
                let after = spent + self.tests.tests[*index].millis;
                if spent > 0 && after > budget {
                    break;
                }
                (taken, spent) = (taken + 1, after);
            }
            if taken == 0 {
                break;
            }
            let (batch, later) = rest.split_at(taken);
            (rest, size) = (later, size * 2);
            for (program, _) in self.tests.programs.iter().enumerate() {
                let batch: Vec<_> = batch
                    .iter()
                    .copied()
                    .filter(|index| self.tests.tests[*index].program == program)
                    .collect();
                judged.ran += batch.len();
                match self.run(mutant, &batch)? {
                    End::Passed => continue,
                    End::TimedOut => judged.verdict = Verdict::TimedOut,
                    End::Failed(test) => {
                        judged.verdict = Verdict::Caught;
                        let test = test.and_then(|name| {
                            batch.iter().find(|index| self.tests.tests[**index].name == name)
                        });
                        if let Some(index) = test {
                            self.shared()?.note(mutant, *index);
                        }
                        judged.test = test.map(|index| self.tests.tests[*index].name.clone());
                    }
                }
                return Ok(judged);
            }
        }
        self.shared()?.ran.entry(mutant.number).or_default().extend(&order[..order.len() - rest.len()]);
        Ok(judged)
    }

    /// First the tests that caught mutants of this function or file, then those beside the code, and always the fastest first.
    fn order(&self, mutant: &Mutant, reaching: &[usize]) -> Result<Vec<usize>> {
        let beside = mutant.module_path();
        let shared = self.shared()?;
        let ran = shared.ran.get(&mutant.number);
        let caught =
            |index: usize, of: &str| shared.caught.get(&(index, of.to_owned())).copied().unwrap_or(0);
        let mut order: Vec<_> =
            reaching.iter().copied().filter(|index| !ran.is_some_and(|ran| ran.contains(index))).collect();
        order.sort_by_cached_key(|&index| {
            let test: &Test = &self.tests.tests[index];
            let caught = caught(index, &mutant.function) * 4 + caught(index, &mutant.file);
            let worth = f64::from(caught) + if test.name.starts_with(&beside) { 0.5 } else { 0.0 };
            // What a test costs for what it may bring.
            ((test.millis + 10) as f64 / (worth + 0.05)) as u64
        });
        Ok(order)
    }

    fn run(&self, mutant: &Mutant, batch: &[usize]) -> Result<End> {
        if batch.is_empty() {
            return Ok(End::Passed);
        }
        let tests: Vec<_> = batch.iter().map(|index| &self.tests.tests[*index]).collect();
        let program = &self.tests.programs[tests[0].program];
        let number = mutant.number.to_string();
        let names: Vec<_> = tests.iter().map(|test| &*test.name).collect();
        let most = Duration::from_millis(tests.iter().map(|test| test.millis).sum::<u64>() * 10 + 20_000);
        let active = ("MUTANTS_ACTIVE", Path::new(&number));
        let mut skipped = BTreeSet::new();
        loop {
            let names: Vec<_> = names.iter().copied().filter(|name| !skipped.contains(*name)).collect();
            if names.is_empty() {
                return Ok(End::Passed);
            }
            match process::run(program, &names, active, most)? {
                // A test that fails by chance, or because of the tests before it, passes alone.
                End::Failed(Some(name)) if process::run(program, &[&name], active, most)? == End::Passed => {
                    eprintln!("{name} failed once with {}", mutant.id);
                    skipped.insert(name);
                }
                end => return Ok(end),
            }
        }
    }

    fn shared(&self) -> Result<MutexGuard<'_, Shared>> {
        self.shared.lock().map_err(|_| "another worker failed".into())
    }
}
