//! Documents: the ways of a policy, and the security requirements of OpenAPI as they are written.

use super::callers::{Value, Values, bit, callers};
use super::rule;
use super::trees::Tree;
use crate::policy::Requirement::{self, All, Any, Claim, Fresh, Not};
use crate::policy::{Needs, Way};
use crate::principal::Principal;

/// A caller is admitted by one of the ways of [`Needs`] exactly if it would be admitted were all
/// conditions met that no name in a document can express: claims, `not(..)`.
pub(super) fn assert_needed(list: &[Requirement; 4], trees: &[Tree]) {
    let callers = callers(list);
    for tree in trees {
        let needs = Needs::of(&rule(tree));
        for (values, principal) in &callers {
            let has = |way: &Way| {
                let names = way.scopes().iter().all(|name| principal.scopes().contains(name))
                    && way.roles().iter().all(|name| principal.roles().contains(name));
                names && (!way.is_fresh() || values[3] == Value::Yes)
            };
            let listed = needs.ways().iter().any(has);
            let is_admitted = tree.holds & bit(*values) != 0;
            assert!(listed || !is_admitted, "{} for {values:?}", tree.requirement);
            assert!(!needs.is_complete() || listed == is_admitted, "{} for {values:?}", tree.requirement);
            // Without a way the document says what all have in common.
            if let Some(expected) = as_documents_say(&tree.requirement, list, *values, &callers, Login::Said)
            {
                assert_eq!(listed, expected, "{} for {values:?}", tree.requirement);
            }
        }
    }
}

/// The same for the security requirements of a document, which name scopes and roles and no login. They are read as a client
/// reads them: one of the alternatives, with all of its names.
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
pub(super) fn assert_written(list: &[Requirement; 4], trees: &[Tree]) {
    use crate::guard::JwtGuard;
    use crate::openapi::security;
    use crate::secret::Secret;

    let guard = JwtGuard::builder().secret(Secret::random()).audience("api").build().unwrap();
    let (schemes, callers) = (guard.openapi(), callers(list));
    for tree in trees {
        let rule = rule(tree);
        let written = security::expand(&security::requirements(&rule, &Needs::of(&rule)), &schemes, "GET");
        let written = serde_json::to_value(written).unwrap();
        let alternatives: Vec<Vec<&str>> = written.as_array().unwrap().iter().map(names).collect();
        for (values, principal) in &callers {
            let has = |name: &&str| principal.scopes().contains(name) || principal.roles().contains(name);
            let listed = alternatives.iter().any(|names| names.iter().all(has));
            let is_admitted = tree.holds & bit(*values) != 0;
            assert!(listed || !is_admitted, "{written} of {} for {values:?}", tree.requirement);
            if let Some(expected) = as_documents_say(&tree.requirement, list, *values, &callers, Login::Any) {
                assert_eq!(listed, expected, "{written} of {} for {values:?}", tree.requirement);
            }
        }
    }
}

/// The names of an alternative, which has the one scheme of the guard.
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
fn names(alternative: &serde_json::Value) -> Vec<&str> {
    let schemes = alternative.as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["bearer"]);
    schemes["bearer"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Whether a document says that the login must be new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    Said,
    #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
    Any,
}

/// `None` if no caller would be admitted.
fn as_documents_say(
    requirement: &Requirement,
    list: &[Requirement; 4],
    values: Values,
    callers: &[(Values, Principal)],
    login: Login,
) -> Option<bool> {
    fn says(requirement: &Requirement, list: &[Requirement; 4], values: Values, login: Login) -> bool {
        match requirement {
            All(inner) => inner.iter().all(|inner| says(inner, list, values, login)),
            Any(inner) => inner.iter().any(|inner| says(inner, list, values, login)),
            Not(_) | Claim(..) => true,
            Fresh if login != Login::Said => true,
            one => list.iter().zip(values).any(|(known, value)| known == one && value == Value::Yes),
        }
    }
    let is_possible = callers.iter().any(|(values, _)| says(requirement, list, *values, login));
    is_possible.then(|| says(requirement, list, values, login))
}
