//! What implies what, as it was said, and checked.

use crate::claims::hierarchy::{Hierarchies, Hierarchy, MOST_NAMES, NotClosed};
use crate::policy::{is_name, is_scope};
use crate::problems::Problems;

/// The implications that a guard was told of: each a name, and what it implies.
#[derive(Debug, Default)]
pub(crate) struct Implications {
    pub(crate) scopes: Vec<(String, Vec<String>)>,
    pub(crate) roles: Vec<(String, Vec<String>)>,
}

impl Implications {
    /// The hierarchies, closed. Where one cannot be, the problem is noted and the hierarchy is empty.
    pub(super) fn close(&self, problems: &mut Problems) -> Hierarchies {
        const SCOPE: &str = "no scope: expected printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), \
                             each scope by itself";
        const ROLE: &str = "no role: expected a name such as `clerk`, without control characters";
        Hierarchies {
            scopes: close("scope_implies", &self.scopes, (is_scope, SCOPE), problems),
            roles: close("role_implies", &self.roles, (is_name, ROLE), problems),
        }
    }
}

fn close(
    setter: &str,
    implications: &[(String, Vec<String>)],
    (is_legal, expected): (fn(&str) -> bool, &str),
    problems: &mut Problems,
) -> Hierarchy {
    let mut illegal = Vec::new();
    for name in implications.iter().flat_map(|(name, implied)| [name].into_iter().chain(implied)) {
        if !is_legal(name) && !illegal.contains(&name) {
            illegal.push(name);
        }
    }
    for name in illegal {
        problems.setting(format!("`{setter}` names {name:?}, which is {expected}"));
    }
    match Hierarchy::close(implications) {
        Ok(hierarchy) => return hierarchy,
        Err(NotClosed::TooMany(names)) => {
            problems.setting(format!("`{setter}` names {names} different names; at most {MOST_NAMES}"));
        }
        Err(NotClosed::Cycles(cycles)) => {
            for cycle in cycles {
                let cycle: Vec<_> = cycle.iter().map(|name| name.escape_debug().to_string()).collect();
                problems.setting(format!(
                    "`{setter}` forms a cycle, `{}`: a name cannot imply itself; leave one of these implications out",
                    cycle.join(" -> ")
                ));
            }
        }
    }
    Hierarchy::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(implications: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        implications.iter().map(|(name, implied)| ((*name).to_owned(), texts(implied))).collect()
    }

    #[test]
    fn every_problem_of_both_hierarchies_is_noted_once() {
        let implications = Implications {
            scopes: owned(&[
                ("a b", &["c", ""]),
                ("x", &["y"]),
                ("y", &["x", "a b"]),
                ("s", &["s"]),
                ("ok", &["fine"]),
            ]),
            roles: owned(&[("Site Admin", &["clerk", "\n"]), ("clerk", &["Site Admin"])]),
        };
        let mut problems = Problems::default();
        let hierarchies = implications.close(&mut problems);
        assert_eq!(format!("{hierarchies:?}"), "Hierarchies { scopes: {}, roles: {} }");
        let found: Vec<_> = problems.or(Some(())).unwrap_err().problems().collect();
        let starts = [
            r#"`scope_implies` names "a b", which is no scope: expected printable ASCII"#,
            r#"`scope_implies` names "", which is no scope"#,
            "`scope_implies` forms a cycle, `s -> s`",
            "`scope_implies` forms a cycle, `x -> y -> x`",
            r#"`role_implies` names "\n", which is no role"#,
            "`role_implies` forms a cycle, `Site Admin -> clerk -> Site Admin`",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (problem, start) in found.iter().zip(starts) {
            assert!(problem.starts_with(start), "{start}: {problem}");
        }
    }

    #[test]
    fn a_legal_scope_is_one_role_of_many() {
        let implications = Implications { roles: owned(&[("a b", &["\u{e9}"])]), ..Implications::default() };
        let mut problems = Problems::default();
        let hierarchies = implications.close(&mut problems);
        assert!(problems.or(Some(())).is_ok());
        assert_eq!(format!("{:?}", hierarchies.roles), "{\"a b\": [\"\u{e9}\"]}");
    }

    #[test]
    fn too_many_names_are_counted() {
        let steps = (0..MOST_NAMES).map(|index| (index.to_string(), vec![(index + 1).to_string()])).collect();
        let mut problems = Problems::default();
        Implications { scopes: steps, ..Implications::default() }.close(&mut problems);
        let found: Vec<_> = problems.or(Some(())).unwrap_err().problems().collect();
        assert_eq!(found, ["`scope_implies` names 513 different names; at most 512"]);
    }
}
