//! A session before it is created.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::claims;
use super::error::{SessionError, SessionErrorKind};
use crate::issue::names::{acr_problem, name_problem, scope_problem};
use crate::principal::LoginOfSession;
use crate::timestamp::Timestamp;

/// A session to be created: its subject, and what it grants.
///
/// An illegal value of a setter is an error when the session is [created](super::Sessions::create); nothing is dropped
/// silently.
///
/// ```
/// use jwt_guard::session::NewSession;
///
/// #[derive(serde::Serialize)]
/// struct Basket {
///     items: Vec<u64>,
/// }
///
/// let session = NewSession::new("alice")
///     .scopes(["orders:read"])
///     .roles(["clerk"])
///     .payload(Basket { items: vec![4, 8] });
/// assert_eq!(format!("{session:?}"), "NewSession(..)");
/// ```
#[must_use = "a session does not exist until it is created"]
pub struct NewSession {
    pub(super) contents: SessionContents,
    problem: Option<SessionError>,
}

/// The grants of a session, and its payload.
pub(super) struct SessionContents {
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) payload: Box<RawValue>,
    pub(super) login: Box<LoginOfSession>,
}

impl NewSession {
    /// A session of `subject`, whom the application has just authenticated. It grants no scope and no role, and its
    /// payload is `null`.
    pub fn new(subject: impl Into<String>) -> Self {
        let subject = subject.into();
        let problem = check_name("subject", &subject).err();
        let payload = RawValue::NULL.to_owned();
        let contents = SessionContents {
            subject,
            scopes: Vec::new(),
            roles: Vec::new(),
            payload,
            login: Box::default(),
        };
        Self { contents, problem }
    }

    /// The scopes that the session grants, replacing those of an earlier call. None by default.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.contents.scopes = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        let checked = self.contents.scopes.iter().try_for_each(|scope| check_scope(scope));
        self.note(checked);
        self
    }

    /// The roles that the session grants, replacing those of an earlier call. None by default.
    pub fn roles<S: AsRef<str>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.contents.roles = roles.into_iter().map(|role| role.as_ref().to_owned()).collect();
        let checked = self.contents.roles.iter().try_for_each(|role| check_name("name of a role", role));
        self.note(checked);
        self
    }

    /// When the person logged in (`auth_time`), if that was not just now: at an identity provider whose
    /// session is older, for example. `max_age = ".."` of a policy asks for it, and
    /// [`fresh_for`](super::SessionsBuilder::fresh_for) counts from it. By default the time at which the
    /// session is created.
    pub fn auth_time(mut self, time: SystemTime) -> Self {
        match Timestamp::of(time) {
            Ok(time) => self.contents.login.auth_time = Some(time),
            Err(problem) => self.note(Err(problem)),
        }
        self
    }

    /// How strongly the person logged in (`acr`), for `acr = ".."` of a policy. None by default.
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        let acr = acr.into();
        self.note(name_error(acr_problem(&acr)));
        self.contents.login.acr = Some(acr);
        self
    }

    /// By which methods the person logged in (`amr`, RFC 8176), replacing those of an earlier call. None by default.
    pub fn amr<S: Into<String>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        self.contents.login.amr = methods.into_iter().map(Into::into).collect();
        let amr = &self.contents.login.amr;
        let checked = amr.iter().try_for_each(|name| check_name("method of a login", name));
        self.note(checked);
        self
    }

    /// The payload: any value that serialises as JSON. `null` by default. It stays on the server.
    ///
    /// If it is an object, its members are also claims of the caller, as in a token, except names that the guard
    /// interprets, such as `sub`, `scope`, `exp`, `auth_time` and `fresh`.
    pub fn payload(mut self, payload: impl Serialize) -> Self {
        match payload_text(payload) {
            Ok(payload) => self.contents.payload = payload,
            Err(problem) => self.note(Err(problem)),
        }
        self
    }

    /// The contents of the session, or the first mistake.
    pub(super) fn checked(self) -> Result<SessionContents, SessionError> {
        self.problem.map_or(Ok(self.contents), Err)
    }

    fn note(&mut self, result: Result<(), SessionError>) {
        if let Err(problem) = result {
            self.problem.get_or_insert(problem);
        }
    }
}

/// The text of a payload that guards can read.
pub(super) fn payload_text(payload: impl Serialize) -> Result<Box<RawValue>, SessionError> {
    // By way of a tree, which removes repeated members.
    let text = serde_json::to_value(payload).and_then(|tree| to_raw_value(&tree));
    let text = text.map_err(|error| SessionError::payload("the payload is not JSON", &error))?;
    claims::check(&text)?;
    Ok(text)
}

fn check_scope(scope: &str) -> Result<(), SessionError> {
    name_error(scope_problem(scope))
}

fn check_name(what: &'static str, name: &str) -> Result<(), SessionError> {
    name_error(name_problem(what, name))
}

fn name_error(problem: Option<String>) -> Result<(), SessionError> {
    problem.map_or(Ok(()), |problem| Err(SessionError::new(SessionErrorKind::Name, problem)))
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSession(..)")
    }
}
