//! Each setting that makes no sense is named, with the fix, and all of them together.

use std::time::Duration;

use super::*;
use crate::keys::Algorithm;
use crate::secret::Secret;
use crate::verify::TokenProfile;

fn draft() -> Draft {
    let mut draft = Draft::new();
    draft.own.keys.push(KeySource::Secret(Algorithm::Hs256, Secret::from([7; 32])));
    draft.own.audiences.push("orders".to_owned());
    draft
}

fn problems(change: impl FnOnce(&mut Draft)) -> Vec<String> {
    let mut draft = draft();
    change(&mut draft);
    draft.finish().map_or_else(|error| error.problems().collect(), |_| Vec::new())
}

#[test]
fn the_defaults_are_legal_and_strict() {
    let config = draft().finish().unwrap();
    let rules = config.access.rules().next().unwrap();
    assert_eq!(rules.limits.leeway, Duration::from_secs(30));
    assert_eq!(rules.limits.max_lifetime, Some(Duration::from_secs(86_400)));
    assert_eq!(rules.subject_claim, "sub");
    assert_eq!(rules.profile, TokenProfile::Classic);
    assert_eq!(config.locations.places, [TokenLocation::bearer().0]);
    assert_eq!(config.locations.conflict, Conflict::Refuse);
}

#[test]
fn every_problem_is_listed_at_once() {
    let found = problems(|draft| {
        draft.own.keys = vec![
            KeySource::Secret(Algorithm::Hs256, Secret::from("short")),
            KeySource::Pem(Algorithm::Rs256, b"not a key".to_vec()),
        ];
        draft.leeway = Duration::from_secs(301);
        draft.realm = "a\nb".to_owned();
        draft.locations =
            vec![TokenLocation::header("a b"), TokenLocation::bearer(), TokenLocation::scheme("bearer")];
    });
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn a_list_of_problems_reads_as_a_list() {
    let mut draft = draft();
    draft.leeway = Duration::from_secs(600);
    draft.max_age = Some(Duration::ZERO);
    let text = draft.finish().unwrap_err().to_string();
    assert_eq!(
        text,
        "the guard cannot be built, for 2 reasons:\n\
         - a leeway of 600s is too much; at most 5 minutes, and 30 seconds is the default\n\
         - a `max_age` of zero refuses every token; expected a duration such as 10 minutes"
    );
}

#[test]
fn a_bad_key_keeps_its_error_as_source() {
    let mut draft = draft();
    draft.own.keys = vec![KeySource::Secret(Algorithm::Hs256, Secret::from("short"))];
    let error = draft.finish().unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn leeway_is_at_most_five_minutes() {
    assert_eq!(problems(|draft| draft.leeway = Duration::from_secs(300)).len(), 0);
    assert_eq!(problems(|draft| draft.leeway = Duration::from_secs(301)).len(), 1);
    assert_eq!(problems(|draft| draft.leeway = Duration::MAX).len(), 1);
}

#[test]
fn token_length_has_a_range() {
    assert_eq!(problems(|draft| draft.longest_token = 16 * 1024).len(), 0);
    assert_eq!(problems(|draft| draft.longest_token = 16 * 1024 + 1).len(), 1);
    assert_eq!(problems(|draft| draft.longest_token = 0).len(), 1);
}

#[test]
fn names_must_not_be_empty() {
    assert_eq!(problems(|draft| draft.own.issuers.push(String::new())).len(), 1);
    assert_eq!(problems(|draft| draft.own.issuers.push(" https://a".to_owned())).len(), 1);
    assert_eq!(problems(|draft| draft.own.audiences.push(String::new())).len(), 1);
    assert_eq!(problems(|draft| draft.own.required_claims.push(String::new())).len(), 1);
    assert_eq!(problems(|draft| draft.own.subject_claim.clear()).len(), 1);
    assert_eq!(problems(|draft| draft.own.scope_claims.push(Vec::new())).len(), 1);
    assert_eq!(problems(|draft| draft.own.role_claims.push(vec!["a".to_owned(), String::new()])).len(), 1);
    assert_eq!(problems(|draft| draft.own.profile = TokenProfile::Typed(String::new())).len(), 1);
}

#[test]
fn the_danger_door_wants_a_reason() {
    let any = |reason: &str| {
        problems(|draft| {
            draft.own.audiences.clear();
            draft.excuses.push((ANY_AUDIENCE, reason.to_owned()));
        })
    };
    assert_eq!(any("one service only").len(), 0);
    assert_eq!(any(" ").len(), 1);
    let both = problems(|draft| draft.excuses.push((ANY_AUDIENCE, "x".to_owned())));
    assert_eq!(both.len(), 1);
}

#[test]
fn rfc_9068_needs_an_issuer() {
    assert_eq!(problems(|draft| draft.own.profile = TokenProfile::AccessToken).len(), 1);
}

#[test]
fn locations_are_some_and_differ() {
    assert_eq!(problems(|draft| draft.locations.clear()).len(), 1);
    let twice = vec![TokenLocation::cookie("a"), TokenLocation::cookie("a")];
    assert_eq!(problems(|draft| draft.locations = twice).len(), 1);
    let two = vec![TokenLocation::cookie("a"), TokenLocation::cookie("b")];
    assert_eq!(problems(|draft| draft.locations = two).len(), 0);
}

#[test]
fn a_key_outside_the_allowed_algorithms_is_refused() {
    assert_eq!(problems(|draft| draft.own.algorithms = vec![Algorithm::Hs256]).len(), 0);
    let found = problems(|draft| draft.own.algorithms = vec![Algorithm::Rs256]);
    assert!(found[0].contains("HS256"), "{found:?}");
}

#[test]
fn debug_of_a_configuration_shows_no_key() {
    let mut draft = draft();
    draft.own.keys = vec![KeySource::Secret(Algorithm::Hs256, Secret::from("k".repeat(40)))];
    assert!(!format!("{draft:?}").contains("kkkk"));
    let config = draft.finish().unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("kkkk") && !shown.contains("107, 107"), "{shown}");
}

#[test]
fn refresh_tokens_are_never_remembered() {
    let mut draft = draft();
    draft.token_cache = TokenCache::new().all_algorithms();
    let config = draft.finish().unwrap();
    let shown = |verifier: &Verifier| format!("{verifier:?}").contains("known: Some");
    assert!(shown(&config.access) && !shown(&config.refresh));
}
