//! A word that changes in one attribute changes exactly what speaks of it.

use jwt_guard::Router;
use jwt_guard_tests::sample::{self, Word};
use jwt_guard_tests::{Request, Server};
use serde_json::{Map, Value, json};

use super::callers::Caller;
use super::{document, name, send};

/// Everything that the application says of itself.
async fn everything(word: Word) -> Value {
    // aide counts the types of a thread that have one name: the applications have different ones.
    aide::generate::reset_context();
    let (utoipa, aide) = (sample::by_utoipa(word), sample::by_aide(word));
    let shop = sample::guard();
    let options = sample::options().schemes(shop.openapi()).schemes(sample::partners_guard().openapi());
    json!({
        "utoipa": document(&utoipa, &options, sample::utoipa_document()),
        "aide": document(&aide, &options, sample::aide_document()),
        "table": table(&utoipa),
        "heard": heard(utoipa).await,
    })
}

fn table(router: &Router) -> Value {
    let rows = router.access_table();
    // The handlers of the two stand in two modules.
    let said = |row: &jwt_guard::routing::AccessRow| json!([row.policy, row.reason, row.guard]);
    rows.rows().iter().map(|row| (name(row), said(row))).collect::<Map<_, _>>().into()
}

/// What a server says: the challenges of every row, and the metadata.
async fn heard(router: Router) -> Value {
    let rows = router.access_table().rows().to_vec();
    let server = Server::start(router).await;
    let mut found = Map::new();
    for row in rows.iter().filter(|row| row.rule().is_some()) {
        for (who, caller) in [("anonymous", Caller::anonymous()), ("plain", Caller::plain())] {
            let answer = send(&server, row, &caller).await;
            let said = json!([answer.status.as_u16(), answer.header("www-authenticate")]);
            found.insert(format!("{} {who}", name(row)), said);
        }
    }
    for path in ["/.well-known/oauth-protected-resource/shop", "/.well-known/oauth-protected-resource"] {
        let answer = server.send(Request::get(path)).await;
        found.insert(path.to_owned(), serde_json::from_str(&answer.body).expect("metadata"));
    }
    found.into()
}

/// Where two values differ, with what each says.
fn differences(at: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(two)) => {
            let mut names: Vec<_> = one.keys().chain(two.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let [one, two] = [one, two].map(|side| side.get(name).unwrap_or(&Value::Null));
                differences(&format!("{at} > {name}"), one, two, found);
            }
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            for (index, (one, two)) in one.iter().zip(two).enumerate() {
                differences(&format!("{at} > {index}"), one, two, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{}: {before} -> {after}", at.trim_start_matches(" > "))),
    }
}

#[tokio::test]
async fn a_word_in_one_attribute_changes_exactly_the_places_that_speak_of_it() {
    let (before, after) = (everything(Word::Read).await, everything(Word::Audit).await);
    let mut found = Vec::new();
    differences("", &before, &after, &mut found);
    assert_eq!(found.join("\n"), EXPECTED.trim());
}

const EXPECTED: &str = r#"
aide > paths > /api/orders > get > security > 0 > bearer > 0: "orders:read" -> "orders:audit"
aide > paths > /api/orders > get > x-access-policy: "requires(scope = \"orders:read\")" -> "requires(scope = \"orders:audit\")"
heard > /.well-known/oauth-protected-resource/shop > scopes_supported: ["audit:read","orders:admin","orders:read","orders:search","orders:write","profile","reports:read","staff:read"] -> ["audit:read","orders:admin","orders:audit","orders:read","orders:search","orders:write","profile","reports:read","staff:read"]
heard > GET /api/orders anonymous > 1: "Bearer realm=\"api\", resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/shop\", scope=\"orders:read\"" -> "Bearer realm=\"api\", resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/shop\", scope=\"orders:audit\""
heard > GET /api/orders plain > 1: "Bearer realm=\"api\", resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/shop\", error=\"insufficient_scope\", scope=\"orders:read\"" -> "Bearer realm=\"api\", resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/shop\", error=\"insufficient_scope\", scope=\"orders:audit\""
table > GET /api/orders > 0: "requires(scope = \"orders:read\")" -> "requires(scope = \"orders:audit\")"
utoipa > paths > /api/orders > get > security > 0 > bearer > 0: "orders:read" -> "orders:audit"
utoipa > paths > /api/orders > get > x-access-policy: "requires(scope = \"orders:read\")" -> "requires(scope = \"orders:audit\")"
"#;
