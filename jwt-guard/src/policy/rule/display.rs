//! A rule as its attribute writes it: for tables, documents and the log.

use std::fmt;

use super::{Access, Rule};
use crate::token::TokenKind;

/// The rule as its attribute.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_checks = !self.checks.is_empty();
        let (name, argument) = match self.access {
            Access::Anonymous => ("anonymous_allowed", ""),
            Access::AnonymousIfExpired => ("anonymous_allowed", "expired = \"anonymous\""),
            Access::CredentialsIgnored => ("anonymous_allowed", "credentials = \"ignored\""),
            Access::Authenticated => match (self.token, self.requirement.is_empty()) {
                (TokenKind::Refresh, _) => ("authentication_required", "token = \"refresh\""),
                (TokenKind::Access, true) if !has_checks => ("authentication_required", ""),
                (TokenKind::Access, _) => ("requires", ""),
            },
        };
        f.write_str(name)?;
        let mut separator = "(";
        let mut argument_of = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            f.write_str(std::mem::replace(&mut separator, ", "))?;
            f.write_fmt(text)
        };
        if !argument.is_empty() {
            argument_of(f, format_args!("{argument}"))?;
        }
        if !self.requirement.is_empty() {
            argument_of(f, format_args!("{}", self.requirement))?;
        }
        for check in self.checks {
            argument_of(f, format_args!("check = {check}"))?;
        }
        if self.is_report_only() {
            argument_of(f, format_args!("enforcement = \"report_only\""))?;
        }
        f.write_str(if separator == "(" { "" } else { ")" })
    }
}
