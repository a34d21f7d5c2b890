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
            if file == CHAPTER {
                let old = line_from(&text, SENTENCE).ok_or_else(|| format!("{file} has no {SENTENCE:?}"))?;
                text = text.replace(old, &sentence(&text)?);
            }
            write(file, &text)?;
        }
        draw()
    }
}

/// The chapter of the guide.
const CHAPTER: &str = "jwt-guard/docs/performance.md";

const CHART: &str = "jwt-guard/docs/performance.svg";

/// The beginning of the line of the chapter that sums its table up.
const SENTENCE: &str = "- A token that is new costs its verification too, in µs: ";

/// Draws the table of the guide.
pub(crate) fn draw() -> Result<(), String> {
    write(CHART, &chart_of_guide()?)
}

/// Whether the chart and the sentence are those of the guide's table.
pub(crate) fn check_chart() -> Result<(), String> {
    let text = read(CHAPTER)?;
    let expected = sentence(&text)?;
    if line_from(&text, SENTENCE) != Some(&expected) {
        return Err(format!("{CHAPTER}: the table says {expected:?}"));
    }
    let is_drawn = read(CHART)? == chart_of_guide()?;
    if is_drawn { Ok(()) } else { Err(format!("{CHART} is not what `-- --draw` makes of {CHAPTER}")) }
}

fn chart_of_guide() -> Result<String, String> {
    Ok(chart::draw(&rows_of(&read(CHAPTER)?)?))
}

/// What a new token costs beside a remembered one, by the table of the chapter.
fn sentence(text: &str) -> Result<String, String> {
    let [.., remembered, new] = rows_of(text)?;
    let costs = SIGNERS.iter().zip(new.iter().zip(remembered));
    let costs: Vec<_> = costs
        .map(|(signer, (new, remembered))| {
            let tenths = (new.saturating_sub(remembered) + 50) / 100;
            format!("{} {}.{}", signer.name, tenths / 10, tenths % 10)
        })
        .collect();
    Ok(format!("{SENTENCE}{}.", costs.join(", ")))
}

/// The rows of [`GUIDE`], from the table of the chapter.
fn rows_of(text: &str) -> Result<[Row; GUIDE.len()], String> {
    let mut rows = [Row::default(); GUIDE.len()];
    for (row, shown) in rows.iter_mut().zip(&GUIDE) {
        let line = line_of(text, shown).ok_or_else(|| format!("{CHAPTER} has no row {:?}", shown.name))?;
        for (nanoseconds, cell) in row.iter_mut().zip(line.split('|').skip(2)) {
            let digits = cell.trim().replace(',', "");
            *nanoseconds = digits.parse().map_err(|_| format!("{CHAPTER}: {cell:?} is not a number"))?;
        }
    }
    Ok(rows)
}

/// The row of a table, in Markdown.
fn line(shown: &Shown, row: &Row) -> String {
    let cells: Vec<_> = row.iter().map(|nanoseconds| with_commas(*nanoseconds)).collect();
    format!("| {} | {} |", shown.name, cells.join(" | "))
}

fn line_of<'a>(text: &'a str, shown: &Shown) -> Option<&'a str> {
    line_from(text, &format!("| {} |", shown.name))
}

/// The line that begins so.
fn line_from<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.lines().find(|line| line.starts_with(start))
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
