//! What a rule says.

use super::{Access, Declaration, DenyAs, Enforcement, Params, Rule};
use crate::policy::Requirement;
use crate::policy::reads::Reads;
use crate::token::TokenKind;

impl Rule {
    /// The parameters of the handler beside the policy.
    pub(crate) const fn params(&self) -> Params {
        self.params
    }

    /// The names of the checks that the handler makes after the conditions.
    pub const fn checks(&self) -> &'static [&'static str] {
        self.checks
    }

    /// Refuses a handler that makes other checks than the policy names.
    ///
    /// # Panics
    ///
    /// At compile time, if their number is another one.
    #[track_caller]
    pub(crate) const fn names_checks(&self, made: usize) {
        assert!(
            self.checks.len() == made,
            "the policy names other checks than `Guarded<P, C>` makes: `Rule::with_checks` names each, and \
             `C` is one, or a pair"
        );
    }

    /// What the conditions read beside scopes, roles and claims.
    pub(crate) const fn reads(&self) -> Reads {
        self.reads
    }

    /// Which callers are admitted to the conditions.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// The kind of token that the policy accepts.
    pub const fn token(&self) -> TokenKind {
        self.token
    }

    /// The conditions; `All(&[])` if there are none.
    pub const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// The conditions, for a policy that includes this one.
    ///
    /// # Panics
    ///
    /// At compile time, if this policy admits anonymous callers, or accepts another kind of token: its conditions do
    /// not express that.
    #[doc(hidden)]
    #[track_caller]
    pub const fn shared_requirement(&self) -> Requirement {
        assert!(
            matches!(self.access, Access::Authenticated),
            "`policy = ..` names a policy that lets anonymous callers in"
        );
        assert!(
            matches!(self.token, TokenKind::Access),
            "`policy = ..` names a policy that takes another kind of token; write `token = ..` on the \
             handler instead"
        );
        assert!(
            self.checks.is_empty(),
            "`policy = ..` names a policy with checks, which are part of its handler; write `check = ..` \
             beside it"
        );
        self.requirement
    }

    /// Whether the guard refuses whom the policy does not admit.
    pub const fn enforcement(&self) -> Enforcement {
        self.enforcement
    }

    /// Whether every caller is admitted.
    pub(crate) const fn is_report_only(&self) -> bool {
        matches!(self.enforcement, Enforcement::ReportOnly)
    }

    /// What the guard answers a caller whom the policy refuses.
    pub const fn deny_as(&self) -> DenyAs {
        self.deny_as
    }

    /// The path to which a browser without authentication is redirected.
    pub const fn redirect(&self) -> Option<&'static str> {
        self.redirect
    }

    /// The reason of the policy.
    pub const fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// Where the policy was written; `None` for one written by hand.
    pub const fn declaration(&self) -> Option<Declaration> {
        self.declaration
    }
}
