//! The whole policy of one handler.

use std::fmt;

use super::Requirement;
use crate::token::TokenKind;

/// Everything a policy says: who is let in, on which conditions, and what a refusal looks like.
///
/// Built in a constant with [`Rule::anonymous`] or [`Rule::authenticated`]. The attributes write exactly this.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    access: Access,
    token: TokenKind,
    requirement: Requirement,
    deny_as: DenyAs,
    redirect: Option<&'static str>,
    reason: Option<&'static str>,
    declaration: Option<Declaration>,
    takes: Takes,
}

/// What a handler takes beside its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Perhaps something that asks who calls.
    Anything,
    /// No other parameter, so that nobody looks at the request again.
    Nothing,
}

/// Which callers a policy lets in before its conditions are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Callers without a token, and callers with a good one. A bad token is refused.
    Anonymous,
    /// As [`Access::Anonymous`], and a token that is good but expired counts as none.
    AnonymousIfExpired,
    /// Callers with a good token.
    Authenticated,
}

/// What a refused caller is told.
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
    /// Lets in callers without a token and callers with a good one; what `#[anonymous_allowed]` writes.
    pub const fn anonymous() -> Self {
        Self::new(Access::Anonymous)
    }

    /// Lets in callers with a good token; what `#[authentication_required]` writes.
    pub const fn authenticated() -> Self {
        Self::new(Access::Authenticated)
    }

    const fn new(access: Access) -> Self {
        Self {
            access,
            token: TokenKind::Access,
            requirement: Requirement::All(&[]),
            deny_as: DenyAs::Refusal,
            redirect: None,
            reason: None,
            declaration: None,
            takes: Takes::Anything,
        }
    }

    /// Adds the conditions. They replace those set before.
    ///
    /// # Panics
    ///
    /// While compiling, when the rule lets anonymous callers in: nothing can be required of them.
    #[must_use]
    pub const fn requiring(mut self, requirement: Requirement) -> Self {
        assert!(matches!(self.access, Access::Authenticated), "conditions need `Rule::authenticated()`");
        self.requirement = requirement;
        self
    }

    /// Treats an expired token as no token.
    ///
    /// # Panics
    ///
    /// While compiling, when the rule does not let anonymous callers in.
    #[must_use]
    pub const fn expired_is_anonymous(mut self) -> Self {
        assert!(!matches!(self.access, Access::Authenticated), "`expired` needs `Rule::anonymous()`");
        self.access = Access::AnonymousIfExpired;
        self
    }

    /// Takes another kind of token than an access token; what `token = "refresh"` writes.
    ///
    /// # Panics
    ///
    /// While compiling, when the rule lets anonymous callers in: a refresh token says nothing of them.
    #[must_use]
    #[track_caller]
    pub const fn with_token(mut self, token: TokenKind) -> Self {
        assert!(matches!(self.access, Access::Authenticated), "`token` needs `Rule::authenticated()`");
        self.token = token;
        self
    }

    /// Answers every refusal as `deny_as` says.
    #[must_use]
    pub const fn deny_as(mut self, deny_as: DenyAs) -> Self {
        self.deny_as = deny_as;
        self
    }

    /// Sends a browser that is not authenticated to `path` with 303, with the way back in the query parameter
    /// `next`.
    ///
    /// # Panics
    ///
    /// While compiling, when `path` is not an absolute path on the same origin.
    #[must_use]
    pub const fn redirect(mut self, path: &'static str) -> Self {
        let mut rest = path.as_bytes();
        assert!(
            matches!(rest, [b'/', ..]) && !matches!(rest, [b'/', b'/' | b'\\', ..]),
            "a redirect goes to an absolute path on the same origin, such as `/login`"
        );
        while let [byte, tail @ ..] = rest {
            assert!(byte.is_ascii_graphic(), "a redirect path is printable ASCII without spaces");
            rest = tail;
        }
        self.redirect = Some(path);
        self
    }

    /// Says why the policy is as it is; shown in the access table.
    #[must_use]
    pub const fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Says where the policy was written. The attributes call this.
    #[must_use]
    pub const fn declared_at(mut self, handler: &'static str, file: &'static str, line: u32) -> Self {
        self.declaration = Some(Declaration { handler, file, line });
        self
    }

    /// Says that the handler has no other parameter. The attributes call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn taking_nothing(mut self) -> Self {
        self.takes = Takes::Nothing;
        self
    }

    /// What the handler takes beside the policy.
    pub(crate) const fn takes(&self) -> Takes {
        self.takes
    }

    /// Which callers are let in before the conditions are looked at.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// The kind of token that is taken.
    pub const fn token(&self) -> TokenKind {
        self.token
    }

    /// The conditions; `All(&[])` when there are none.
    pub const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// The conditions, for a policy that includes this one.
    ///
    /// # Panics
    ///
    /// While compiling, when this policy lets anonymous callers in, or takes another kind of token: then its conditions
    /// are not all that it says.
    #[doc(hidden)]
    #[track_caller]
    pub const fn shared_requirement(&self) -> Requirement {
        assert!(
            matches!(self.access, Access::Authenticated),
            "`policy = ..` names a policy that lets anonymous callers in"
        );
        assert!(
            matches!(self.token, TokenKind::Access),
            "`policy = ..` names a policy that takes another kind of token; write `token = ..` on the handler instead"
        );
        self.requirement
    }

    /// What a refused caller is told.
    pub const fn denies_as(&self) -> DenyAs {
        self.deny_as
    }

    /// Where a browser that is not authenticated is sent.
    pub const fn redirect_path(&self) -> Option<&'static str> {
        self.redirect
    }

    /// Why the policy is as it is.
    pub const fn reason_text(&self) -> Option<&'static str> {
        self.reason
    }

    /// Where the policy was written; `None` for one written by hand.
    pub const fn declaration(&self) -> Option<Declaration> {
        self.declaration
    }
}

