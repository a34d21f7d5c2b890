//! A word that changes in one attribute changes exactly what speaks of it.

use jwt_guard::Router;
use jwt_guard_tests::hs256;
use serde_json::{Value, json};

/// The same application, but for one word.
macro_rules! application {
    ($module:ident, $scope:literal) => {
        mod $module {
            use jwt_guard::openapi::aide_0_15;
            use jwt_guard::{Router, anonymous_allowed, requires, routes};

            #[utoipa::path(get, path = "/orders", responses((status = OK, description = "all")))]
            #[requires(scope = $scope)]
            async fn list() {}

            #[utoipa::path(post, path = "/orders", responses((status = OK, description = "one")))]
            #[requires(scope = "orders:write", role = "clerk")]
            async fn create() {}

            #[utoipa::path(get, path = "/catalogue", responses((status = OK, description = "goods")))]
            #[anonymous_allowed]
            async fn catalogue() {}

            pub(super) fn by_utoipa() -> Router {
                Router::new().routes(routes!(list, create, catalogue))
            }

            pub(super) fn by_aide() -> Router {
                Router::new()
                    .route("/orders", aide_0_15::get(list).merge(aide_0_15::post(create)))
                    .route("/catalogue", aide_0_15::get(catalogue))
            }
        }
    };
}

application!(before, "orders:read");
application!(after, "orders:audit");

/// Where two documents differ, with what each says.
fn differences(at: &str, before: &Value, after: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (before, after) {
        (Value::Object(one), Value::Object(two)) => {
            let mut names: Vec<_> = one.keys().chain(two.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let [one, two] = [one, two].map(|side| side.get(name).unwrap_or(&Value::Null));
                differences(&format!("{at}/{name}"), one, two, found);
            }
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            for (index, (one, two)) in one.iter().zip(two).enumerate() {
                differences(&format!("{at}/{index}"), one, two, found);
            }
        }
        _ if before == after => {}
        _ => found.push((at.to_owned(), before.clone(), after.clone())),
    }
}

/// Table, document and metadata of an application.
fn everything<D>(router: Router, mut document: D) -> Value
where
    D: jwt_guard::openapi::Document + serde::Serialize,
{
    let guard = hs256();
    let router = router.with_guard(guard.clone());
    let options = jwt_guard::openapi::DocumentOptions::new().schemes(guard.openapi().token_url("/login"));
    let table = router.access_table();
    table.document_with(&options, &mut document).unwrap();
    let mut rows: Value = serde_json::from_str(&table.to_json()).unwrap();
    for row in rows.as_array_mut().unwrap() {
        // The two applications stand in two modules.
        row.as_object_mut().unwrap().retain(|name, _| ["method", "path", "policy"].contains(&name.as_str()));
    }
    json!({ "table": rows, "document": document })
}

#[test]
fn a_word_in_one_attribute_changes_exactly_the_places_that_speak_of_it() {
    use super::{by_aide, by_utoipa};

    let utoipa =
        [before::by_utoipa(), after::by_utoipa()].map(|router| everything(router, by_utoipa::empty()));
    let aide = [before::by_aide(), after::by_aide()].map(|router| everything(router, by_aide::empty()));
    let (read, audit) = (json!("orders:read"), json!("orders:audit"));
    let policy = |scope: &str| json!(format!("requires(scope = {scope:?})"));
    let flow = "/document/components/securitySchemes/oauth2/flows/password/scopes";
    let operation = "/document/paths/~orders/get";
    let expected = [
        (format!("{flow}/orders:audit"), Value::Null, audit.clone()),
        (format!("{flow}/orders:read"), read.clone(), Value::Null),
        (format!("{operation}/security/0/oauth2/0"), read.clone(), audit.clone()),
        (format!("{operation}/security/1/bearer/0"), read, audit),
        (format!("{operation}/x-access-policy"), policy("orders:read"), policy("orders:audit")),
        ("/table/1/policy".to_owned(), policy("orders:read"), policy("orders:audit")),
    ]
    .map(|(at, one, two)| (at.replace("~orders", "/orders"), one, two));
    for [before, after] in [utoipa, aide] {
        let mut found = Vec::new();
        differences("", &before, &after, &mut found);
        assert_eq!(found, expected);
    }
}
