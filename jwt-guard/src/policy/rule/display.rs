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
        if argument.is_empty() && self.requirement.is_empty() && !has_checks {
            return Ok(());
        }
        write!(f, "({argument}{}", self.requirement)?;
        for (index, check) in self.checks.iter().enumerate() {
            let is_first = index == 0 && argument.is_empty() && self.requirement.is_empty();
            write!(f, "{}check = {check}", if is_first { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}
