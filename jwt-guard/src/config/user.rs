//! The user loader of the application, with its types erased.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::causes::with_causes;
use crate::claims::typed::Misfit;
use crate::claims::{Claims, ClaimsSource};
use crate::principal::LoadedUser;
use crate::token::TokenSource;

/// Turns the claims of a valid token into the application's user.
#[derive(Clone)]
pub(crate) struct UserLoader(Arc<Load>);

type Load = dyn Fn(LoadedClaims) -> Loading + Send + Sync;
type LoadedClaims = (Arc<dyn ClaimsSource>, TokenSource);
type Loading = Pin<Box<dyn Future<Output = Result<LoadedUser, NoUser>> + Send>>;

/// Why there is no user for a valid token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoUser {
    /// The claims do not fit the type of the loader.
    Claims(Misfit),
    /// The application knows no such user.
    Unknown,
    /// The loader failed, which is not a verdict.
    Failed(String),
}

impl UserLoader {
    pub(crate) fn new<T, U, E, F, Fut>(loader: F) -> Self
    where
        T: DeserializeOwned + Send + Sync + 'static,
        U: Send + Sync + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
        F: Fn(Claims<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<U>, E>> + Send + 'static,
    {
        Self(Arc::new(move |token| match Claims::read(token) {
            Err(misfit) => Box::pin(std::future::ready(Err(NoUser::Claims(misfit)))),
            Ok(claims) => {
                let loading = loader(claims);
                Box::pin(async move {
                    match loading.await {
                        Ok(Some(user)) => Ok(LoadedUser { user: Arc::new(user), of: type_name::<U>() }),
                        Ok(None) => Err(NoUser::Unknown),
                        Err(error) => Err(NoUser::Failed(with_causes(&*error.into()))),
                    }
                })
            }
        }))
    }

    /// The user of the token.
    pub(crate) async fn load(&self, token: LoadedClaims) -> Result<LoadedUser, NoUser> {
        (self.0)(token).await
    }
}

impl fmt::Debug for UserLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserLoader(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loader_shows_nothing_of_what_it_holds() {
        let loader = UserLoader::new(|_: Claims| async { Ok::<_, fmt::Error>(Some("alice")) });
        assert_eq!(format!("{loader:?}"), "UserLoader(..)");
    }
}
