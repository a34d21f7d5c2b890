//! For a condition, the callers who just do not meet it.
//!
//! Each way to meet the condition (a term of its normal form) is taken, and one thing is changed: a name is missing, a claim
//! has another value, what must not be there is there, or cannot be read. The callers that still meet the condition, by
//! another way or by the hierarchy of the guard, are left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::atom::Atom;
use crate::lock::Condition;

/// A caller who must be refused, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lacking {
    pub(super) what: String,
    pub(super) person: Person,
}

/// What the token of a caller says, and the path of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person {
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) fresh: bool,
    pub(super) login: Option<Login>,
    pub(super) claims: Vec<(Vec<String>, Value)>,
    /// Parameters of the path.
    pub(super) params: BTreeMap<String, String>,
    /// Whether the claim that the guard reads for these is malformed.
    pub(super) malformed: Option<Malformed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Scopes,
    Roles,
    Fresh,
}

/// When the person logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    Now,
    /// More than so many seconds ago, and more than the leeway of the guard.
    MoreThan(u64),
}

/// What a caller is to one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Meets,
    /// Nothing of it is there.
    Lacks,
    /// There is another value.
    Differs,
    /// What is there cannot be read.
    Unreadable,
}

/// The value of a path parameter that no condition chooses; a number, which most paths take.
pub(super) const ANY_PARAMETER: &str = "1";

/// Somebody else in a path or a claim.
const OTHER: &str = "somebody-else";

/// The callers of one condition.
#[derive(Clone, Debug, Default)]
pub(super) struct Callers {
    /// Who meets it, in each way.
    pub(super) meeting: Vec<Person>,
    /// Who must be refused.
    pub(super) lacking: Vec<Lacking>,
}

/// The callers of a condition; `subject` is who they are.
///
/// # Errors
///
/// Why there are none.
pub(super) fn callers(condition: &Condition, subject: &str) -> Result<Callers, String> {
    let ways = condition.terms(true).ok_or("it has too many conditions to list the ways to meet it")?;
    if ways.is_empty() {
        return Err("its conditions admit no caller, so that each is refused whatever it lacks".to_owned());
    }
    let mut atoms = BTreeMap::new();
    collect(condition, &mut atoms)?;
    let mut found = Callers::default();
    for way in ways {
        let base = base(&way, &atoms);
        found.meeting.push(person(&base, &atoms, subject));
        for (text, wanted) in &way {
            let Some(atom) = atoms.get(text) else { continue };
            for &stand in changes(atom, *wanted) {
                let stands = changed(&base, &atoms, text, stand);
                if condition.holds(&known(&stands), true) {
                    continue;
                }
                let caller =
                    Lacking { what: what(text, atom, stand), person: person(&stands, &atoms, subject) };
                if !found.lacking.contains(&caller) {
                    found.lacking.push(caller);
                }
            }
        }
    }
    Ok(found)
}

/// Who meets the condition in this way, and lacks all else.
fn base<'c>(way: &BTreeSet<(&'c str, bool)>, atoms: &BTreeMap<&'c str, Atom>) -> BTreeMap<&'c str, Stand> {
    let wants = |text: &'c str| way.contains(&(text, true));
    // One login is recent enough for all, or for none.
    let has_login = atoms.iter().any(|(text, atom)| matches!(atom, Atom::MaxAge(_)) && wants(text));
    let stand = |text: &'c str, atom: &Atom| match atom {
        Atom::MaxAge(_) if has_login => Stand::Meets,
        _ if wants(text) => Stand::Meets,
        _ => Stand::Lacks,
    };
    atoms.iter().map(|(&text, atom)| (text, stand(text, atom))).collect()
}

fn collect<'c>(condition: &'c Condition, atoms: &mut BTreeMap<&'c str, Atom>) -> Result<(), String> {
    match condition {
        Condition::All(list) | Condition::Any(list) => {
            list.iter().try_for_each(|inner| collect(inner, atoms))
        }
        Condition::Not(inner) => collect(inner, atoms),
        Condition::One(text) => {
            let atom = Atom::read(text)
                .ok_or_else(|| format!("it has the condition `{text}`, for which no caller is made up"))?;
            atoms.insert(text, atom);
            Ok(())
        }
    }
}

