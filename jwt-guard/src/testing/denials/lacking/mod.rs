//! For a condition, the callers who just do not meet it.
//!
//! Each way to meet the condition (a term of its normal form) is taken, and one thing is changed: a name is missing, a claim
//! has another value, what must not be there is there, or cannot be read. The callers that still meet the condition, by
//! another way or by the hierarchy of the guard, are left out.
//!
//! With a lock, the application may ask for more or for other things than the condition. The callers have
//! these, as far as that is possible: otherwise they would be refused for want of them, and nothing would be
//! known of the condition.

use std::collections::{BTreeMap, BTreeSet};

use super::atom::Atom;
use super::person::{Person, person};
use crate::lock::Condition;

/// A caller who must be refused, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lacking {
    pub(super) what: String,
    pub(super) person: Person,
}

/// What a caller is to one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Meets,
    /// Nothing of it is there.
    Lacks,
    /// There is another value.
    Differs,
    /// What is there cannot be read.
    Unreadable,
}

/// The callers of one condition.
#[derive(Clone, Debug, Default)]
pub(super) struct LackingCallers {
    /// Who meets it, in each way.
    pub(super) meeting: Vec<Person>,
    /// Who must be refused.
    pub(super) lacking: Vec<Lacking>,
}

/// The policy of the application, where another condition is expected.
struct Own<'c> {
    condition: &'c Condition,
    ways: Vec<BTreeSet<(&'c str, bool)>>,
    atoms: BTreeMap<&'c str, Atom>,
}

/// The callers of a condition, of an application that has another one, at a path with these parameters;
/// `subject` is who they are.
///
/// # Errors
///
/// Why there are none.
pub(super) fn callers(
    condition: &Condition,
    own: Option<&Condition>,
    subject: &str,
    params: &BTreeMap<String, String>,
) -> Result<LackingCallers, String> {
    let (ways, atoms) = (ways(condition)?, atoms(condition)?);
    let own = match own.filter(|own| *own != condition) {
        Some(condition) => {
            Some(Own { condition, ways: self::ways(condition)?, atoms: self::atoms(condition)? })
        }
        None => None,
    };
    let mut all = atoms.clone();
    all.extend(own.iter().flat_map(|own| own.atoms.clone()));
    let mut found = LackingCallers::default();
    for way in ways {
        let base = base(&way, &atoms);
        found.meeting.push(person(&base, &all, subject, params));
        for (text, wanted) in &way {
            let Some(atom) = atoms.get(text) else { continue };
            for &stand in changes(atom, *wanted) {
                let mut stands = changed(&base, &atoms, text, stand);
                if condition.holds(&known(&stands), true) {
                    continue;
                }
                if let Some(filled) = own.as_ref().and_then(|own| own.fill(&stands, &atoms, condition)) {
                    stands = filled;
                }
                let what = what(text, atom, stand);
                let caller = Lacking { what, person: person(&stands, &all, subject, params) };
                if !found.lacking.contains(&caller) {
                    found.lacking.push(caller);
                }
            }
        }
    }
    Ok(found)
}

impl<'c> Own<'c> {
    /// The caller with all that the application asks for besides; `None` if it refuses such a caller in any case.
    fn fill(
        &self,
        stands: &BTreeMap<&'c str, Stand>,
        atoms: &BTreeMap<&'c str, Atom>,
        expected: &Condition,
    ) -> Option<BTreeMap<&'c str, Stand>> {
        let filled = self.ways.iter().map(|way| {
            let mut filled = stands.clone();
            for (&text, atom) in self.atoms.iter().filter(|(text, _)| !stands.contains_key(*text)) {
                let wanted = if way.contains(&(text, true)) { Stand::Meets } else { Stand::Lacks };
                filled.insert(text, as_login(atom, stands, atoms).unwrap_or(wanted));
            }
            filled
        });
        filled.into_iter().find(|filled| {
            let known = known(filled);
            self.condition.holds(&known, true) && !expected.holds(&known, true)
        })
    }
}

/// What a caller is to a condition on the age of the login, if other conditions have decided when that was.
fn as_login(atom: &Atom, stands: &BTreeMap<&str, Stand>, atoms: &BTreeMap<&str, Atom>) -> Option<Stand> {
    let Atom::MaxAge(longest) = atom else { return None };
    let ages = atoms.iter().filter_map(|(text, atom)| match atom {
        Atom::MaxAge(age) => Some((stands.get(text)?, *age)),
        _ => None,
    });
    let ages: Vec<_> = ages.collect();
    let oldest = ages.iter().filter(|(stand, _)| **stand == Stand::Differs).map(|(_, age)| *age).max();
    match oldest {
        _ if ages.is_empty() => None,
        Some(age) if age < *longest => Some(Stand::Meets),
        Some(_) => Some(Stand::Differs),
        None if ages.iter().any(|(stand, _)| **stand == Stand::Meets) => Some(Stand::Meets),
        None => Some(Stand::Lacks),
    }
}

fn ways(condition: &Condition) -> Result<Vec<BTreeSet<(&str, bool)>>, String> {
    let ways = condition.terms(true).ok_or("it has too many conditions to list the ways to meet it")?;
    if ways.is_empty() {
        return Err("its conditions admit no caller, so that each is refused whatever it lacks".to_owned());
    }
    Ok(ways)
}

fn atoms(condition: &Condition) -> Result<BTreeMap<&str, Atom>, String> {
    let mut atoms = BTreeMap::new();
    collect(condition, &mut atoms)?;
    Ok(atoms)
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

#[cfg(test)]
mod tests;
