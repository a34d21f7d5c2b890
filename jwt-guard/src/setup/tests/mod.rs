//! Each invalid setting is reported with its fix, and all of them together.

#[cfg(feature = "remote-keys")]
mod fetched;
#[cfg(not(feature = "remote-keys"))]
mod not_fetched;
mod resolvers;

use std::time::Duration;

use super::build::Draft;
use super::claims::ANY_AUDIENCE;
use super::issuer::{IssuerDraft, TrustedIssuer};
use super::keys::KeySource;
use crate::keys::{Algorithm, SigningKey};
use crate::location::{Conflict, TokenLocation};
use crate::secret::Secret;
use crate::token::TokenKind;
use crate::verify::{Audience, TokenCache, TokenProfile, Verifier};

fn draft() -> Draft {
    let mut draft = Draft::new();
    draft.own.keys.push(KeySource::Secret(Algorithm::Hs256, Secret::from(crate::keys::tests::secret(7))));
    draft.own.audiences.push("orders".to_owned());
    draft
}

pub(super) fn problems(change: impl FnOnce(&mut Draft)) -> Vec<String> {
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
        draft.token_rules.limits.leeway = Duration::from_secs(301);
        draft.answer.realm = "a\nb".to_owned();
        draft.request.locations =
            vec![TokenLocation::header("a b"), TokenLocation::bearer(), TokenLocation::scheme("bearer")];
    });
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn a_list_of_problems_reads_as_a_list() {
    let mut draft = draft();
    draft.token_rules.limits.leeway = Duration::from_secs(600);
    draft.token_rules.limits.max_token_age = Some(Duration::ZERO);
    let text = draft.finish().unwrap_err().to_string();
    assert_eq!(
        text,
        "the guard cannot be built, for 2 reasons:\n\
         - a leeway of 600s is too much; at most 5 minutes, and 30 seconds is the default\n\
         - a `max_token_age` of zero refuses every token; expected a duration such as 10 minutes"
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
    assert_eq!(problems(|draft| draft.token_rules.limits.leeway = Duration::from_secs(300)).len(), 0);
    assert_eq!(problems(|draft| draft.token_rules.limits.leeway = Duration::from_secs(301)).len(), 1);
    assert_eq!(problems(|draft| draft.token_rules.limits.leeway = Duration::MAX).len(), 1);
}

#[test]
fn token_length_has_a_range() {
    assert_eq!(problems(|draft| draft.token_rules.max_token_len = Some(16 * 1024)).len(), 0);
    assert_eq!(problems(|draft| draft.token_rules.max_token_len = Some(16 * 1024 + 1)).len(), 1);
    assert_eq!(problems(|draft| draft.token_rules.max_token_len = Some(0)).len(), 1);
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
    for refresh in ["rt+jwt", "RT+JWT", "application/rt+jwt"] {
        let found = problems(|draft| draft.own.profile = TokenProfile::Typed(refresh.to_owned()));
        assert!(found.len() == 1 && found[0].contains("refresh tokens"), "{refresh}: {found:?}");
    }
}

#[test]
fn danger_wants_a_reason() {
    let any = |reason: &str| {
        problems(|draft| {
            draft.own.audiences.clear();
            draft.danger_reasons.push((ANY_AUDIENCE, reason.to_owned()));
        })
    };
    assert_eq!(any("one service only").len(), 0);
    assert_eq!(any(" ").len(), 1);
    let both = problems(|draft| draft.danger_reasons.push((ANY_AUDIENCE, "x".to_owned())));
    assert_eq!(both.len(), 1);
}

#[test]
fn rfc_9068_needs_an_issuer() {
    assert_eq!(problems(|draft| draft.own.profile = TokenProfile::AccessToken).len(), 1);
}

#[test]
fn locations_are_some_and_differ() {
    assert_eq!(problems(|draft| draft.request.locations.clear()).len(), 1);
    let twice = vec![TokenLocation::cookie("a"), TokenLocation::cookie("a")];
    assert_eq!(problems(|draft| draft.request.locations = twice).len(), 1);
    let two = vec![TokenLocation::cookie("a"), TokenLocation::cookie("b")];
    assert_eq!(problems(|draft| draft.request.locations = two).len(), 0);
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
    draft.own.keys =
        vec![KeySource::Secret(Algorithm::Hs256, Secret::from(&crate::keys::tests::secret(9)[..40]))];
    assert!(!format!("{draft:?}").contains("kkkk"));
    let config = draft.finish().unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("kkkk") && !shown.contains("107, 107"), "{shown}");
}

