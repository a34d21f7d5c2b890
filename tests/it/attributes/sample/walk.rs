//! Row by row.

use std::collections::{BTreeMap, BTreeSet};

use jwt_guard::Router;
use jwt_guard::policy::{Access, DenyAs, Rule};
use jwt_guard::routing::AccessRow;
use jwt_guard_tests::sample::{self, PARTNERS_RESOURCE, RESOURCE, Word};
use jwt_guard_tests::{Answer, Request, Server};
use serde_json::{Value, json};

use super::callers::{Brings, Caller, callers};
use super::{documents, is_route, judge, name, send, send_as_browser};

/// The sample by both libraries, with their documents: what outsiders and what insiders read.
struct Sides {
    utoipa: Side,
    aide: Side,
}

struct Side {
    server: Server,
    rows: Vec<AccessRow>,
    document: Value,
    with_hidden: Value,
}

impl Sides {
    async fn start() -> Self {
        let (utoipa, aide) = (sample::by_utoipa(Word::Read), sample::by_aide(Word::Read));
        let [by_utoipa, hidden_by_utoipa, by_aide, hidden_by_aide] = documents();
        Self {
            utoipa: Side::start(utoipa, by_utoipa, hidden_by_utoipa).await,
            aide: Side::start(aide, by_aide, hidden_by_aide).await,
        }
    }
}

impl Side {
    async fn start(router: Router, document: Value, with_hidden: Value) -> Self {
        let rows = router.access_table().rows().to_vec();
        Self { server: Server::start(router).await, rows, document, with_hidden }
    }
}

/// The operation of a row.
fn operation<'d>(document: &'d Value, row: &AccessRow) -> &'d Value {
    &document["paths"][row.path.replace("{*", "{")][row.method.to_lowercase()]
}

fn guarded(rows: &[AccessRow]) -> impl Iterator<Item = (&AccessRow, &'static Rule)> {
    rows.iter().filter_map(|row| Some((row, row.rule()?)))
}

#[tokio::test]
async fn every_caller_gets_from_every_row_what_its_policy_says() {
    let sides = Sides::start().await;
    assert!(sides.utoipa.rows.len() >= 40, "{} rows", sides.utoipa.rows.len());
    for (row, rule) in guarded(&sides.utoipa.rows) {
        let mut seen = BTreeSet::new();
        for caller in callers() {
            let answer = send(&sides.utoipa.server, row, &caller).await;
            let expected = match (judge::verdict(rule, &caller), rule.deny_as()) {
                // Paths without a route, for every caller.
                _ if row.path == "/* (no route)" => 404,
                (401 | 403, DenyAs::NotFound) => 404,
                (verdict, _) => verdict,
            };
            assert_eq!(answer.status, expected, "{}, {}: {caller:?}, {answer:?}", name(row), row.policy);
            assert_eq!(answer.body == "lost", expected == 404, "{}: {answer:?}", name(row));
            seen.insert(expected);
        }
        // The callers tell a policy from its neighbours: some of them are let in, and some are not.
        let is_open = row.path == "/* (no route)" || rule.access() == Access::CredentialsIgnored;
        assert_eq!(seen.len() > 1, !is_open, "{}: {seen:?}", name(row));
    }
}

#[tokio::test]
async fn rows_without_a_policy_let_everybody_in_and_say_why() {
    let sides = Sides::start().await;
    let open: Vec<_> = sides.utoipa.rows.iter().filter(|row| row.rule().is_none()).collect();
    assert_eq!(open.len(), 4, "{open:?}");
    for row in open {
        assert_eq!((row.policy.as_str(), row.reason.is_some()), ("unguarded", true), "{row:?}");
        for caller in callers().iter().take(6) {
            let answer = send(&sides.utoipa.server, row, caller).await;
            assert_eq!(answer.status, 200, "{row:?}: {caller:?}");
        }
    }
}

#[tokio::test]
async fn a_browser_is_sent_to_the_login_where_the_policy_says_so() {
    let sides = Sides::start().await;
    for (row, rule) in guarded(&sides.utoipa.rows) {
        let answer = send_as_browser(&sides.utoipa.server, row, &Caller::anonymous()).await;
        let target = answer.header("location").and_then(|target| target.split('?').next());
        assert_eq!(target, rule.redirect(), "{}: {answer:?}", name(row));
        let statuses = operation(&sides.utoipa.document, row)["responses"].clone();
        assert_eq!(!statuses["303"].is_null(), rule.redirect().is_some(), "{}", name(row));
    }
}

