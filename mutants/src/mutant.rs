//! The mutants, as `cargo mutants --list --json` names them.

use std::collections::HashMap;
use std::{fs, path::Path};

use serde::Deserialize;

use crate::Result;

/// One change of the sources.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The place in the list; the instrumented program knows it by this number.
    pub number: u32,
    /// The description without the line, and `#2` for the second of the same description: it outlives edits elsewhere.
    pub id: String,
    pub file: String,
    pub line: usize,
    /// One-based, in characters.
    pub column: usize,
    /// Empty for code outside of functions.
    pub function: String,
    pub genre: String,
    pub replacement: String,
}

impl Mutant {
    /// The first module below `src`.
    pub fn module(&self) -> &str {
        let inner = self.file.split_once("src/").map_or(&*self.file, |(_, inner)| inner);
        let first = inner.split('/').next().unwrap_or(inner);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The path by which unit tests beside the code begin, such as `verify::checks`.
    pub fn module_path(&self) -> String {
        let inner = self.file.split_once("src/").map_or(&*self.file, |(_, inner)| inner);
        let path = inner.strip_suffix(".rs").unwrap_or(inner);
        path.strip_suffix("/mod").unwrap_or(path).replace('/', "::")
    }
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    file: String,
    function: Option<Function>,
    span: Span,
    replacement: String,
    genre: String,
}

#[derive(Deserialize)]
struct Function {
    function_name: String,
}

#[derive(Deserialize)]
struct Span {
    start: Place,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
    column: usize,
}

/// Reads the list. Zero stays free: it is the unchanged program.
pub fn read(list: &Path) -> Result<Vec<Mutant>> {
    let listed: Vec<Listed> = serde_json::from_str(&fs::read_to_string(list)?)?;
    let mut seen = HashMap::<String, usize>::new();
    let mutants = listed.into_iter().zip(1..).map(|(listed, number)| {
        let Place { line, column } = listed.span.start;
        let description = listed.name.replacen(&format!(":{line}:{column}: "), ": ", 1);
        let count = seen.entry(description.clone()).or_default();
        *count += 1;
        let id = if *count == 1 { description } else { format!("{description} #{count}") };
        Mutant {
            number,
            id,
            file: listed.file,
            line,
            column,
            function: listed.function.map(|function| function.function_name).unwrap_or_default(),
            genre: listed.genre,
            replacement: listed.replacement.replace('\n', " "),
        }
    });
    Ok(mutants.collect())
}
