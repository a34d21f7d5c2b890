//! Names as variants of an enum: by path, imported, as a constant, of an enum by hand, and under another name of the crate.

use jwt_guard::Router;
use jwt_guard::policy::{Roles, Term};
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

mod names {
    jwt_guard::scopes! {
        #[non_exhaustive]
        pub(crate) enum Scope {
            /// See orders.
            Read = "orders:read",
            Write = "orders:write" implies Read,
            // Not used by the code, and no warning.
            Export = "orders:export" implies [Self::Read, Scope::Write],
        }
    }

    renamed::roles! {
        crate = ::renamed;

        #[derive(Debug, Default, PartialOrd)]
        pub(super) enum Role {
            #[default]
            HR = "Human resources",
            r#Static = "static",
        }
    }

    // Used in no attribute, and no warning.
    jwt_guard::roles! {
        enum Unused {
            A = "a",
        }
    }
}

/// Variants whose names the expansion uses too, one that is deprecated, and an enum that is compiled out.
mod unusual {
    jwt_guard::scopes! {
        #[cfg(not(any()))]
        pub(crate) enum Answer {
            Ok = "ok",
            Err = "err" implies Answer::Ok,
            Error = "error",
            String = "string",
            #[deprecated = "use `Ok`"]
            Fine = "fine" implies Ok,
            All = "all",
        }
    }

    jwt_guard::roles! {
        #[cfg(any())]
        #[doc = include_str!("vocabulary.rs")]
        enum CompiledOut {
            A = "a",
        }
    }
}

use names::Role::HR;
use names::{Role, Scope};

const USUAL: Scope = Scope::Read;

enum Team {
    Sales,
}

impl Team {
    const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Sales => b"sales",
        }
    }
}

impl Roles for Team {
    const TERMS: &'static [Term] = &[Term::new("sales")];
}

#[requires(scope = USUAL, any(scope = names::Scope::Write, role = HR, role = Role::r#Static), not(role = Team::Sales))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(
        policies(&router),
        [
            r#"requires(scope = "orders:read", any(scope = "orders:write", role = "Human resources", role = "static"), not(role = "sales"))"#
        ]
    );
    assert_eq!(Role::default(), Role::HR);
    assert_eq!("err".parse(), Ok(unusual::Answer::Err));
    assert_eq!(unusual::Answer::try_from("error"), Ok(unusual::Answer::Error));
    assert_eq!(unusual::Answer::all().len(), 6);
}
