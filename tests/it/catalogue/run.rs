//! Sends the requests of one case to a server of its own, cold and warm.

use std::collections::BTreeMap;

use http::StatusCode;
use jwt_guard_tests::events::{Capture, capture};
use jwt_guard_tests::key_server::{KeyServer, Reply};
use jwt_guard_tests::{Answer, Request, Server};
use serde_json::Value;

use super::app::{self, Ran};
use super::data::{Case, Expect, GuardSpec, ReplySpec, RequestSpec};
use super::judge;
use super::setup::{self, CaseClock};
use super::template::{Names, bytes};

/// A case that is served.
struct Served {
    server: Server,
    ran: Ran,
    events: Capture,
    /// Texts that neither a client nor the log may see.
    tokens: Vec<String>,
}

/// What is wrong with the answers of a case.
pub(super) async fn run(case: &Case, guards: &BTreeMap<String, GuardSpec>) -> Vec<String> {
    let clock = CaseClock::of(case);
    let provider = KeyServer::start().await;
    let issuer = provider.issuer();
    let port = issuer.rsplit(':').next().unwrap_or_default().to_owned();
    let mut names = Names::default().with("provider", issuer).with("port", port);
    answer_as(&provider, &case.provider, &names);
    let guard = match setup::guard(case, guards, &clock, &names) {
        Ok(guard) => guard,
        Err(error) => return judge::start(case.expect.as_ref(), &error),
    };
    if case.expect.as_ref().is_some_and(|expect| expect.start_error.is_some()) {
        return vec!["the guard starts, and should be refused at its start".to_owned()];
    }
    let tokens = case.token.iter().map(|token| ("token", token));
    let tokens = tokens.chain(case.tokens.iter().map(|(name, token)| (name.as_str(), token)));
    let tokens: Vec<_> = tokens.map(|(name, token)| (name, token.make(clock.seconds(), &names))).collect();
    tokens.iter().for_each(|(name, token)| names.set(name, token));
    let ran = Ran::default();
    let has_resource = guards[&case.guard].settings.contains_key("resource");
    let router = app::router(guard, ran.clone());
    let router = if has_resource { router.resource_metadata() } else { router };
    let mut served = Served {
        server: Server::start(router).await,
        ran,
        events: capture(),
        tokens: tokens.into_iter().map(|(_, token)| token).collect(),
    };
    let mut faults = Vec::new();
    if let Some(expect) = &case.expect {
        faults.extend(served.thrice(&case.request, expect, &names).await);
        if case.request.path.is_none() {
            faults.extend(served.as_anonymous_allowed(&case.request, expect, &names).await);
        }
        faults.extend(judge::fetches(expect, &provider.heads()));
    }
    for (index, step) in case.steps.iter().enumerate() {
        clock.advance(step.after);
        answer_as(&provider, &step.provider, &names);
        let mut found = if step.once {
            let answer = served.send(&step.request, &names).await;
            let found = judge::answer(&step.expect, &answer, &served.tokens);
            // What this answer has is a secret from the next one on.
            for (name, place) in &step.save {
                match saved(&answer.answer, place) {
                    Some(value) => {
                        served.tokens.push(value.clone());
                        names.set(name, value);
                    }
                    None => faults.push(format!("step {}: the answer has no {place}", index + 1)),
                }
            }
            found
        } else {
            served.thrice(&step.request, &step.expect, &names).await
        };
        found.extend(judge::fetches(&step.expect, &provider.heads()));
        faults.extend(found.into_iter().map(|fault| format!("step {}: {fault}", index + 1)));
    }
    faults.extend(judge::unasked(case, &provider.heads()));
    faults
}

/// An answer, and what the guard did meanwhile.
pub(super) struct Seen {
    pub(super) answer: Answer,
    /// How many handlers ran.
    pub(super) ran: usize,
    /// The code of the refusal that was logged.
    pub(super) code: Option<String>,
    /// All that was logged.
    pub(super) log: String,
}