#[tokio::test]
async fn the_same_routes_have_the_same_table_whichever_library_documents_them() {
    let sides = Sides::start().await;
    let shown = |rows: &[AccessRow]| -> Vec<_> {
        let row = |row: &AccessRow| {
            (name(row), row.policy.clone(), row.guard.clone(), row.reason.clone(), row.handler.clone())
        };
        rows.iter().map(row).collect()
    };
    assert_eq!(shown(&sides.utoipa.rows), shown(&sides.aide.rows));
    for row in guarded(&sides.aide.rows).map(|(row, _)| row) {
        for caller in [Caller::anonymous(), Caller::plain()] {
            let one = send(&sides.utoipa.server, row, &caller).await;
            let two = send(&sides.aide.server, row, &caller).await;
            assert_eq!(one.outcome(), two.outcome(), "{}", name(row));
        }
    }
}

#[tokio::test]
async fn documents_have_the_routes_that_outsiders_may_know() {
    let sides = Sides::start().await;
    for Side { rows, document, with_hidden, .. } in [&sides.utoipa, &sides.aide] {
        let mut count = 0;
        for (row, rule) in guarded(rows) {
            let is_documented = is_route(row) && row.method != "ANY";
            let hides = rule.deny_as() == DenyAs::NotFound;
            assert_eq!(operation(document, row).is_object(), is_documented && !hides, "{}", name(row));
            assert_eq!(operation(with_hidden, row).is_object(), is_documented, "{}", name(row));
            count += usize::from(is_documented);
        }
        let paths = with_hidden["paths"].as_object().expect("paths");
        let documented = paths.values().filter_map(Value::as_object).map(serde_json::Map::len).sum::<usize>();
        assert_eq!(documented, count, "{with_hidden:#}");
        let text = document.to_string();
        for secret in ["hidden", "secret", "jwt_guard", "nothing brings it back"] {
            assert!(!text.contains(secret), "{secret}: {document:#}");
        }
    }
}

#[tokio::test]
async fn both_documents_say_the_same_of_every_row() {
    let sides = Sides::start().await;
    for (row, _) in guarded(&sides.utoipa.rows).filter(|(row, _)| is_route(row)) {
        let [utoipa, aide] = [&sides.utoipa, &sides.aide].map(|side| operation(&side.with_hidden, row));
        assert_eq!(refusals(utoipa), refusals(aide), "{}", name(row));
        for field in ["x-access-policy", "security"] {
            // aide cannot say `[]`, and leaves it out.
            let [utoipa, aide] = [utoipa, aide].map(|operation| match &operation[field] {
                Value::Null => json!([]),
                said => said.clone(),
            });
            assert_eq!(utoipa, aide, "{field} of {}", name(row));
        }
        if utoipa.is_object() {
            assert_eq!(utoipa["x-access-policy"], row.policy, "{}", name(row));
        }
        assert_eq!(note(utoipa), note(aide), "{}", name(row));
    }
    let schemes = |side: &Side| side.with_hidden["components"]["securitySchemes"].clone();
    assert_eq!(schemes(&sides.utoipa), schemes(&sides.aide));
}

/// The answers that are not those of a handler, with their headers.
fn refusals(operation: &Value) -> BTreeMap<String, Vec<String>> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let refusals = responses.filter(|(status, _)| !status.starts_with('2'));
    let headers = |answer: &Value| {
        answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    refusals.map(|(status, answer)| (status.clone(), headers(answer))).collect()
}

/// What the description says of the policy.
fn note(operation: &Value) -> Option<&str> {
    let description = operation["description"].as_str()?;
    description.find("Access: ").and_then(|at| description.get(at..))
}

#[tokio::test]
async fn what_a_document_asks_for_is_needed_and_suffices_unless_it_says_more_in_words() {
    let sides = Sides::start().await;
    for (row, _) in guarded(&sides.utoipa.rows) {
        let operation = operation(&sides.utoipa.with_hidden, row);
        let Some(alternatives) = operation["security"].as_array() else { continue };
        // `security` has no words for these, so the description has.
        let more = ["not(", "claim(", "policy", "fresh"];
        let says_all = note(operation).is_none_or(|note| !more.iter().any(|word| note.contains(word)));
        for caller in callers() {
            let answer = send(&sides.utoipa.server, row, &caller).await;
            let satisfies = alternatives.is_empty()
                || alternatives.iter().any(|alternative| satisfies(alternative, &caller));
            let is_in = answer.status == 200;
            assert!(satisfies || !is_in, "{}: {caller:?}", name(row));
            // To bring nothing is one of the alternatives where credentials are optional. Bad ones are refused there too.
            let is_bad = answer.status == 401 && alternatives.contains(&json!({}));
            if satisfies && says_all && !is_bad {
                assert!(is_in, "{}: {caller:?} {answer:?}", name(row));
            }
            is_documented(operation, row, &answer);
        }
    }
}

