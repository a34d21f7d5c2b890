//! Scopes that imply scopes, and roles that imply roles.

use super::Builder;
use super::vocabulary::Declared;
use crate::claims::hierarchy::{Hierarchies, Hierarchy, MOST_NAMES, NotClosed};
use crate::policy::vocabulary::NameKind;
use crate::policy::{is_name, is_scope};
use crate::problems::Problems;

/// The configured implications: each a name, and what it implies.
#[derive(Debug, Default)]
pub(super) struct Implications {
    pub(super) scopes: Vec<(String, Vec<String>)>,
    pub(super) roles: Vec<(String, Vec<String>)>,
}

/// Names that imply others.
impl<K, A> Builder<K, A> {
    /// Gives a caller with the scope `name` the scopes `implied` too, and what they imply in turn. May be called for many
    /// scopes, in any order; calls for one scope add up.
    ///
    /// Every condition counts implied scopes, `not(..)` too, and so does
    /// [`Principal::scopes`](crate::Principal::scopes), for tokens and for sessions. A challenge omits scopes that
    /// others of it imply, and of several ways to be admitted it names the one that grants the fewest scopes. Implied
    /// scopes are never written into issued tokens, so a change here takes effect at once.
    ///
    /// ```
    /// use axum::{body::Body, http::Request};
    /// use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, requires, routing::post};
    /// # use tower::ServiceExt as _;
    ///
    /// #[requires(scope = "orders:write")]
    /// async fn order() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = JwtGuard::builder()
    ///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
    ///     .audience("orders")
    ///     .scope_implies("orders:admin", ["orders:write"])
    ///     .scope_implies("orders:write", ["orders:read"])
    ///     .build()?;
    /// let issuer = guard.issuer().expect("there is a signing key");
    /// let app = Router::new().route("/orders", post(order)).with_guard(guard.clone()).into_axum();
    ///
    /// for (scope, status) in [("orders:admin", 200), ("orders:write", 200), ("orders:read", 403)] {
    ///     let token = issuer.access("alice").scopes([scope]).sign()?;
    ///     let request = Request::post("/orders").header("authorization", format!("Bearer {}", token.as_str()));
    ///     assert_eq!(app.clone().oneshot(request.body(Body::empty())?).await?.status(), status);
    /// }
    ///
    /// let refused = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("orders")
    ///     .scope_implies("a", ["b"])
    ///     .scope_implies("b", ["a"])
    ///     .build();
    /// assert!(refused.unwrap_err().to_string().contains("`a -> b -> a`"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Self::build) refuses names that are not scopes (RFC 6749 section 3.3), a scope that implies
    /// itself, directly or through others, and more than 512 names. It names each illegal name, and a cycle
    /// for each implication that is part of one.
    pub fn scope_implies<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into).collect();
        self.draft.implications.scopes.push((name.into(), implied));
        self
    }

    /// Gives a caller with the role `name` the roles `implied` too: as [`scope_implies`](Self::scope_implies) for scopes.
    ///
    /// ```
    /// use jwt_guard::{JwtGuard, Secret};
    ///
    /// let guard = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("orders")
    ///     .role_implies("admin", ["clerk", "auditor"])
    ///     .build()?;
    ///
    /// let refused = JwtGuard::builder().secret(Secret::random()).audience("orders").role_implies("admin", ["admin"]).build();
    /// assert!(refused.unwrap_err().to_string().contains("`admin -> admin`"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Self::build) refuses empty names and names with a control character, and otherwise as for scopes.
    pub fn role_implies<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into).collect();
        self.draft.implications.roles.push((name.into(), implied));
        self
    }
}

/// Which names of a kind are legal.
#[derive(Clone, Copy)]
pub(super) struct Legal {
    pub(super) is_legal: fn(&str) -> bool,
    /// Ends the sentence about one that is not.
    pub(super) expected: &'static str,
}

pub(super) const SCOPE: Legal = Legal {
    is_legal: is_scope,
    expected: "not a scope: expected printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), \
               each scope by itself",
};

pub(super) const ROLE: Legal = Legal {
    is_legal: is_name,
    expected: "not a role: expected a name such as `clerk`, without control characters",
};

