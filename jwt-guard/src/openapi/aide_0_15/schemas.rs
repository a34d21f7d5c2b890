//! The schemas of an operation. aide collects those of a thread in one place and empties it with the first document, so
//! an operation keeps its own: then every document of a router has them, on every thread.

use std::collections::BTreeMap;

use aide::generate::in_context;
use aide::openapi::{Operation, SchemaObject};
use schemars::Schema;
use serde_json::Value;

/// Where a document has its schemas.
const PLACE: &str = "#/components/schemas/";

/// The schemas that `operation` names, and those that they name in turn.
pub(super) fn of(operation: &Operation) -> BTreeMap<String, SchemaObject> {
    let mut found = BTreeMap::new();
    let mut open = vec![serde_json::to_value(operation).unwrap_or_default()];
    in_context(|context| {
        while let Some(value) = open.pop() {
            for name in named(&value) {
                if found.contains_key(name) {
                    continue;
                }
                let Some(definition) = context.schema.definitions().get(name).cloned() else { continue };
                let Ok(mut json_schema) = Schema::try_from(definition.clone()) else { continue };
                for transform in context.schema.transforms_mut() {
                    transform.transform(&mut json_schema);
                }
                let schema = SchemaObject { json_schema, example: None, external_docs: None };
                found.insert(name.to_owned(), schema);
                open.push(definition);
            }
        }
    });
    found
}

/// The names of schemas in a part of a document.
fn named(value: &Value) -> Vec<&str> {
    let (mut names, mut open) = (Vec::new(), vec![value]);
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                names
                    .extend(fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(PLACE)));
                open.extend(fields.values());
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_found_wherever_it_is_named() {
        let operation = json!({
            "parameters": [{ "schema": { "$ref": "#/components/schemas/Id" } }],
            "requestBody": { "schema": { "oneOf": [{ "$ref": "#/components/schemas/Order" }, { "type": "null" }] } },
            "responses": { "200": { "$ref": "#/components/responses/Done" } },
        });
        let mut names = named(&operation);
        names.sort_unstable();
        assert_eq!(names, ["Id", "Order"]);
    }
}
