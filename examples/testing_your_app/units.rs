//! Functions and handlers by themselves, with a caller whose token was verified. A policy that reads the path needs a
//! request.

use jwt_guard::Principal;
use jwt_guard::respond::{FailureKind, Rejection};
use jwt_guard::testing::TestCaller;

use crate::shop::greeting;
use crate::{Shop, shop};

#[tokio::test]
async fn a_manager_is_welcomed_back() {
    let Shop { issuer, .. } = shop();
    let greet = async |caller: TestCaller| greeting(&caller.extract::<Principal>().await.unwrap());
    assert_eq!(greet(issuer.caller("ada").roles(["manager"])).await, "welcome back, ada");
    assert_eq!(greet(issuer.caller("ada")).await, "welcome, ada");
}

/// The first argument of a guarded handler proves that its policy was met, so there is no way to call it past the
/// policy.
#[tokio::test]
async fn a_handler_is_called_with_what_its_policy_admits() {
    #[jwt_guard::requires(scope = "greet")]
    async fn greet(caller: Principal) -> String {
        greeting(&caller)
    }

    let Shop { issuer, .. } = shop();
    let call = async |caller: TestCaller| -> Result<String, Rejection> {
        Ok(greet(caller.extract().await?, caller.extract().await?).await)
    };
    assert_eq!(call(issuer.caller("ada").scopes(["greet"])).await.unwrap(), "welcome, ada");
    assert_eq!(call(issuer.caller("bob")).await.unwrap_err().kind(), FailureKind::InsufficientScope);
}
