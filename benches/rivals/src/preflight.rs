//! Checks that every contender guards, before it is measured.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use jwt_guard_benches::{AccessClaims, Signer};
use tower::ServiceExt as _;

use crate::contenders::{self, Contender, Role};
use crate::scenario::{Scenario, request};
use crate::tokens::{Mint, garbage};

/// A contender that can do the algorithm, with its answers.
pub struct Entrant {
    pub contender: &'static Contender,
    pub router: Router,
    good: Answer,
    refusals: Vec<(Scenario, Answer)>,
}

/// What a client gets.
#[derive(Clone, Copy)]
pub struct Answer {
    pub status: StatusCode,
    /// Whether there is a `WWW-Authenticate`.
    pub challenge: bool,
    /// Of its body.
    pub bytes: usize,
}

impl Entrant {
    /// How it answers.
    pub fn answer(&self, scenario: Scenario) -> Answer {
        let refusal = self.refusals.iter().find(|(refused, _)| *refused == scenario);
        refusal.map_or(self.good, |(_, answer)| *answer)
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
        let answer = crate::block_on(answer(&router, token.as_deref()));
        let right = (answer.status == StatusCode::OK) == (contender.role == Role::Floor || what == GOOD);
        assert!(right, "{} answers {} to {what} ({})", contender.name, answer.status, signer.name);
        answer
    };
    let claims = AccessClaims::good();
    let good = asked(GOOD, Some(mint.token(&claims)));
    let foreign = AccessClaims { iss: "https://id.example/realms/other".to_owned(), ..claims.clone() };
    asked("a wrong issuer", Some(mint.token(&foreign)));
    let misdirected = AccessClaims { aud: "billing-api".to_owned(), ..claims };
    asked("a wrong audience", Some(mint.token(&misdirected)));
    let refusals = vec![
        (Scenario::NoToken, asked("no token", None)),
        (Scenario::Garbage, asked("garbage", Some(garbage()))),
        (Scenario::BadSignature, asked("a bad signature", Some(mint.forged()))),
        (Scenario::Expired, asked("an expired token", Some(mint.token(&AccessClaims::expired())))),
    ];
    Some(Entrant { contender, router, good, refusals })
}

const GOOD: &str = "a good token";

async fn answer(router: &Router, token: Option<&str>) -> Answer {
    let request = request(token).map(|()| Body::empty());
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let challenge = response.headers().contains_key(WWW_AUTHENTICATE);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.map_or(0, |body| body.len());
    Answer { status, challenge, bytes }
}
