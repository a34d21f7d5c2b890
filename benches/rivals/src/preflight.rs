//! Nobody is measured who does not guard.

use axum::Router;
use axum::body::Body;
use http::StatusCode;
use jwt_guard_benches::{AccessClaims, Signer};
use tower::ServiceExt as _;

use crate::contenders::{self, Contender, Role};
use crate::scenario::{Scenario, request};
use crate::tokens::{Mint, garbage};

/// A contender that can do the algorithm, with its answers.
pub struct Entrant {
    pub contender: &'static Contender,
    pub router: Router,
    refusals: Vec<(Scenario, StatusCode)>,
}

impl Entrant {
    /// How it answers.
    pub fn status(&self, scenario: Scenario) -> StatusCode {
        let refusal = self.refusals.iter().find(|(refused, _)| *refused == scenario);
        refusal.map_or(StatusCode::OK, |(_, status)| *status)
    }
}

/// The contenders for an algorithm, one for each line of [`contenders::ALL`]; `None` cannot do it.
///
/// # Panics
///
/// When one of them refuses a good token or lets a bad one in.
pub fn check(signer: &Signer) -> Vec<Option<Entrant>> {
    contenders::ALL.iter().map(|contender| enter(contender, signer)).collect()
}

fn enter(contender: &'static Contender, signer: &Signer) -> Option<Entrant> {
    let router = (contender.router)(signer)?;
    let mint = Mint::new(signer, contender.layout);
    let asked = |what: &str, token: Option<String>| {
        let status = answer(&router, token.as_deref());
        let right = (status == StatusCode::OK) == (contender.role == Role::Floor || what == "a good token");
        assert!(right, "{} answers {status} to {what} ({})", contender.name, signer.name);
        status
    };
    let good = AccessClaims::good();
    asked("a good token", Some(mint.token(&good)));
    let foreign = AccessClaims { iss: "https://id.example/realms/other".to_owned(), ..good.clone() };
    asked("a wrong issuer", Some(mint.token(&foreign)));
    let misdirected = AccessClaims { aud: "billing-api".to_owned(), ..good };
    asked("a wrong audience", Some(mint.token(&misdirected)));
    let refusals = vec![
        (Scenario::NoToken, asked("no token", None)),
        (Scenario::Garbage, asked("garbage", Some(garbage()))),
        (Scenario::BadSignature, asked("a bad signature", Some(mint.forged()))),
        (Scenario::Expired, asked("an expired token", Some(mint.token(&AccessClaims::expired())))),
    ];
    Some(Entrant { contender, router, refusals })
}

fn answer(router: &Router, token: Option<&str>) -> StatusCode {
    let request = request(token).map(|()| Body::empty());
    match crate::block_on(router.clone().oneshot(request)) {
        Ok(response) => response.status(),
        Err(never) => match never {},
    }
}
