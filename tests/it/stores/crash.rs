//! What was acknowledged before a crash, and what must be true after it.

use std::sync::Arc;

use jwt_guard::store::{Begun, Rotated, StoreError, TokenStatus, TokenStore};
use tokio::task::JoinSet;

use super::{answer, facts, login, present, rotation, token};

/// How many logins rotate at the same time.
const LOGINS: usize = 8;

/// Something that a store has acknowledged, as one line of text.
pub(super) enum Acknowledged {
    /// The login of this name has begun, or gone on, to the token of this number.
    Login(String, usize),
    /// The token of this name is revoked.
    Revoked(String),
}

impl Acknowledged {
    pub(super) fn to_line(&self) -> String {
        match self {
            Self::Login(name, token) => format!("login {name} {token}\n"),
            Self::Revoked(name) => format!("revoked {name}\n"),
        }
    }

    /// `None` for a line that is not one, or was cut.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        let mut words = line.strip_suffix('\n')?.split(' ');
        match (words.next()?, words.next()?, words.next()) {
            ("login", name, Some(token)) => Some(Self::Login(name.to_owned(), token.parse().ok()?)),
            ("revoked", name, None) => Some(Self::Revoked(name.to_owned())),
            _ => None,
        }
    }
}

/// Rotates and revokes until the store fails, and says what is acknowledged.
pub(super) async fn work(
    store: Arc<impl TokenStore>,
    round: &str,
    acknowledge: impl Fn(Acknowledged) + Clone + Send + Sync + 'static,
) {
    let mut logins = JoinSet::new();
    for login in 0..LOGINS {
        let (store, acknowledge, name) = (store.clone(), acknowledge.clone(), format!("{round}-{login}"));
        logins.spawn(async move {
            work_on(&*store, &name, acknowledge).await.expect_err("it ends with a failure")
        });
    }
    logins.join_all().await;
}

async fn work_on(
    store: &impl TokenStore,
    name: &str,
    acknowledge: impl Fn(Acknowledged),
) -> Result<std::convert::Infallible, StoreError> {
    let now = present();
    assert_eq!(store.begin(login(name, "0", now), now).await?, Begun::Living);
    acknowledge(Acknowledged::Login(name.to_owned(), 0));
    for current in 0.. {
        let next = current + 1;
        let rotation = rotation(name, &current.to_string(), &next.to_string(), now);
        assert_eq!(store.rotate(rotation, now).await?, Rotated::Fresh);
        acknowledge(Acknowledged::Login(name.to_owned(), next));
        let revoked = format!("{name}-{next}");
        store.revoke(token(&revoked, now), now).await?;
        acknowledge(Acknowledged::Revoked(revoked));
    }
    unreachable!("the numbers have no end")
}

/// Checks that a store has lost nothing, and says how many rotations there were. The logins are over after that.
pub(super) async fn verify(store: &impl TokenStore, acknowledged: &[Acknowledged]) -> usize {
    let now = present();
    let mut last = std::collections::BTreeMap::new();
    for fact in acknowledged {
        match fact {
            Acknowledged::Login(name, token) => last.insert(name, *token),
            Acknowledged::Revoked(name) => {
                let status = answer(store.token_status(&facts(name, None, now), now)).await.unwrap();
                assert_eq!(status, TokenStatus::Revoked, "the revocation of {name} is lost");
                continue;
            }
        };
    }
    for (i, (name, token)) in last.iter().enumerate() {
        let rotate =
            |presented: usize| store.rotate(rotation(name, &presented.to_string(), "next", now), now);
        if i % 2 == 0 && *token > 0 {
            let result = rotate(token - 1).await.unwrap();
            assert_eq!(result, Rotated::Reused, "{name} had gone on from {token}");
        } else {
            // The rotation after the acknowledged one may have been done without an answer.
            let result = rotate(*token).await.unwrap();
            assert!(matches!(result, Rotated::Fresh | Rotated::Reused), "{name} at {token}: {result:?}");
        }
    }
    last.values().sum()
}