#[test]
fn refresh_tokens_are_never_remembered() {
    let mut draft = draft();
    draft.token_rules.token_cache = TokenCache::new().at_first_sight();
    let config = draft.finish().unwrap();
    let shown = |verifier: &Verifier| format!("{verifier:?}").contains("known: Some");
    assert!(shown(&config.access) && !shown(&config.refresh));
}

/// A draft that trusts one issuer, with its own key and audience.
fn trusting(change: impl FnOnce(&mut Draft)) -> Vec<String> {
    let mut draft = Draft::new();
    draft.trusted.push(partner("https://partner.example"));
    change(&mut draft);
    draft.finish().map_or_else(|error| error.problems().collect(), |_| Vec::new())
}

fn partner(name: &str) -> IssuerDraft {
    IssuerDraft {
        issuers: vec![name.to_owned()],
        audiences: vec!["acme".to_owned()],
        keys: vec![KeySource::Secret(Algorithm::Hs256, Secret::from(crate::keys::tests::secret(8)))],
        ..IssuerDraft::default()
    }
}

/// A key and an audience of the guard's own.
fn own(draft: &mut Draft) {
    draft.own.keys.push(KeySource::Secret(Algorithm::Hs256, Secret::from(crate::keys::tests::secret(7))));
    draft.own.audiences.push("orders".to_owned());
}

#[track_caller]
fn assert_only(found: &[String], expected: &str) {
    assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:#?}");
}

#[test]
fn a_guard_may_trust_others_alone_or_beside_itself() {
    assert_eq!(trusting(|_| {}), [""; 0]);
    assert_eq!(trusting(|draft| draft.trusted.push(partner("https://b.example"))), [""; 0]);
    let beside = trusting(|draft| {
        own(draft);
        draft.own.issuers.push("https://id.example".to_owned());
    });
    assert_eq!(beside, [""; 0]);
}

#[test]
fn an_issuer_needs_a_key_an_audience_and_a_name() {
    assert_only(
        &trusting(|draft| draft.trusted[0].keys.clear()),
        "no key for the issuer \"https://partner.example\"",
    );
    assert_only(&trusting(|draft| draft.trusted[0].audiences.clear()), "no audience for the issuer");
    assert_only(&trusting(|draft| draft.trusted[0].issuers[0].clear()), "the issuer \"\" is empty");
    assert_only(&trusting(|draft| draft.trusted[0].audiences[0].clear()), "the audience \"\" is empty");
    assert_only(
        &trusting(|draft| draft.trusted[0].clients.names.push(String::new())),
        "the client \"\" is empty",
    );
    assert_only(
        &trusting(|draft| draft.trusted[0].clients.claims = vec![String::new()]),
        "`client_claim` is empty",
    );
    let unnamed = trusting(|draft| {
        let partner = std::mem::take(&mut draft.trusted[0]);
        draft.trusted[0] = TrustedIssuer(partner).claim_value("", "x").0;
    });
    assert_only(&unnamed, "empty name");
}

/// An accepted token may have been issued by a clock that is ahead, and is accepted for the leeway after its end.
#[test]
fn what_is_revoked_lasts_for_the_longest_life_and_the_difference_of_clocks() {
    let longest = |leeway| {
        let mut draft = Draft::new();
        own(&mut draft);
        draft.token_rules.limits.leeway = Duration::from_secs(leeway);
        draft.token_rules.limits.max_lifetime = Some(Duration::from_secs(60 * 60));
        draft.finish().unwrap().longest_life(TokenKind::Access)
    };
    assert_eq!(longest(0), Duration::from_secs(60 * 60));
    assert_eq!(longest(300), Duration::from_secs(60 * 65));
}

