//! The figures of a run, as the guide and the README show them.

use std::fs;
use std::path::PathBuf;

use jwt_guard_benches::{Cost, SIGNERS};

use crate::{BY_HAND, FLOOR, GARBAGE, NO_TOKEN, README, chart};

/// The nanoseconds of a row, in the order of [`SIGNERS`].
pub(crate) type Row = [u64; SIGNERS.len()];

/// A row of the tables.
pub(crate) struct Shown {
    pub(crate) name: &'static str,
    case: &'static str,
    contender: &'static str,
}

/// The rows of the README, the guide and the chart.
pub(crate) const GUIDE: [Shown; 4] = [
    Shown { name: "no guard", case: "valid", contender: FLOOR },
    Shown { name: "extractor by hand over jsonwebtoken 12", case: "valid", contender: BY_HAND },
    Shown { name: "jwt-guard, a remembered token", case: "cached", contender: README },
    Shown { name: "jwt-guard, a new token", case: "valid", contender: README },
];

/// The rows of the guide about refusals.
const REFUSALS: [Shown; 8] = [
    Shown { name: "no token, by hand", case: NO_TOKEN, contender: BY_HAND },
    Shown { name: "no token, jwt-guard", case: NO_TOKEN, contender: README },
    Shown { name: "garbage, by hand", case: GARBAGE, contender: BY_HAND },
    Shown { name: "garbage, jwt-guard", case: GARBAGE, contender: README },
    Shown { name: "bad signature, by hand", case: "bad signature", contender: BY_HAND },
    Shown { name: "bad signature, jwt-guard", case: "bad signature", contender: README },
    Shown { name: "expired, by hand", case: "expired", contender: BY_HAND },
    Shown { name: "expired, jwt-guard", case: "expired", contender: README },
];

/// The medians of a run.
#[derive(Default)]
pub(crate) struct Figures(Vec<(&'static str, &'static str, Cost)>);

impl Figures {
    pub(crate) fn note(&mut self, signer: &'static str, case: &'static str, costs: Vec<Cost>) {
        self.0.extend(costs.into_iter().map(|cost| (signer, case, cost)));
    }

    /// `None` if not all of it was measured.
    fn row(&self, shown: &Shown) -> Option<Row> {
        let mut row = Row::default();
        for (nanoseconds, signer) in row.iter_mut().zip(&SIGNERS) {
            let is_meant = |(of_signer, case, cost): &&(&str, &str, Cost)| {
                (*of_signer, *case, &*cost.name) == (signer.name, shown.case, shown.contender)
            };
            *nanoseconds = self.0.iter().find(is_meant)?.2.median.round() as u64;
        }
        Some(row)
    }

    /// The tables in Markdown, as far as they were measured.
    pub(crate) fn print(&self) {
        for table in [&GUIDE[..], &REFUSALS] {
            let rows: Vec<_> =
                table.iter().filter_map(|shown| Some(line(shown, &self.row(shown)?))).collect();
            if !rows.is_empty() {
                let names: Vec<_> = SIGNERS.iter().map(|signer| signer.name).collect();
                println!("| median ns | {} |\n|---|---:|---:|---:|---:|", names.join(" | "));
                println!("{}\n", rows.join("\n"));
            }
        }
    }

    /// Puts the figures into the guide and the README, and draws the chart.
    pub(crate) fn write(&self) -> Result<(), String> {
        for (file, refusals) in [("README.md", &[][..]), (CHAPTER, &REFUSALS)] {
            let mut text = read(file)?;
            for shown in GUIDE.iter().chain(refusals) {
                let row = self.row(shown).ok_or_else(|| format!("{:?} was not measured", shown.name))?;
                let old =
                    line_of(&text, shown).ok_or_else(|| format!("{file} has no row {:?}", shown.name))?;
                text = text.replace(old, &line(shown, &row));
            }
            write(file, &text)?;
        }
        draw()
    }
}

/// The chapter of the guide.
const CHAPTER: &str = "jwt-guard/docs/performance.md";

const CHART: &str = "jwt-guard/docs/performance.svg";

/// Draws the table of the guide.
pub(crate) fn draw() -> Result<(), String> {
    write(CHART, &chart_of_guide()?)
}

/// Whether the chart is that of the guide's table.
pub(crate) fn check_chart() -> Result<(), String> {
    let is_drawn = read(CHART)? == chart_of_guide()?;
    if is_drawn { Ok(()) } else { Err(format!("{CHART} is not what `-- --draw` makes of {CHAPTER}")) }
}

fn chart_of_guide() -> Result<String, String> {
    let text = read(CHAPTER)?;
    let mut rows = [Row::default(); GUIDE.len()];
    for (row, shown) in rows.iter_mut().zip(&GUIDE) {
        let line = line_of(&text, shown).ok_or_else(|| format!("{CHAPTER} has no row {:?}", shown.name))?;
        for (nanoseconds, cell) in row.iter_mut().zip(line.split('|').skip(2)) {
            let digits = cell.trim().replace(',', "");
            *nanoseconds = digits.parse().map_err(|_| format!("{CHAPTER}: {cell:?} is not a number"))?;
        }
    }
    Ok(chart::draw(&rows))
}

/// The row of a table, in Markdown.
fn line(shown: &Shown, row: &Row) -> String {
    let cells: Vec<_> = row.iter().map(|nanoseconds| with_commas(*nanoseconds)).collect();
    format!("| {} | {} |", shown.name, cells.join(" | "))
}

fn line_of<'a>(text: &'a str, shown: &Shown) -> Option<&'a str> {
    text.lines().find(|line| line.starts_with(&format!("| {} |", shown.name)))
}

/// `12,345`
pub(crate) fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn read(file: &str) -> Result<String, String> {
    fs::read_to_string(path(file)).map_err(|error| format!("{file}: {error}"))
}

fn write(file: &str, text: &str) -> Result<(), String> {
    fs::write(path(file), text).map_err(|error| format!("{file}: {error}"))
}

/// A file of the repository.
fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}
