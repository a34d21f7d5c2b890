//! Orders of several shops: whose they are decides, and not only what a caller may do.
//!
//! | what must hold | what does it |
//! |---|---|
//! | customers see their own orders | `owner = "customer"`: the path is compared with the subject |
//! | the staff of a shop sees the orders of that shop | `path("shop") = claim("shop")` |
//! | an order is cancelled by its customer; for others it does not exist | `check = is_customer`, `deny_as = "not_found"` |
//! | a manager is a clerk too | `implies`, where `vocabulary.rs` declares scopes and roles, each with what it is for |
//! | a misspelt scope or role does not compile | policies name variants, as `Scope::Read` |
//! | money goes back only by a manager who has just logged in | `max_age = "10m"`: step-up, RFC 9470 |
//! | a change of these rules is seen in a review | `access.lock`, which a test compares with the application |
//!
//! `cargo run --example orders` serves it on port 3000 (or `PORT`), and prints what to type.

mod api;
mod model;
mod vocabulary;

use std::time::Duration;

use jwt_guard::issue::{IssueError, TokenIssuer};
use jwt_guard::setup::{Clock as _, SystemClock};
use jwt_guard::{Algorithm, Secret, SigningKey};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};

use crate::api::{app, guard};
use crate::model::Orders;
use crate::vocabulary::{Role, Scope};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A key for this run. A real service reads it from a secret store.
    let guard = guard(SigningKey::secret(Algorithm::Hs256, Secret::random())?)?;
    let tour = tour(guard.issuer().expect("there is a signing key"))?;
    let app = app(guard, Orders::sample());
    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &tour)?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// Two customers and two of the staff, and what is theirs.
fn tour(issuer: &TokenIssuer) -> Result<String, IssueError> {
    let customer = |name| issuer.access(name).scopes([Scope::Read, Scope::Write]).sign();
    let staff = |name, role: Role| issuer.access(name).roles([role]).claim("shop", "acme");
    let (ada, bob) = (customer("ada")?, customer("bob")?);
    let (clerk, manager) =
        (staff("carl", Role::Clerk).fresh().sign()?, staff("mia", Role::Manager).fresh().sign()?);
    // A login of single sign-on, an hour ago.
    let idle = staff("mia", Role::Manager).auth_time(SystemClock.now() - Duration::from_secs(3600)).sign()?;
    let [ada, bob, clerk, manager, idle] = [&ada, &bob, &clerk, &manager, &idle].map(|token| token.as_str());
    Ok(format!("ADA={ada}\nBOB={bob}\nCLERK={clerk}\nMANAGER={manager}\nIDLE={idle}\n{TOUR}"))
}

const TOUR: &str = r#"
# 200: her own orders
curl -i http://localhost:3000/customers/ada/orders -H "Authorization: Bearer $ADA"
#> [{"id":1,"customer":"ada","shop":"acme","item":"tea"}]

# 403: his are not hers
curl -i http://localhost:3000/customers/bob/orders -H "Authorization: Bearer $ADA"
#> www-authenticate: Bearer realm="api"

# 200: all orders of the shop of the clerk
curl -i http://localhost:3000/shops/acme/orders -H "Authorization: Bearer $CLERK"
#> [{"id":1,"customer":"ada","shop":"acme","item":"tea"},{"id":2,"customer":"bob","shop":"acme","item":"coffee"}]

# 200: a manager is a clerk too
curl -i http://localhost:3000/shops/acme/orders -H "Authorization: Bearer $MANAGER"
#> [{"id":1,"customer":"ada","shop":"acme","item":"tea"},{"id":2,"customer":"bob","shop":"acme","item":"coffee"}]

# 403: another shop
curl -i http://localhost:3000/shops/globex/orders -H "Authorization: Bearer $CLERK"
#> www-authenticate: Bearer realm="api"

# 403: a clerk refunds nothing
curl -i http://localhost:3000/shops/acme/refunds -H "Authorization: Bearer $CLERK" -d order=2
#> www-authenticate: Bearer realm="api"

# 401: nor does a manager who logged in an hour ago; the client asks for a new login
curl -i http://localhost:3000/shops/acme/refunds -H "Authorization: Bearer $IDLE" -d order=2
#> www-authenticate: Bearer realm="api", error="insufficient_user_authentication", max_age="600"

# 201: a manager who has just logged in does
curl -i http://localhost:3000/shops/acme/refunds -H "Authorization: Bearer $MANAGER" -d order=2
#> refunded 2

# 404: for him the order of ada does not exist
curl -i http://localhost:3000/orders/1 -X DELETE -H "Authorization: Bearer $BOB"
#> content-length: 0

# 404: as one that does not exist at all
curl -i http://localhost:3000/orders/99 -X DELETE -H "Authorization: Bearer $ADA"
#> content-length: 0

# 200: she cancels her own
curl -i http://localhost:3000/orders/1 -X DELETE -H "Authorization: Bearer $ADA"
#> cancelled 1
"#;
