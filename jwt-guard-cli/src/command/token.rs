//! `jwt-guard token`: a token that the guard of some settings accepts.

use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use jwt_guard::JwtGuard;
use jwt_guard::issue::{IssuedToken, NewToken};
use jwt_guard::setup::{Clock as _, Settings, SystemClock};
use serde_json::{Value, json};

use crate::guard::{self, SettingsArgs};
use crate::report::{Failure, Report, Status};
use crate::shown::printable;

/// Signs a token that the guard of these settings accepts.
///
/// The token alone is on standard output, so that it can stand in a command:
/// `curl -H "Authorization: Bearer $(jwt-guard token ada --settings guard.toml)" http://localhost:3000/me`
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// The caller (`sub`).
    subject: String,
    #[command(flatten)]
    settings: SettingsArgs,
    /// A scope that the token grants. May be repeated.
    #[arg(long, value_name = "NAME")]
    scope: Vec<String>,
    /// A role that the token grants. May be repeated.
    #[arg(long, value_name = "NAME")]
    role: Vec<String>,
    /// A further claim: `tenant=acme` is a text, `level:=3` is JSON. May be repeated.
    #[arg(long, value_name = "NAME=TEXT", value_parser = claim)]
    claim: Vec<(String, Value)>,
    /// The service that the token is for (`aud`), instead of that of the settings. May be repeated.
    #[arg(long, value_name = "NAME")]
    audience: Vec<String>,
    /// The client that the token is issued to (`client_id`).
    #[arg(long, value_name = "NAME")]
    client_id: Option<String>,
    /// How long the token lives, such as `30s`, `15m`, `12h` or `7d`; as the settings say by default.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lifetime: Option<Duration>,
    /// Marks the caller as just authenticated (`fresh`, `auth_time`).
    #[arg(long)]
    fresh: bool,
    /// How long ago the caller logged in (`auth_time`), such as `2h`; for policies with `max_age`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    logged_in: Option<Duration>,
    /// How strongly the caller logged in (`acr`).
    #[arg(long, value_name = "NAME")]
    acr: Option<String>,
    /// A method of the login (`amr`), such as `otp`. May be repeated.
    #[arg(long, value_name = "NAME")]
    amr: Vec<String>,
    /// What the token is for.
    #[arg(long, default_value = "access")]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Requests.
    Access,
    /// The exchange for a new access token. A token store has to know its login, so a service with a store refuses it.
    Refresh,
}

pub(crate) fn run(args: &TokenArgs) -> Result<Report, Failure> {
    let settings = args.settings.settings()?;
    let asks_store = settings.allow_list;
    let guard = guard::build(settings, Vec::new(), false)?;
    let issuer = guard.issuer().ok_or_else(|| {
        Failure::undecided(
            "the settings have no key to sign with: set `signing_key_file` and `signing_algorithm`, or \
             `signing_secret_file`; `jwt-guard keygen` makes a key",
        )
    })?;
    let signed = match (args.kind, args.lifetime) {
        (Kind::Access, None) => fill(args, issuer.access(&args.subject)).sign(),
        (Kind::Access, Some(lifetime)) => fill(args, issuer.access(&args.subject)).lifetime(lifetime).sign(),
        (Kind::Refresh, None) => fill(args, issuer.refresh(&args.subject)).sign(),
        (Kind::Refresh, Some(lifetime)) => {
            fill(args, issuer.refresh(&args.subject)).lifetime(lifetime).sign()
        }
    };
    let token = signed.map_err(Failure::usage)?;
    if args.kind == Kind::Access
        && let Some(refusal) = refusal(&guard, &token)
    {
        return Ok(refusal);
    }
    let expires = token.expires_at().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let kind = if args.kind == Kind::Access { "access" } else { "refresh" };
    let notes: Vec<_> = asks_store.then_some(ALLOW_LIST).into_iter().collect();
    let value = json!({
        "notes": notes,
        "token": token.as_str(),
        "kind": kind,
        "subject": args.subject,
        "expires_at": expires,
        "expires_in": token.expires_in().as_secs(),
    });
    let said =
        format!("{kind} token of {}, for {} s", printable(&args.subject), token.expires_in().as_secs());
    let lines = [said.as_str()].into_iter().chain(notes);
    Ok(Report::done(token.as_str(), value).with_note(lines.collect::<Vec<_>>().join("\n")))
}

const ALLOW_LIST: &str =
    "the service has an allow list: it refuses the token, unless its store is told of it";

/// The settings may ask for more than they sign, such as a claim. Such a token is not printed.
fn refusal(guard: &JwtGuard, token: &IssuedToken) -> Option<Report> {
    let explanation = guard.explain(token.as_str());
    let (check, failure) = explanation.failure()?;
    let reason = format!("{check}: {failure}");
    let value = json!({ "token": null, "refused": serde_json::to_value(failure).unwrap_or_default() });
    let note =
        format!("no token, because the guard of these settings would refuse it: {}", printable(&reason));
    Some(Report::done("", value).with_note(note).with_status(Status::Refused))
}

/// What the token says and grants.
fn fill<K>(args: &TokenArgs, token: NewToken<K>) -> NewToken<K> {
    let mut token = token.scopes(&args.scope).roles(&args.role);
    for (name, value) in &args.claim {
        token = token.claim(name, value);
    }
    if !args.audience.is_empty() {
        token = token.audience(&args.audience);
    }
    if let Some(id) = &args.client_id {
        token = token.client_id(id);
    }
    if let Some(ago) = args.logged_in {
        token = token.auth_time(SystemClock.now().checked_sub(ago).unwrap_or(UNIX_EPOCH));
    }
    if let Some(acr) = &args.acr {
        token = token.acr(acr);
    }
    if !args.amr.is_empty() {
        token = token.amr(&args.amr);
    }
    if args.fresh { token.fresh() } else { token }
}

fn claim(text: &str) -> Result<(String, Value), String> {
    const EXPECTED: &str = "expected `NAME=TEXT`, or `NAME:=JSON`";
    let (name, value) = text.split_once('=').ok_or(EXPECTED)?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            (name, serde_json::from_str(value).map_err(|error| format!("not JSON after `:=`: {error}"))?)
        }
        None => (name, Value::from(value)),
    };
    if name.is_empty() { Err(EXPECTED.to_owned()) } else { Ok((name.to_owned(), value)) }
}

/// A duration, as settings write it.
fn duration(text: &str) -> Result<Duration, String> {
    let settings: Settings =
        serde_json::from_value(json!({ "access_lifetime": text })).map_err(|error| error.to_string())?;
    settings.access_lifetime.ok_or_else(|| "expected a duration, such as `15m`".to_owned())
}