/// What a caller of whom all the rest is right may be to a condition.
fn changes(atom: &Atom, wanted: bool) -> &'static [Stand] {
    match (atom, wanted) {
        (Atom::Claim(..), true) => &[Stand::Lacks, Stand::Differs, Stand::Unreadable],
        (Atom::PathClaim(..) | Atom::MaxAge(_) | Atom::Acr(_), true) => &[Stand::Lacks, Stand::Differs],
        (Atom::Owner(_), true) => &[Stand::Differs],
        (Atom::Scope(_) | Atom::Role(_) | Atom::Fresh, true) => &[Stand::Lacks],
        (_, false) => &[Stand::Meets, Stand::Unreadable],
    }
}

/// The stands with one changed. A claim that cannot be read counts for every condition on it.
fn changed<'c>(
    base: &BTreeMap<&'c str, Stand>,
    atoms: &BTreeMap<&'c str, Atom>,
    text: &'c str,
    stand: Stand,
) -> BTreeMap<&'c str, Stand> {
    let mut stands = base.clone();
    stands.insert(text, stand);
    let Some(changed) = atoms.get(text) else { return stands };
    for (other, atom) in atoms {
        let follows = match (stand, changed, atom) {
            (Stand::Unreadable, _, _) => atom.shares_claim_with(changed),
            (Stand::Lacks, Atom::MaxAge(_), Atom::MaxAge(_)) => true,
            // A login that is too old for ten minutes is too old for five.
            (Stand::Differs, Atom::MaxAge(age), Atom::MaxAge(shorter)) => shorter <= age,
            _ => false,
        };
        if follows {
            stands.insert(other, stand);
        }
    }
    stands
}

/// What is known of the caller, as the implication of conditions asks for it.
fn known<'c>(stands: &BTreeMap<&'c str, Stand>) -> BTreeSet<(&'c str, bool)> {
    let known = stands.iter().filter(|(_, stand)| **stand != Stand::Unreadable);
    known.map(|(text, stand)| (*text, *stand == Stand::Meets)).collect()
}

fn what(text: &str, atom: &Atom, stand: Stand) -> String {
    match stand {
        Stand::Differs if matches!(atom, Atom::MaxAge(_)) => {
            format!("a caller whose login is too old for `{text}`, and all else right")
        }
        Stand::Meets => format!("a caller with `{text}`, and all else right"),
        Stand::Lacks => format!("a caller without `{text}`, and all else right"),
        Stand::Differs => format!("a caller with another value for `{text}`, and all else right"),
        Stand::Unreadable => format!("a caller whose claim for `{text}` is malformed, and all else right"),
    }
}

fn person(stands: &BTreeMap<&str, Stand>, atoms: &BTreeMap<&str, Atom>, subject: &str) -> Person {
    let mut person = Person::default();
    // First the paths, whose values claims repeat.
    for (text, stand) in stands {
        if let Some(Atom::Owner(name)) = atoms.get(text) {
            let value = if *stand == Stand::Meets { subject } else { OTHER };
            person.params.insert(name.clone(), value.to_owned());
        }
    }
    for (text, stand) in stands {
        match (atoms.get(text), stand) {
            (Some(Atom::Scope(_)), Stand::Unreadable) => person.malformed = Some(Malformed::Scopes),
            (Some(Atom::Role(_)), Stand::Unreadable) => person.malformed = Some(Malformed::Roles),
            (Some(Atom::Fresh), Stand::Unreadable) => person.malformed = Some(Malformed::Fresh),
            (Some(Atom::Scope(name)), Stand::Meets) => person.scopes.push(name.clone()),
            (Some(Atom::Role(name)), Stand::Meets) => person.roles.push(name.clone()),
            (Some(Atom::Fresh), Stand::Meets) => person.fresh = true,
            (Some(Atom::MaxAge(_)), Stand::Meets) => _ = person.login.get_or_insert(Login::Now),
            (Some(Atom::MaxAge(age)), Stand::Differs) => person.grow_older(*age),
            (Some(Atom::Acr(value)), Stand::Meets) => {
                person.add_claim(&["acr".to_owned()], value.as_str().into());
            }
            (Some(Atom::Acr(_)), Stand::Differs) => person.add_claim(&["acr".to_owned()], OTHER.into()),
            (Some(Atom::Claim(path, value)), Stand::Meets) => person.add_claim(path, value.clone()),
            (Some(Atom::Claim(path, value)), Stand::Differs) => person.add_claim(path, other_than(value)),
            (Some(Atom::Claim(path, value)), Stand::Unreadable) => person.add_claim(path, not_as(value)),
            (Some(Atom::PathClaim(name, path)), stand) => {
                let param =
                    person.params.entry(name.clone()).or_insert_with(|| ANY_PARAMETER.to_owned()).clone();
                match stand {
                    Stand::Meets => person.add_claim(path, param.into()),
                    Stand::Differs => person.add_claim(path, OTHER.into()),
                    Stand::Unreadable => person.add_claim(path, true.into()),
                    Stand::Lacks => {}
                }
            }
            _ => {}
        }
    }
    person
}

