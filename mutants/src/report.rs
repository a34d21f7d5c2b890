//! Writes what a run found: `RESULTS.md` for people, and the survivors that nothing explains.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use serde::Deserialize;

use crate::baseline::Tests;
use crate::judge::{self, Judged, Verdict};
use crate::mutant::Mutant;
use crate::tree::Instrumented;
use crate::{Places, Result};

/// `survivors.toml`.
#[derive(Deserialize)]
struct Survivors {
    #[serde(default)]
    accepted: Vec<Accepted>,
}

#[derive(Deserialize)]
struct Accepted {
    /// The id, with `*` for any text once.
    mutant: String,
    reason: String,
}

impl Accepted {
    fn covers(&self, id: &str) -> bool {
        match self.mutant.split_once('*') {
            Some((before, after)) => {
                id.strip_prefix(before).is_some_and(|rest| rest.len() >= after.len() && rest.ends_with(after))
            }
            None => self.mutant == id,
        }
    }
}

/// One line of the table.
#[derive(Default)]
struct Row {
    mutants: usize,
    unviable: usize,
    not_judged: usize,
    caught: usize,
    timed_out: usize,
    survived: usize,
    accepted: usize,
}

/// Writes the results; an error if a mutant survived without a reason.
pub fn write(places: &Places, mutants: &[Mutant], instrumented: &Instrumented, tests: &Tests) -> Result<()> {
    let judged = judge::read(places)?;
    let text = fs::read_to_string(places.root.join("mutants/survivors.toml"))?;
    let survivors: Survivors = toml::from_str(&text)?;

    let mut rows = BTreeMap::<&str, Row>::new();
    let mut lists = [String::new(), String::new(), String::new()];
    let [unexplained, not_judged, const_fns] = &mut lists;
    let mut open = 0;
    let mut surviving = Vec::new();
    for mutant in mutants {
        let row = rows.entry(mutant.module()).or_default();
        row.mutants += 1;
        if let Some(why) = instrumented.why_not(mutant.number) {
            if why == "unviable" {
                row.unviable += 1;
            } else {
                row.not_judged += 1;
                writeln!(not_judged, "{why}\t{}", mutant.id)?;
            }
            continue;
        }
        let Some(result) = judged.get(&mutant.id) else {
            row.not_judged += 1;
            writeln!(not_judged, "not run\t{}", mutant.id)?;
            continue;
        };
        match result.verdict {
            Verdict::Caught => row.caught += 1,
            Verdict::TimedOut => row.timed_out += 1,
            Verdict::Survived | Verdict::Unreached => {
                surviving.push(&*mutant.id);
                if survivors.accepted.iter().any(|accepted| accepted.covers(&mutant.id)) {
                    row.accepted += 1;
                } else if instrumented.in_const_fn.contains(&mutant.number) {
                    // Its tests may have run in the compiler.
                    row.not_judged += 1;
                    writeln!(const_fns, "const fn\t{}", mutant.id)?;
                } else {
                    row.survived += 1;
                    open += usize::from(result.is_open());
                    writeln!(unexplained, "{}", line(mutant, result))?;
                }
            }
        }
    }
    fs::write(places.work.join("survivors.txt"), &*unexplained)?;
    fs::write(places.work.join("not_judged.txt"), format!("{not_judged}{const_fns}"))?;
    let stale = survivors.accepted.iter().filter(|accepted| !surviving.iter().any(|id| accepted.covers(id)));
    let stale: Vec<_> = stale.map(|accepted| &accepted.mutant).collect();

    let mut table =
        String::from("# Results\n\nWritten by `mutants/run`; `README.md` explains the columns.\n\n");
    writeln!(table, "{} tests, of which {} do not run here.\n", tests.tests.len(), tests.failing.len())?;
    table += "| module | mutants | unviable | not judged | caught | timed out | survived | accepted | caught of judged |\n";
    table += "|---|---|---|---|---|---|---|---|---|\n";
    let mut total = Row::default();
    for (module, row) in &rows {
        table += &cells(&format!("`{module}`"), row);
        total.mutants += row.mutants;
        total.unviable += row.unviable;
        total.not_judged += row.not_judged;
        total.caught += row.caught;
        total.timed_out += row.timed_out;
        total.survived += row.survived;
        total.accepted += row.accepted;
    }
    table += &cells("all", &total);
    if open > 0 {
        writeln!(table, "\nOf the survivors, {open} have not met all tests that reach them.")?;
    }
    println!("{table}");
    fs::write(places.root.join("mutants/RESULTS.md"), table)?;
    if let Some(accepted) = survivors.accepted.iter().find(|accepted| accepted.reason.trim().is_empty()) {
        return Err(format!("survivors.toml has no reason for: {}", accepted.mutant).into());
    }
    if !stale.is_empty() {
        return Err(format!("survivors.toml names mutants that did not survive: {stale:#?}").into());
    }
    if total.survived > 0 {
        let list = places.work.join("survivors.txt");
        return Err(format!(
            "{} mutants survive without a reason ({open} of them not fully tested): {}",
            total.survived,
            list.display()
        )
        .into());
    }
    Ok(())
}

/// Module, place, function, what was changed, and how many tests reach it.
fn line(mutant: &Mutant, judged: &Judged) -> String {
    let place = format!("{}:{}", mutant.file, mutant.line);
    let change = mutant.id.split_once(": ").map_or(&*mutant.id, |(_, change)| change);
    format!(
        "{}\t{place}\t{}\t{change}\t{} reach, {} ran",
        mutant.module(),
        mutant.function,
        judged.reaching,
        judged.ran
    )
}

fn cells(name: &str, row: &Row) -> String {
    let caught = row.caught + row.timed_out;
    let judged = caught + row.survived + row.accepted;
    let percent = if judged == 0 { 100.0 } else { caught as f64 * 100.0 / judged as f64 };
    let Row { mutants, unviable, not_judged, caught, timed_out, survived, accepted } = row;
    format!(
        "| {name} | {mutants} | {unviable} | {not_judged} | {caught} | {timed_out} | {survived} | {accepted} | {percent:.1} % |\n"
    )
}
