//! One way to be admitted by a policy.

use std::borrow::Cow;
use std::time::Duration;

use super::login::LoginNeed;

/// One way to be admitted: all of these together. A refusal has the way that is easiest for its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Way {
    pub(super) scopes: Cow<'static, [&'static str]>,
    pub(super) roles: Vec<&'static str>,
    /// `None` if any login will do. In a box, because few ways have one, and every failure has the size of a way.
    login: Option<Box<LoginNeed>>,
}

impl Way {
    /// The scopes that a new token must have, as a challenge names them.
    pub fn scopes(&self) -> &[&'static str] {
        &self.scopes
    }

    /// The roles that the caller must have.
    pub fn roles(&self) -> &[&'static str] {
        &self.roles
    }

    /// Whether the token must come from a login, and not from a refresh.
    pub fn is_fresh(&self) -> bool {
        self.login().fresh
    }

    /// The longest time since the login, in whole seconds; `None` if it may be any (RFC 9470 section 3).
    pub fn max_age(&self) -> Option<Duration> {
        self.login().max_age
    }

    /// The values of `acr` of which the login must have one, in the order of preference; empty if it may have any (RFC
    /// 9470 section 3).
    pub fn acr_values(&self) -> &[&'static str] {
        self.login().acr.as_deref().unwrap_or_default()
    }

    /// Whether the login must be a special one.
    pub(crate) fn asks_for_a_login(&self) -> bool {
        self.login.is_some()
    }

    /// The login that it asks for.
    pub(super) fn login(&self) -> &LoginNeed {
        self.login.as_deref().unwrap_or(&LoginNeed::NOTHING)
    }

    /// The same with this login.
    pub(super) fn with_login(self, login: LoginNeed) -> Self {
        Self { login: (!login.is_nothing()).then(|| Box::new(login)), ..self }
    }

    pub(super) fn scope(name: &'static str) -> Self {
        Self::from(vec![name])
    }

    pub(super) fn role(name: &'static str) -> Self {
        Self { roles: vec![name], ..Self::default() }
    }

    /// Both ways at once.
    pub(super) fn and(&self, other: &Self) -> Self {
        let scopes = union(&self.scopes, &other.scopes).into();
        let both = Self { scopes, roles: union(&self.roles, &other.roles), login: None };
        both.with_login(self.login().and(other.login()))
    }

    /// What both ways ask for.
    pub(super) fn common(&self, other: &Self) -> Self {
        let scopes = intersection(&self.scopes, &other.scopes).into();
        let common = Self { scopes, roles: intersection(&self.roles, &other.roles), login: None };
        common.with_login(self.login().common(other.login()))
    }
}

/// The way of a token with these scopes.
impl From<Cow<'static, [&'static str]>> for Way {
    fn from(scopes: Cow<'static, [&'static str]>) -> Self {
        Self { scopes, ..Self::default() }
    }
}

impl From<Vec<&'static str>> for Way {
    fn from(scopes: Vec<&'static str>) -> Self {
        Self::from(Cow::Owned(scopes))
    }
}

/// The way of a token from such a login.
impl From<LoginNeed> for Way {
    fn from(login: LoginNeed) -> Self {
        Self::default().with_login(login)
    }
}

fn union(one: &[&'static str], two: &[&'static str]) -> Vec<&'static str> {
    let mut names: Vec<_> = one.iter().chain(two).copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn intersection(one: &[&'static str], two: &[&'static str]) -> Vec<&'static str> {
    one.iter().filter(|name| two.contains(name)).copied().collect()
}
