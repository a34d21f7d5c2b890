//! Good tokens, many of them, and bad ones.

use std::thread;

use jwt_guard_benches::{AccessClaims, Signer};

use crate::contenders::Layout;
use crate::keys::KEY_ID;

/// Signs tokens of one layout.
#[derive(Clone, Copy)]
pub struct Mint<'a> {
    signer: &'a Signer,
    layout: Option<Layout>,
}

impl<'a> Mint<'a> {
    pub fn new(signer: &'a Signer, layout: Option<Layout>) -> Self {
        Self { signer, layout }
    }

    pub fn token(self, claims: &AccessClaims) -> String {
        match self.layout {
            Some(layout) => self.signer.sign_as(Some(KEY_ID), &layout(claims)),
            None => self.signer.sign_as(Some(KEY_ID), claims),
        }
    }

    pub fn forged(self) -> String {
        self.signer.forge(&self.token(&AccessClaims::good()))
    }

    /// Good tokens of as many users.
    pub fn tokens(self, number: usize) -> Vec<String> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let users: Vec<usize> = (0..number).collect();
        thread::scope(|scope| {
            let workers: Vec<_> = users
                .chunks(number.div_ceil(threads).max(1))
                .map(|users| scope.spawn(move || users.iter().map(|user| self.token_of(*user)).collect()))
                .collect();
            let parts = workers.into_iter().map(|worker| worker.join().expect("claims that are JSON"));
            parts.collect::<Vec<Vec<String>>>().concat()
        })
    }

    fn token_of(self, user: usize) -> String {
        let good = AccessClaims::good();
        self.token(&AccessClaims {
            sub: format!("5f0c2a9e-7d4b-4c1a-9b1e-{user:012}"),
            jti: format!("0e6b1c52-93c1-4f7e-8a55-{user:012}"),
            email: format!("user.{user:08}@example.com"),
            ..good
        })
    }
}

/// Two dots and the length of a token, but nothing that base64url could be.
pub fn garbage() -> String {
    let part = "~".repeat(146);
    format!("{part}.{part}.{part}")
}
