//! Which parts of a bench the arguments name.

use std::{env, process};

/// The names among the arguments: of each group, the parts that are named, or all of them if none is.
#[derive(Debug)]
pub struct Asked(Vec<Vec<String>>);

impl Asked {
    /// Reads the arguments. A name that no group has ends the program: a bench of nothing would pass.
    #[must_use]
    pub fn from_args(groups: &[&[&str]]) -> Self {
        let names: Vec<String> = env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
        match Self::from_names(&names, groups) {
            Ok(asked) => asked,
            Err(message) => {
                eprintln!("{message}");
                process::exit(2);
            }
        }
    }

    fn from_names(names: &[String], groups: &[&[&str]]) -> Result<Self, String> {
        let known = groups.concat();
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("expected one of {known:?}, found {unknown:?}"));
        }
        let named = |group: &&[&str]| {
            let is_named = |part: &&&str| names.iter().any(|name| name == **part);
            let some: Vec<_> = group.iter().filter(is_named).collect();
            let parts = if some.is_empty() { group.iter().collect() } else { some };
            parts.into_iter().map(|part| (*part).to_owned()).collect()
        };
        Ok(Self(groups.iter().map(named).collect()))
    }

    /// Whether the part is to be measured.
    #[must_use]
    pub fn covers(&self, part: &str) -> bool {
        self.0.iter().flatten().any(|name| name == part)
    }
}