/// A restriction that restricts nothing must not look as if it did.
#[test]
fn rules_for_tokens_of_keys_that_the_guard_does_not_have_are_refused_by_name() {
    let all = |draft: &mut Draft| {
        draft.own.algorithms.push(Algorithm::Es256);
        draft.own.required_claims.push("tenant".to_owned());
        draft.own.profile = TokenProfile::Typed("example+jwt".to_owned());
        draft.own.subject_claim = "email".to_owned();
        draft.own.machine_callers = true;
        draft.own.scope_claims.push(vec!["perms".to_owned()]);
        draft.own.role_claims.push(vec!["groups".to_owned()]);
        draft.own.add_role_object(["app"], None);
    };
    let names = "`algorithms`, `required_claim`, `profile`, `subject_claim`, `machine_callers`, `scope_claim`, `role_claim`, \
                 `role_object_claim` on the builder";
    assert_only(&trusting(all), names);
    let with_key = trusting(|draft| {
        own(draft);
        draft.own.issuers.push("https://id.example".to_owned());
        draft.own.required_claims.push("tenant".to_owned());
    });
    assert_eq!(with_key, [""; 0]);
}

#[test]
fn the_audience_of_the_guard_is_that_of_an_issuer_without_one() {
    let mut draft = Draft::new();
    own(&mut draft);
    draft.own.issuers.push("https://id.example".to_owned());
    draft.trusted.push(IssuerDraft { audiences: Vec::new(), ..partner("https://a.example") });
    draft.trusted.push(partner("https://b.example"));
    let config = draft.finish().unwrap();
    let audiences: Vec<_> = config.access.rules().map(|rules| rules.audience.clone()).collect();
    let one = |name: &str| Audience::OneOf(vec![name.to_owned()]);
    assert_eq!(audiences, [one("orders"), one("orders"), one("acme")]);
}

#[test]
fn a_key_of_the_guard_needs_an_audience_beside_trusted_issuers_too() {
    let beside = trusting(|draft| {
        own(draft);
        draft.own.issuers.push("https://id.example".to_owned());
        draft.own.audiences.clear();
    });
    assert_only(&beside, "no audience for the tokens of that key");
}

#[test]
fn an_issuer_whose_tokens_may_lack_an_audience_names_its_clients() {
    let lacking = |client: &str| {
        trusting(|draft| {
            draft.trusted[0].may_lack_audience = true;
            draft.trusted[0].audiences.clear();
            draft.trusted[0].clients.names.extend((!client.is_empty()).then(|| client.to_owned()));
        })
    };
    assert_only(&lacking(""), "`.client(\"..\")`");
    assert_eq!(lacking("web"), [""; 0]);
}

#[test]
fn two_issuers_have_no_name_in_common() {
    let twice = |name: &str| trusting(|draft| draft.trusted.push(partner(name)));
    assert_only(&twice("https://partner.example"), "named twice");
    assert_eq!(twice("https://partner.example/"), [""; 0]);
    let also = trusting(|draft| {
        let mut other = partner("https://b.example");
        other.issuers.push("https://partner.example".to_owned());
        draft.trusted.push(other);
    });
    assert_only(&also, "named twice");
    let own_name = trusting(|draft| {
        own(draft);
        draft.own.issuers.push("https://partner.example".to_owned());
    });
    assert_only(&own_name, "named twice");
}

#[test]
fn beside_other_issuers_the_guard_itself_has_a_name() {
    assert_only(&trusting(own), "add `.issuer(\"..\")`");
    let nameless = trusting(|draft| {
        draft.own.audiences.push("orders".to_owned());
        draft.own_tokens.signing_key =
            Some(SigningKey::secret(Algorithm::Hs256, crate::keys::tests::secret(6)).unwrap());
    });
    assert_only(&nameless, "add `.issuer(\"..\")`");
    let keyless = trusting(|draft| draft.own.issuers.push("https://id.example".to_owned()));
    assert_only(&keyless, "`issuer` is set without a key");
}

#[test]
fn any_audience_does_not_go_with_other_issuers() {
    let found = trusting(|draft| draft.danger_reasons.push((ANY_AUDIENCE, "x".to_owned())));
    assert_only(&found, "`any_audience` does not go with trusted issuers");
}

#[test]
fn refresh_tokens_of_others_have_no_rules_and_no_keys() {
    let mut draft = Draft::new();
    own(&mut draft);
    draft.own.issuers.push("https://id.example".to_owned());
    draft.trusted.push(partner("https://partner.example"));
    let config = draft.finish().unwrap();
    let names: Vec<_> = config.refresh.rules().map(|rules| rules.issuers.clone()).collect();
    assert_eq!(names, [["https://id.example".to_owned()]]);
}