impl Person {
    /// Moves the login further back, unless it is so far already.
    fn grow_older(&mut self, than: u64) {
        let older = |login: Option<Login>| match login {
            Some(Login::MoreThan(age)) => age.max(than),
            Some(Login::Now) | None => than,
        };
        self.login = Some(Login::MoreThan(older(self.login)));
    }

    /// Adds a value to a claim; with several, the claim is their list.
    fn add_claim(&mut self, path: &[String], value: Value) {
        match self.claims.iter_mut().find(|(known, _)| known == path) {
            None => self.claims.push((path.to_vec(), value)),
            Some((_, Value::Array(values))) => values.push(value),
            Some((_, first)) => *first = json!([first.take(), value]),
        }
    }
}

impl Atom {
    /// Whether both are read from one claim.
    fn shares_claim_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scope(_), Self::Scope(_))
            | (Self::Role(_), Self::Role(_))
            | (Self::Fresh, Self::Fresh)
            | (Self::MaxAge(_), Self::MaxAge(_))
            | (Self::Acr(_), Self::Acr(_)) => true,
            (
                Self::Claim(one, _) | Self::PathClaim(_, one),
                Self::Claim(two, _) | Self::PathClaim(_, two),
            ) => one == two,
            _ => false,
        }
    }
}

/// Another value of the same type.
fn other_than(value: &Value) -> Value {
    match value {
        Value::Bool(value) => (!value).into(),
        Value::Number(number) => number.as_i64().map_or(0, |number| number.wrapping_add(1)).into(),
        _ => OTHER.into(),
    }
}

