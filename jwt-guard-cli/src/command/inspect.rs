//! `jwt-guard inspect`: what a token says, which proves nothing.

use std::fmt;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use clap::Args;
use jwt_guard::setup::{Clock as _, SystemClock};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::json;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::report::{BAD, Failure, QUIET, Report, Status, styled};
use crate::shown::{cut, printable};
use crate::{files, written};

/// Shows header and claims of a token, without verifying it.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file of the token; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    token: PathBuf,
}

/// The first line, and a member of the JSON.
const WARNING: &str =
    "NOT VERIFIED: every client can write such a token. `jwt-guard explain` makes the checks of a guard.";

/// The claims that are dates (RFC 7519 section 4.1, OpenID Connect Core section 2).
const DATES: [&str; 5] = ["exp", "nbf", "iat", "auth_time", "updated_at"];

pub(crate) fn run(args: &InspectArgs) -> Result<Report, Failure> {
    let token = files::read_token(&args.token)?;
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Ok(refused(match parts.len() {
            1 => "no dots: an opaque credential, which only its issuer can read".to_owned(),
            5 => "five parts: an encrypted token (JWE), which only its recipient can read".to_owned(),
            number => format!("{number} parts: a token has three, with dots between them"),
        }));
    };
    let (header, claims) = (text_of(header), text_of(claims));
    let (header, claims) = (part("header", &header), part("claims", &claims));
    let text = format!(
        "{}\n\n{}\n{}\n{} {}\n",
        styled(BAD, WARNING),
        header.to_text(),
        claims.to_text(),
        heading("signature"),
        styled(QUIET, format!("{} characters, not checked", signature.chars().count())),
    );
    let is_read = header.members.is_ok() && claims.members.is_ok();
    let shown = Shown {
        verified: false,
        warning: WARNING,
        unverified: Unverified {
            header: header.members.ok().map(|(raw, _)| raw),
            claims: claims.members.ok().map(|(raw, _)| raw),
        },
        repeated_members: header.repeated.iter().chain(&claims.repeated).collect(),
    };
    let value = serde_json::value::to_raw_value(&shown).map_err(Failure::undecided)?;
    let report = Report::done(text, json!(null)).with_raw_json(written::compact(value.get()));
    Ok(report.with_status(if is_read { Status::Done } else { Status::Refused }))
}

/// The JSON, in which header and claims are as they are written: no member is dropped, and no number rounded.
#[derive(Serialize)]
struct Shown<'t> {
    verified: bool,
    warning: &'static str,
    unverified: Unverified<'t>,
    repeated_members: Vec<&'t String>,
}

#[derive(Serialize)]
struct Unverified<'t> {
    header: Option<&'t RawValue>,
    claims: Option<&'t RawValue>,
}

fn refused(reason: String) -> Report {
    let text = format!("{} {reason}", styled(BAD, "not a signed token:"));
    Report::done(text, json!({ "verified": false, "reason": reason })).with_status(Status::Refused)
}

/// One of the parts that are JSON.
struct Part<'t> {
    name: &'static str,
    /// The whole and its members; or why they cannot be read.
    members: Result<(&'t RawValue, Members<'t>), &'static str>,
    /// The names that one object has more than once.
    repeated: Vec<String>,
}

/// The members of a JSON object in their order, each as often as it is there. Readers choose among repeated ones as
/// they like, so all are shown.
struct Members<'t>(Vec<(String, &'t RawValue)>);

fn part<'t>(name: &'static str, text: &'t Result<String, &'static str>) -> Part<'t> {
    let text = text.as_deref().map_err(|reason| *reason);
    let members = text.and_then(|text| {
        let read = || {
            Ok::<(&RawValue, Members<'_>), serde_json::Error>((
                serde_json::from_str(text)?,
                serde_json::from_str(text)?,
            ))
        };
        read().map_err(|_| "not a JSON object")
    });
    let repeated = members.as_ref().map_or_else(|_| Vec::new(), |(raw, _)| written::repeated(raw.get()));
    Part { name, members, repeated }
}

/// The text of a part.
fn text_of(part: &str) -> Result<String, &'static str> {
    let bytes = base64(part).ok_or("not base64url")?;
    String::from_utf8(bytes).map_err(|_| "not a JSON object")
}

impl Part<'_> {
    /// A line for each member, with the names aligned.
    fn to_text(&self) -> String {
        let mut text = format!("{}\n", heading(self.name));
        let members = match &self.members {
            Ok((_, Members(list))) => list,
            Err(reason) => return format!("{text}  {reason}\n"),
        };
        let width =
            members.iter().map(|(name, _)| cut(name).chars().count()).max().unwrap_or_default().min(24);
        for (name, value) in members {
            let value = written::compact(value.get());
            let date = if DATES.contains(&name.as_str()) { value.parse().ok().and_then(date) } else { None };
            let date = date.map_or_else(String::new, |date| format!("  {}", styled(QUIET, date)));
            text.push_str(&format!("  {:width$}  {}{date}\n", cut(name), cut(&value)));
        }
        for name in &self.repeated {
            text.push_str(&format!("  {} is there twice, which a guard refuses\n", styled(BAD, cut(name))));
        }
        text
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut list = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, _>()? {
                    list.push((name, value));
                }
                Ok(Members(list))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

fn heading(name: &str) -> String {
    styled(anstyle::Style::new().bold(), printable(name))
}

/// The date of a number of seconds, and how far it is away.
fn date(seconds: i64) -> Option<String> {
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let now = SystemClock.now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let away = seconds.checked_sub(i64::try_from(now).ok()?)?;
    let length = rounded(away.unsigned_abs());
    let distance = if away < 0 { format!("{length} ago") } else { format!("in {length}") };
    let (hour, minute, second) = date.to_hms();
    Some(format!("{} {hour:02}:{minute:02}:{second:02} UTC, {distance}", date.date()))
}

/// In its largest unit.
fn rounded(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(length, _)| seconds >= *length);
    unit.map_or_else(|| format!("{seconds} s"), |(length, name)| format!("{} {name}", seconds / length))
}

/// base64url without padding (RFC 7515 section 2).
fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}
