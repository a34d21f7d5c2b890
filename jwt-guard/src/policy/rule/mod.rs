//! The whole policy of one handler.

mod display;
mod read;

use super::Requirement;
use super::check::assert_names;
use super::reads::Reads;
use crate::token::TokenKind;

/// A whole policy: who is admitted, under which conditions, and what a refusal looks like.
///
/// Built in a constant with [`Rule::anonymous`] or [`Rule::authenticated`]. The attributes write exactly this.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    access: Access,
    token: TokenKind,
    requirement: Requirement,
    enforcement: Enforcement,
    deny_as: DenyAs,
    redirect: Option<&'static str>,
    reason: Option<&'static str>,
    declaration: Option<Declaration>,
    params: Params,
    reads: Reads,
    checks: &'static [&'static str],
}

/// The parameters of a handler beside its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Params {
    /// Perhaps an extractor of the caller.
    Any,
    /// None, so that no other extractor sees the request.
    None,
}

/// Which callers a policy admits to its conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Callers without a token, and callers with a valid one. A bad token is refused.
    Anonymous,
    /// As [`Access::Anonymous`], and a token whose only fault is that it has expired counts as absent.
    AnonymousIfExpired,
    /// Every caller, as anonymous: tokens and sessions are ignored, valid or not.
    CredentialsIgnored,
    /// Callers with a valid token.
    Authenticated,
}

/// Whether the guard refuses whom a policy does not admit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Enforcement {
    /// It refuses.
    #[default]
    Enforced,
    /// It logs what it would refuse, and admits. **Every caller is admitted.**
    ReportOnly,
}

/// What a policy answers a caller whom it refuses: `deny_as = ".."` of an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DenyAs {
    /// 401 or 403, with a challenge.
    #[default]
    Refusal,
    /// 404 without a challenge, as if the route did not exist.
    NotFound,
}

/// Where a policy was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The module path and name of the handler.
    pub handler: &'static str,
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

impl Rule {
    /// Admits callers without a token and callers with a valid one; what `#[anonymous_allowed]` writes.
    pub const fn anonymous() -> Self {
        Self::new(Access::Anonymous)
    }

    /// Admits callers with a valid token; what `#[authentication_required]` writes.
    pub const fn authenticated() -> Self {
        Self::new(Access::Authenticated)
    }

    const fn new(access: Access) -> Self {
        Self {
            access,
            token: TokenKind::Access,
            requirement: Requirement::All(&[]),
            enforcement: Enforcement::Enforced,
            deny_as: DenyAs::Refusal,
            redirect: None,
            reason: None,
            declaration: None,
            params: Params::Any,
            reads: Reads::NOTHING,
            checks: &[],
        }
    }

    /// Adds the conditions.
    ///
    /// # Panics
    ///
    /// At compile time: if the rule admits anonymous callers, who cannot meet conditions; if it accepts refresh tokens,
    /// which have no scopes, roles and claims; if it has conditions already; and if a condition has an impossible name,
    /// such as a role with white space at its end; and if a condition on the path, [`Requirement::MaxAge`] or
    /// [`Requirement::Acr`] stands below [`Requirement::Not`].
    #[must_use]
    #[track_caller]
    pub const fn with_requirement(mut self, requirement: Requirement) -> Self {
        assert!(matches!(self.access, Access::Authenticated), "conditions need `Rule::authenticated()`");
        assert!(
            self.requirement.is_empty(),
            "the rule has conditions already; join them with `Requirement::All(&[..])`"
        );
        requirement.check();
        self.reads = Reads::of(&requirement);
        self.requirement = requirement;
        self.check_token();
        self
    }

    /// Without this, `Not(..)` would admit every refresh token, and all other conditions none.
    #[track_caller]
    const fn check_token(&self) {
        assert!(
            matches!(self.token, TokenKind::Access) || self.requirement.is_empty(),
            "a refresh token carries no scopes, roles and claims, so nothing else can be required beside it; put the \
             conditions on the handlers that take access tokens"
        );
        assert!(
            matches!(self.token, TokenKind::Access) || matches!(self.enforcement, Enforcement::Enforced),
            "a handler of refresh tokens exchanges them, so its policy cannot be report-only"
        );
    }

    /// Treats an expired token as no token.
    ///
    /// # Panics
    ///
    /// At compile time, if the rule does not admit anonymous callers, or ignores credentials.
    #[must_use]
    pub const fn expired_is_anonymous(mut self) -> Self {
        assert!(!matches!(self.access, Access::Authenticated), "`expired` needs `Rule::anonymous()`");
        assert!(
            !matches!(self.access, Access::CredentialsIgnored),
            "`expired` looks at tokens, and `credentials_ignored` at none"
        );
        self.access = Access::AnonymousIfExpired;
        self
    }

    /// Ignores tokens and sessions; what `credentials = "ignored"` writes. Every caller is anonymous.
    ///
    /// For logins: a token that is not valid any more must not prevent its owner from getting a new one. If the guard
    /// reads cookies or sessions, a request that changes something and comes from a page of another site is refused:
    /// otherwise that site could log a person in to another account.
    ///
    /// # Panics
    ///
    /// At compile time, if the rule does not admit anonymous callers, or treats expired tokens.
    #[must_use]
    pub const fn credentials_ignored(mut self) -> Self {
        assert!(
            matches!(self.access, Access::Anonymous | Access::CredentialsIgnored),
            "`credentials_ignored` needs `Rule::anonymous()` alone"
        );
        self.access = Access::CredentialsIgnored;
        self
    }