impl Served {
    async fn send(&self, request: &RequestSpec, names: &Names) -> Seen {
        let before = self.ran.times();
        drop(self.events.take());
        let written = written(request, names);
        let answer = if request.websocket {
            self.server.open(written).await.0
        } else {
            self.server.send(written).await
        };
        let events = self.events.take();
        let code = events.iter().find_map(|event| event.field("code")).map(str::to_owned);
        Seen { answer, ran: self.ran.times() - before, code, log: format!("{events:?}") }
    }

    /// Cold, and twice warm.
    async fn thrice(&self, request: &RequestSpec, expect: &Expect, names: &Names) -> Vec<String> {
        let mut faults: Vec<String> = Vec::new();
        for temperature in ["cold", "warm", "warm again"] {
            let seen = self.send(request, names).await;
            let mut found = judge::answer(expect, &seen, &self.tokens);
            if let Some(path) = &expect.same_as {
                let other = RequestSpec { path: Some(path.clone()), ..request.clone() };
                found.extend(judge::same(&seen, &self.send(&other, names).await));
            }
            for fault in found {
                // What is wrong at every temperature is said once.
                if !faults.iter().any(|known| known.ends_with(&format!(": {fault}"))) {
                    faults.push(format!("{temperature}: {fault}"));
                }
            }
        }
        faults
    }

    /// The same credentials where anonymous callers are allowed: none is welcome, a bad one is as bad.
    async fn as_anonymous_allowed(
        &self,
        request: &RequestSpec,
        expect: &Expect,
        names: &Names,
    ) -> Vec<String> {
        let request = RequestSpec { path: Some("/open".to_owned()), ..request.clone() };
        let anonymous = expect.status == Some(401) && expect.error.is_none();
        let expect = if anonymous {
            Expect { status: Some(200), caller: Some("anonymous".to_owned()), ..Expect::default() }
        } else {
            Expect { challenge: BTreeMap::new(), ..expect.clone() }
        };
        let found = self.thrice(&request, &expect, names).await;
        found.into_iter().map(|fault| format!("where anonymous callers are allowed, {fault}")).collect()
    }
}

fn written(spec: &RequestSpec, names: &Names) -> Request {
    let path = names.fill(spec.path.as_deref().unwrap_or("/me"));
    let method = spec.method.as_deref();
    let request = match (&spec.json, &spec.form) {
        (Some(body), _) => Request::post_json(&path, &names.fill(body)),
        (None, Some(body)) => Request::post_form(&path, &names.fill(body)),
        (None, None) if spec.websocket => Request::websocket(&path),
        (None, None) => Request::new(method.unwrap_or("GET"), &path),
    };
    match (&spec.headers, names.get("token")) {
        (Some(headers), _) => {
            headers.iter().fold(request, |request, [name, value]| request.header(name, names.fill(value)))
        }
        (None, Some(token)) => request.bearer(token),
        (None, None) => request,
    }
}

fn answer_as(provider: &KeyServer, replies: &BTreeMap<String, ReplySpec>, names: &Names) {
    for (path, reply) in replies {
        let headers = reply.headers.iter().map(|[name, value]| format!("{name}: {}\r\n", names.fill(value)));
        let body = reply.body_hex.as_deref().map_or_else(|| names.fill(&reply.body).into_bytes(), bytes);
        provider.reply(path, Reply::With(reply.status, headers.collect(), body));
    }
}

/// A part of an answer.
fn saved(answer: &Answer, place: &str) -> Option<String> {
    assert_ne!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    match place.split_once(':')? {
        ("json", name) => {
            let body: Value = serde_json::from_str(&answer.body).ok()?;
            body.get(name)?.as_str().map(str::to_owned)
        }
        ("cookie", name) => answer.headers.get_all("set-cookie").iter().find_map(|line| {
            let (known, rest) = line.to_str().ok()?.split_once('=')?;
            (known == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
        }),
        ("header", name) => answer.header(name).map(|value| value.trim_start_matches("Bearer ").to_owned()),
        _ => panic!("{place} is not a place of an answer"),
    }
}