/// The rule as the attribute that would write it.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.access {
            Access::Anonymous => f.write_str("anonymous_allowed"),
            Access::AnonymousIfExpired => f.write_str("anonymous_allowed(expired = \"anonymous\")"),
            Access::Authenticated => {
                let refresh = matches!(self.token, TokenKind::Refresh);
                let token = if refresh { "token = \"refresh\"" } else { "" };
                let comma = if refresh && !self.requirement.is_empty() { ", " } else { "" };
                match (refresh, self.requirement.is_empty()) {
                    (false, true) => f.write_str("authentication_required"),
                    (true, true) => write!(f, "authentication_required({token})"),
                    (_, false) => write!(f, "requires({token}{comma}{})", self.requirement),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_its_attribute() {
        assert_eq!(Rule::anonymous().to_string(), "anonymous_allowed");
        assert_eq!(
            Rule::anonymous().expired_is_anonymous().to_string(),
            "anonymous_allowed(expired = \"anonymous\")"
        );
        assert_eq!(Rule::authenticated().to_string(), "authentication_required");
        let rule = Rule::authenticated().requiring(Requirement::All(&[Requirement::Scope("a")]));
        assert_eq!(rule.to_string(), "requires(scope = \"a\")");
        let refresh = Rule::authenticated().with_token(TokenKind::Refresh);
        assert_eq!(refresh.to_string(), "authentication_required(token = \"refresh\")");
        let both = refresh.requiring(Requirement::All(&[Requirement::Fresh]));
        assert_eq!(both.to_string(), "requires(token = \"refresh\", fresh)");
    }

    #[test]
    fn a_redirect_stays_on_the_same_origin() {
        for path in ["", "login", "//evil.example", "/\\evil.example", "/a b", "https://evil.example"] {
            assert!(std::panic::catch_unwind(|| Rule::authenticated().redirect(path)).is_err(), "{path}");
        }
        assert_eq!(Rule::authenticated().redirect("/login").redirect_path(), Some("/login"));
    }

    #[test]
    fn conditions_and_anonymous_callers_exclude_each_other() {
        let conditions = || Rule::anonymous().requiring(Requirement::Scope("a"));
        assert!(std::panic::catch_unwind(conditions).is_err());
        assert!(std::panic::catch_unwind(|| Rule::authenticated().expired_is_anonymous()).is_err());
        assert!(std::panic::catch_unwind(|| Rule::anonymous().shared_requirement()).is_err());
        let refresh = || Rule::authenticated().with_token(TokenKind::Refresh).shared_requirement();
        assert!(std::panic::catch_unwind(refresh).is_err());
    }
}
