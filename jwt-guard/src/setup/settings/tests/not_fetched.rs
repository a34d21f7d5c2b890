//! Settings of the client, without a client.

use super::*;

#[test]
fn a_bearer_file_names_the_feature_that_is_off() {
    let bearer = json!({ "bearer_file": "/var/run/token", "bearer_origins": "https://id.example" });
    let found = problems(bearer);
    assert!(found.iter().any(|problem| problem.contains("needs the feature `remote-keys`")), "{found:#?}");
}