/// A value of another type.
fn not_as(value: &Value) -> Value {
    if value.is_boolean() { OTHER.into() } else { true.into() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::{ClaimValue, Requirement};

    fn lacking(requirement: &Requirement) -> Vec<Lacking> {
        callers(&Condition::of(requirement), "ada").unwrap().lacking
    }

    fn said(requirement: &Requirement) -> Vec<String> {
        let short =
            |caller: Lacking| caller.what.replace("a caller ", "").replace(", and all else right", "");
        lacking(requirement).into_iter().map(short).collect()
    }

    #[test]
    fn each_name_is_missing_once_and_the_others_are_there() {
        const BOTH: Requirement = Requirement::All(&[Requirement::Scope("a"), Requirement::Role("b")]);
        let found = lacking(&BOTH);
        assert_eq!(said(&BOTH), ["without `role = \"b\"`", "without `scope = \"a\"`"]);
        assert_eq!((found[0].person.scopes.len(), found[0].person.roles.len()), (1, 0));
        assert_eq!((found[1].person.scopes.len(), found[1].person.roles.len()), (0, 1));
    }

    #[test]
    fn a_caller_whom_another_branch_admits_is_left_out() {
        const EITHER: Requirement = Requirement::Any(&[
            Requirement::All(&[Requirement::Scope("a"), Requirement::Role("b")]),
            Requirement::Role("b"),
        ]);
        assert_eq!(said(&EITHER), ["without `role = \"b\"`"]);
        assert!(
            lacking(&EITHER)[0].person.scopes.is_empty(),
            "role b alone suffices, so no branch needs the scope"
        );
    }

    #[test]
    fn what_must_not_be_there_is_there_or_cannot_be_read() {
        const NOT: Requirement =
            Requirement::All(&[Requirement::Scope("a"), Requirement::Not(&Requirement::Role("intern"))]);
        let found = lacking(&NOT);
        assert_eq!(
            said(&NOT),
            [
                "with `role = \"intern\"`",
                "whose claim for `role = \"intern\"` is malformed",
                "without `scope = \"a\"`"
            ]
        );
        assert_eq!(found[1].person.malformed, Some(Malformed::Roles));
        assert_eq!(found[1].person.scopes, ["a"]);
    }

    #[test]
    fn claims_are_absent_of_another_value_and_of_another_type() {
        const LEVEL: Requirement = Requirement::Claim(&["level"], ClaimValue::Integer(3));
        let values: Vec<_> = lacking(&LEVEL).into_iter().map(|caller| caller.person.claims).collect();
        let path = || vec!["level".to_owned()];
        assert_eq!(values, [vec![], vec![(path(), json!(4))], vec![(path(), json!(true))]]);
    }

    #[test]
    fn an_owner_is_somebody_else_and_a_tenant_another_one() {
        const PATH: Requirement =
            Requirement::All(&[Requirement::Owner("user"), Requirement::PathClaim("org", &["org"])]);
        let found = lacking(&PATH);
        assert_eq!(found.len(), 3, "{found:#?}");
        let claims = |caller: &Lacking| {
            caller.person.claims.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        assert_eq!((found[0].person.params["user"].as_str(), claims(&found[0])), (OTHER, vec![json!("1")]));
        assert_eq!((found[1].person.params["user"].as_str(), claims(&found[1])), ("ada", vec![]));
        assert_eq!((found[2].person.params["user"].as_str(), claims(&found[2])), ("ada", vec![json!(OTHER)]));
    }

    #[test]
    fn a_login_is_too_old_or_not_said_and_of_another_level() {
        const STEP_UP: Requirement = Requirement::All(&[
            Requirement::Acr(&["gold", "silver"]),
            Requirement::Any(&[
                Requirement::MaxAge(Duration::from_secs(600)),
                Requirement::All(&[Requirement::MaxAge(Duration::from_secs(3600)), Requirement::Scope("a")]),
            ]),
        ]);
        let logins: BTreeSet<_> =
            lacking(&STEP_UP).into_iter().map(|caller| format!("{:?}", caller.person.login)).collect();
        let expected = ["None", "Some(MoreThan(3600))", "Some(MoreThan(600))", "Some(Now)"];
        assert_eq!(logins.into_iter().collect::<Vec<_>>(), expected);
        let said = said(&STEP_UP);
        assert!(said.contains(&"whose login is too old for `max_age = \"10m\"`".to_owned()), "{said:?}");
        assert!(said.contains(&"with another value for `acr = \"gold\"`".to_owned()), "{said:?}");
        // With the scope, an hour is enough.
        let with_scope: Vec<_> =
            lacking(&STEP_UP).into_iter().filter(|caller| !caller.person.scopes.is_empty()).collect();
        let too_old =
            |caller: &&Lacking| matches!(caller.person.login, Some(Login::MoreThan(age)) if age < 3600);
        assert_eq!(with_scope.iter().filter(too_old).count(), 0, "{with_scope:#?}");
    }

    #[test]
    fn conditions_that_nothing_meets_or_that_are_not_known_are_named() {
        let error = |condition: &Condition| callers(condition, "ada").unwrap_err();
        assert!(error(&Condition::Any(Vec::new())).contains("admit no caller"));
        assert!(error(&Condition::One("max_moon = 3".to_owned())).contains("`max_moon = 3`"));
    }
}