impl Implications {
    /// Closes the hierarchies. If one is not legal, its problem is recorded and the hierarchy is empty.
    pub(super) fn close(&self, declared: &Declared, problems: &mut Problems) -> Hierarchies {
        let [scopes, roles] = [
            (NameKind::Scope, "`scope_implies`", "`scopes` with `scope_implies`"),
            (NameKind::Role, "`role_implies`", "`roles` with `role_implies`"),
        ]
        .map(|(kind, alone, both)| if declared.has(kind) { both } else { alone });
        Hierarchies {
            scopes: close(scopes, &self.scopes, SCOPE, problems),
            roles: close(roles, &self.roles, ROLE, problems),
        }
    }
}

fn close(
    setters: &str,
    implications: &[(String, Vec<String>)],
    Legal { is_legal, expected }: Legal,
    problems: &mut Problems,
) -> Hierarchy {
    let mut illegal = Vec::new();
    for name in implications.iter().flat_map(|(name, implied)| [name].into_iter().chain(implied)) {
        if !is_legal(name) && !illegal.contains(&name) {
            illegal.push(name);
        }
    }
    for name in illegal {
        problems.setting(format!("{setters} names {name:?}, which is {expected}"));
    }
    match Hierarchy::close(implications) {
        Ok(hierarchy) => return hierarchy,
        Err(NotClosed::TooMany(names)) => {
            problems.setting(format!("{setters} names {names} different names; at most {MOST_NAMES}"));
        }
        Err(NotClosed::Cycles(cycles)) => {
            for cycle in cycles {
                let cycle: Vec<_> = cycle.iter().map(|name| name.escape_debug().to_string()).collect();
                problems.setting(format!(
                    "{setters} forms a cycle, `{}`: a name cannot imply itself; leave one of these \
                     implications out",
                    cycle.join(" -> ")
                ));
            }
        }
    }
    Hierarchy::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(implications: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        implications.iter().map(|(name, implied)| ((*name).to_owned(), texts(implied))).collect()
    }

    #[test]
    fn every_problem_of_both_hierarchies_is_noted_once() {
        let implications = Implications {
            scopes: owned(&[
                ("a b", &["c", ""]),
                ("x", &["y"]),
                ("y", &["x", "a b"]),
                ("s", &["s"]),
                ("ok", &["fine"]),
            ]),
            roles: owned(&[("Site Admin", &["clerk", "\n"]), ("clerk", &["Site Admin"])]),
        };
        let mut problems = Problems::default();
        let hierarchies = implications.close(&Declared::default(), &mut problems);
        assert_eq!(format!("{hierarchies:?}"), "Hierarchies { scopes: {}, roles: {} }");
        let found: Vec<_> = problems.or(Some(())).unwrap_err().problems().collect();
        let starts = [
            r#"`scope_implies` names "a b", which is not a scope: expected printable ASCII"#,
            r#"`scope_implies` names "", which is not a scope"#,
            "`scope_implies` forms a cycle, `s -> s`",
            "`scope_implies` forms a cycle, `x -> y -> x`",
            r#"`role_implies` names "\n", which is not a role"#,
            "`role_implies` forms a cycle, `Site Admin -> clerk -> Site Admin`",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (problem, start) in found.iter().zip(starts) {
            assert!(problem.starts_with(start), "{start}: {problem}");
        }
    }

    #[test]
    fn a_legal_scope_is_one_role_of_many() {
        let implications = Implications { roles: owned(&[("a b", &["\u{e9}"])]), ..Implications::default() };
        let mut problems = Problems::default();
        let hierarchies = implications.close(&Declared::default(), &mut problems);
        assert!(problems.or(Some(())).is_ok());
        assert_eq!(format!("{:?}", hierarchies.roles), "{\"a b\": [\"\u{e9}\"]}");
    }

    #[test]
    fn too_many_names_are_counted() {
        let steps = (0..MOST_NAMES).map(|index| (index.to_string(), vec![(index + 1).to_string()])).collect();
        let mut problems = Problems::default();
        Implications { scopes: steps, ..Implications::default() }.close(&Declared::default(), &mut problems);
        let found: Vec<_> = problems.or(Some(())).unwrap_err().problems().collect();
        assert_eq!(found, ["`scope_implies` names 513 different names; at most 512"]);
    }
}