    /// Accepts another kind of token than access tokens; what `token = "refresh"` writes.
    ///
    /// # Panics
    ///
    /// At compile time, if the rule admits anonymous callers, who have no token; and if it has conditions, which a
    /// refresh token cannot meet.
    #[must_use]
    #[track_caller]
    pub const fn with_token(mut self, token: TokenKind) -> Self {
        assert!(matches!(self.access, Access::Authenticated), "`token` needs `Rule::authenticated()`");
        self.token = token;
        self.check_token();
        self
    }

    /// Logs what the policy would refuse, and admits every caller; what `enforcement = "report_only"` writes. To try a
    /// policy out on an application that runs.
    ///
    /// A caller with a valid token is admitted as who it is, and any other as an anonymous one. What is not a verdict, such
    /// as a store that does not answer, is answered as always.
    ///
    /// # Panics
    ///
    /// At compile time, if the rule admits anonymous callers, who are not refused; and if it accepts refresh tokens, which
    /// its handler exchanges.
    #[must_use]
    #[track_caller]
    pub const fn report_only(mut self) -> Self {
        assert!(
            matches!(self.access, Access::Authenticated),
            "`report_only` needs `Rule::authenticated()`: `Rule::anonymous()` has nothing to try out"
        );
        self.enforcement = Enforcement::ReportOnly;
        self.check_token();
        self
    }

    /// Answers every refusal as `deny_as` says.
    ///
    /// # Panics
    ///
    /// At compile time, if the route is to be hidden but has a redirect, which shows it.
    #[must_use]
    #[track_caller]
    pub const fn with_deny_as(mut self, deny_as: DenyAs) -> Self {
        self.deny_as = deny_as;
        self.check_refusal();
        self
    }

    #[track_caller]
    const fn check_refusal(&self) {
        assert!(
            matches!(self.deny_as, DenyAs::Refusal) || self.redirect.is_none(),
            "`DenyAs::NotFound` hides the route and a redirect shows it"
        );
    }

    /// Redirects a browser without authentication to `path` with 303, with the way back in the query parameter `next`.
    ///
    /// # Panics
    ///
    /// At compile time, if `path` is not an absolute path on the same origin, if it has a fragment, or if the route is hidden by
    /// [`DenyAs::NotFound`].
    #[must_use]
    #[track_caller]
    pub const fn with_redirect(mut self, path: &'static str) -> Self {
        let mut rest = path.as_bytes();
        assert!(
            matches!(rest, [b'/', ..]) && !matches!(rest, [b'/', b'/' | b'\\', ..]),
            "a redirect goes to an absolute path on the same origin, such as `/login`"
        );
        while let [byte, tail @ ..] = rest {
            assert!(byte.is_ascii_graphic(), "a redirect path is printable ASCII without spaces");
            assert!(*byte != b'#', "a redirect path has no fragment, after which `next` would not be read");
            rest = tail;
        }
        self.redirect = Some(path);
        self.check_refusal();
        self
    }

    /// Takes over the refusal of an included policy: whether it hides the route, and where it redirects browsers. The
    /// attributes call this for each `policy = ..`.
    ///
    /// # Panics
    ///
    /// At compile time, if this rule or another included policy contradicts it, or if it is report-only and this is not.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn refusing_as(mut self, included: &Self) -> Self {
        assert!(
            matches!(included.enforcement, Enforcement::Enforced)
                || matches!(self.enforcement, Enforcement::ReportOnly),
            "`policy = ..` names a policy that is report-only; write `enforcement = \"report_only\"` here too, or enforce it there"
        );
        if matches!(included.deny_as, DenyAs::NotFound) {
            assert!(
                self.redirect.is_none(),
                "`policy = ..` names a policy that hides the route (`deny_as`), and a `redirect` shows it"
            );
            self.deny_as = DenyAs::NotFound;
        }
        if let Some(path) = included.redirect {
            assert!(
                matches!(self.deny_as, DenyAs::Refusal),
                "`policy = ..` names a policy that redirects, and `deny_as = \"not_found\"` hides the route"
            );
            if let Some(known) = self.redirect {
                assert!(
                    are_equal(known.as_bytes(), path.as_bytes()),
                    "`policy = ..` names a policy that redirects to another path"
                );
            }
            self.redirect = Some(path);
        }
        self
    }

    /// Sets the reason of the policy, for the access table.
    #[must_use]
    pub const fn with_reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Names the checks that the handler makes after the conditions, as [`Guarded`](crate::extract::Guarded) has them in its second
    /// parameter. The attributes call this for `check = ..`.
    ///
    /// # Panics
    ///
    /// At compile time, if a name is not a path of Rust in ASCII, such as `rules::owns_order`: log, access table and access
    /// lock show it as it is.
    #[must_use]
    #[track_caller]
    pub const fn with_checks(mut self, names: &'static [&'static str]) -> Self {
        assert_names(names);
        self.checks = names;
        self
    }

    /// Sets where the policy was written. The attributes call this.
    #[must_use]
    pub const fn with_declaration(mut self, handler: &'static str, file: &'static str, line: u32) -> Self {
        self.declaration = Some(Declaration { handler, file, line });
        self
    }

    /// Declares that the handler has no other parameter. The attributes call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn taking_nothing(mut self) -> Self {
        self.params = Params::None;
        self
    }
}

const fn are_equal(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, one_tail @ ..], [second, other_tail @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        one = one_tail;
        other = other_tail;
    }
    one.is_empty() && other.is_empty()
}

#[cfg(test)]
mod tests;