/// Whether a caller brings what a requirement asks for.
fn satisfies(requirement: &Value, caller: &Caller) -> bool {
    let schemes = requirement.as_object().expect("a requirement");
    schemes.iter().all(|(scheme, names)| {
        let kind = if scheme.starts_with("refresh_") { Brings::Refresh } else { Brings::Access };
        let mut names = names.as_array().expect("names").iter().filter_map(Value::as_str);
        caller.brings == kind && names.all(|name| caller.has(name))
    })
}

fn is_documented(operation: &Value, row: &AccessRow, answer: &Answer) {
    let said = &operation["responses"][answer.status.as_str()];
    assert!(said.is_object(), "{} answers {} unsaid", name(row), answer.status);
    let challenged = answer.headers.contains_key("www-authenticate");
    assert_eq!(challenged, said["headers"]["WWW-Authenticate"].is_object(), "{}: {answer:?}", name(row));
}

#[tokio::test]
async fn challenges_ask_for_what_the_document_does_and_name_the_metadata_of_the_guard() {
    let sides = Sides::start().await;
    for (row, rule) in guarded(&sides.utoipa.rows) {
        for caller in callers() {
            let answer = send(&sides.utoipa.server, row, &caller).await;
            let Some(challenge) = answer.header("www-authenticate") else {
                assert!(![401, 403].contains(&answer.status.as_u16()), "{}: {answer:?}", name(row));
                continue;
            };
            let place = if row.guard == "partners" {
                "https://partners.example/.well-known/oauth-protected-resource"
            } else {
                "https://api.example/.well-known/oauth-protected-resource/shop"
            };
            assert!(challenge.contains(&format!("resource_metadata=\"{place}\"")), "{challenge}");
            let Some(asked) = parameter(challenge, "scope") else { continue };
            let ways = operation(&sides.utoipa.with_hidden, row)["security"].clone();
            let known = judge::scopes(rule.requirement());
            assert!(asked.split(' ').all(|scope| known.contains(&scope)), "{}: {challenge}", name(row));
            if let Some(ways) = ways.as_array() {
                let same = |way: &Value| scopes_of(way, &known) == asked.split(' ').collect();
                assert!(ways.iter().any(same), "{}: {challenge}, {ways:?}", name(row));
            }
        }
    }
}

fn parameter<'c>(challenge: &'c str, name: &str) -> Option<&'c str> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// The scopes among the names of an alternative.
fn scopes_of<'w>(way: &'w Value, known: &[&str]) -> BTreeSet<&'w str> {
    let names =
        way.as_object().into_iter().flatten().flat_map(|(_, names)| names.as_array().into_iter().flatten());
    names.filter_map(Value::as_str).filter(|name| known.contains(name)).collect()
}

#[tokio::test]
async fn the_metadata_of_each_guard_names_the_scopes_of_its_rows() {
    let sides = Sides::start().await;
    for (guard, resource, path) in [
        ("shop", RESOURCE, "/.well-known/oauth-protected-resource/shop"),
        ("partners", PARTNERS_RESOURCE, "/.well-known/oauth-protected-resource"),
    ] {
        let answer = sides.utoipa.server.send(Request::get(path)).await;
        let metadata: Value = serde_json::from_str(&answer.body).expect("metadata");
        assert_eq!(metadata["resource"], resource);
        let rows = guarded(&sides.utoipa.rows);
        let visible = rows.filter(|(row, rule)| row.guard == guard && rule.deny_as() != DenyAs::NotFound);
        let expected: BTreeSet<_> = visible.flat_map(|(_, rule)| judge::scopes(rule.requirement())).collect();
        let names = metadata["scopes_supported"].as_array().expect("scopes").iter().filter_map(Value::as_str);
        assert_eq!(names.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>(), "{guard}");
        assert_eq!(sides.aide.server.send(Request::get(path)).await.body, answer.body);
        let row = sides.utoipa.rows.iter().find(|row| row.path == path).expect("a row for the metadata");
        assert_eq!((row.method.as_str(), row.policy.as_str()), ("GET", "unguarded"));
    }
}
