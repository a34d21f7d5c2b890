//! The catalogue: what a guard answers, as data that a reviewer reads without the code.
//!
//! `tests/catalogue/*.toml` has the cases, one theme a file; `tests/catalogue/README.md` says how a case is written. Each case is
//! a server of its own on loopback, and every request of it is sent cold and then warm. `tests/CATALOGUE.md` is written from the results.

mod app;
mod data;
mod document;
mod faults;
mod judge;
mod logins;
mod run;
mod setup;
mod template;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use data::{Catalogue, Theme};

/// Fewer cases than this mean that some were lost.
const FEWEST: usize = 300;

/// Cases are independent, and most of their time is spent in waiting.
const THREADS: usize = 4;

/// What is wrong with the answers of each case that was run, by its id.
type Results<'c> = BTreeMap<&'c str, Vec<String>>;

#[test]
fn every_case_has_its_answer_cold_and_warm_and_the_document_says_so() {
    let catalogue = Catalogue::read();
    let results: Results<'_> = thread::scope(|scope| {
        let parts = (0..THREADS).map(|part| {
            let catalogue = &catalogue;
            scope.spawn(move || results_of(catalogue, part))
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let wrong: Vec<_> = results
        .iter()
        .flat_map(|(id, faults)| faults.iter().map(move |fault| format!("{id}: {fault}")))
        .collect();
    assert!(wrong.is_empty(), "{} unexpected results\n{}", wrong.len(), wrong.join("\n"));
    document::is_current(&catalogue, &results);
}

/// The results of one part of the cases. What is logged is seen by the thread that serves the case.
fn results_of(catalogue: &Catalogue, part: usize) -> Results<'_> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = catalogue.cases().filter(|case| case.skip.is_none()).skip(part).step_by(THREADS);
    cases.map(|case| (case.id.as_str(), runtime.block_on(run::run(case, &catalogue.guards)))).collect()
}

#[test]
fn every_case_is_whole_and_has_an_id_of_its_own() {
    let catalogue = Catalogue::read();
    let wrong: Vec<_> = catalogue
        .themes
        .iter()
        .flat_map(|theme| theme.cases.iter().flat_map(|case| case.faults(&theme.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut ids = BTreeSet::new();
    let repeated: Vec<_> =
        catalogue.cases().filter(|case| !ids.insert(&case.id)).map(|case| &case.id).collect();
    assert_eq!(repeated, [""; 0]);
    let run = run_cases(&catalogue).len();
    assert!(run >= FEWEST, "{run} cases that are not skipped");
}

fn run_cases(catalogue: &Catalogue) -> BTreeSet<&str> {
    catalogue.cases().filter(|case| case.skip.is_none()).map(|case| case.id.as_str()).collect()
}

#[test]
fn what_a_reason_for_a_skip_names_exists() {
    let catalogue = Catalogue::read();
    let run = run_cases(&catalogue);
    let reasons = catalogue.cases().filter_map(|case| case.skip.as_deref());
    let wrong: Vec<_> = reasons.flat_map(|reason| faults::unproved(reason, &run)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for reason in [
        "tests/it/login/store.rs",
        "takes code: tests/it/login/store.rs::no_such_test",
        "ui-tests/fail/none",
        "elsewhere (form/none)",
    ] {
        assert_eq!(faults::unproved(reason, &run).len(), 1, "{reason}");
    }
}

#[test]
fn every_guard_of_the_catalogue_is_used() {
    let catalogue = Catalogue::read();
    let used: BTreeSet<_> = catalogue.cases().map(|case| case.guard.as_str()).collect();
    let named: BTreeSet<_> = catalogue.guards.keys().map(String::as_str).collect();
    assert_eq!(used, named);
}

/// A runner that passes everything would find no fault in these.
#[tokio::test]
async fn a_wrong_expectation_is_found_whatever_is_wrong_with_it() {
    let catalogue = Catalogue::read();
    for (case, fault) in [
        ("token = {}\nexpect = { status = 401, error = 'invalid_token', code = 'expired' }", "status 200"),
        ("token = {}\nexpect = { status = 200, caller = 'bob' }", "body"),
        ("token = {}\nexpect = { status = 200, caller = 'alice', ran = false }", "ran"),
        ("token = {}\nexpect = { status = 200, caller = 'alice', code = 'expired' }", "code"),
        (
            "token = {}\nrequest = { path = '/claims' }\nexpect = { status = 200, body_has = ['text'], ran = false }",
            "ran",
        ),
        (
            "request = { method = 'HEAD', path = '/me' }\nexpect = { status = 401, code = 'no_token' }",
            "the whole body",
        ),
        ("expect = { status = 401, code = 'no_token', body = '{' }", "the whole body"),
        ("request = { path = '/nothing' }\nexpect = { status = 404, body = 'x' }", "the whole body"),
        ("expect = { status = 200, caller = 'alice' }", "status 401"),
        ("expect = { status = 401, code = 'no_token', error = 'invalid_token' }", "challenge"),
        ("expect = { status = 401, code = 'no_token', challenge = { scope = 'a' } }", "challenge"),
        ("expect = { status = 401, code = 'other_scheme' }", "code"),
        ("expect = { status = 401, code = 'no_token', headers = { x = 'y' } }", "header"),
        ("settings = { leeway = '1h' }\nexpect = { status = 401, code = 'no_token' }", "start"),
        ("expect = { start_error = 'leeway' }", "start"),
        ("expect = { status = 401, code = 'no_token', same_as = '/open' }", "is told from"),
        ("token = {}\nexpect = { status = 200, caller = 'alice', fetches = { '/keys' = 1 } }", "fetched"),
        (
            "tokens = { x = { text = 'what is taken for a token' } }\n\
             token = { claims = { sub = 'what is taken for a token' } }\n\
             expect = { status = 200, caller = 'what is taken for a token' }",
            "the answer has a token",
        ),
        (
            "tokens = { x = { text = 'what is taken for a token' } }\n\
             token = { header = { kid = 'what is taken for a token' } }\nkeys = ['HS256 as a']\n\
             expect = { status = 401, error = 'invalid_token', code = 'unknown_key' }",
            "the log has a token",
        ),
        (
            "guard = 'published'\ntoken = { key = 'ES256' }\n\
             expect = { status = 503, code = 'keys_unavailable', fetches = {} }",
            "fetched",
        ),
        (
            "guard = 'published'\ntoken = {}\n\
             expect = { status = 401, error = 'invalid_token', code = 'wrong_algorithm' }\n\
             [case.provider.'/keys']\nbody = '{}'",
            "/keys is never fetched",
        ),
    ] {
        let text = format!(
            "title = 't'\nabout = 'a'\n[[case]]\nid = 'x/y'\nrequirement = 'r'\nsource = ['s: 1']\n{case}"
        );
        let theme = Theme::parse("x", &text);
        let found = run::run(&theme.cases[0], &catalogue.guards).await;
        assert!(found.iter().any(|found| found.contains(fault)), "{case}: {found:?}");
    }
}

#[test]
fn an_unknown_member_of_a_case_is_an_error() {
    let case =
        "title = 't'\nabout = 'a'\n[[case]]\nid = 'x/y'\nrequirement = 'r'\nsource = ['s: 1']\nexpct = {}";
    assert!(std::panic::catch_unwind(|| Theme::parse("x", case)).is_err());
}
