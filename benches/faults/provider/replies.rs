//! The faulty answers.

use jwt_guard::SigningKey;
use jwt_guard::keys::KeySet;

use super::server::{EVIL_KEYS, Reply};
use super::{WITHDRAWN, new_key};

/// What the provider answers meanwhile; its keys are the first one.
pub(super) fn fault(name: &str, issuer: &str, [first, evil]: [&SigningKey; 2]) -> Option<Reply> {
    Some(match name {
        "500" | WITHDRAWN => Reply::Text(500, String::new()),
        "gone" => Reply::Closes,
        "hangs" => Reply::Hangs,
        "slow, in the middle of an answer" => Reply::Stalls,
        "slow, and its answers arrive" => Reply::Trickles,
        "flapping" => return None,
        "an empty list between good ones" => Reply::EveryOther(r#"{"keys":[]}"#.to_owned()),
        // The key is there, and cannot be read.
        "a list without a usable key" => {
            Reply::Text(200, r#"{"keys":[{"kid":"first","kty":"EC","crv":"P-256"}]}"#.to_owned())
        }
        "garbage" => Reply::Text(200, "<html>\u{0}not found</html>".repeat(100)),
        "an answer without end" => Reply::Endless,
        "redirects to other keys" => Reply::Redirects(format!("{issuer}{EVIL_KEYS}")),
        "metadata of another issuer, with other keys" => Reply::Text(
            200,
            format!(r#"{{"issuer":"https://evil.example","jwks_uri":"{issuer}{EVIL_KEYS}"}}"#),
        ),
        _ => {
            // A list without the first key would withdraw it.
            let other = new_key("evil");
            let listed = [first, evil, &other].map(|key| {
                let alone = KeySet::new([key.verifying_key()]).expect("a key").to_public_json();
                alone.trim_start_matches(r#"{"keys":["#).trim_end_matches("]}").to_owned()
            });
            Reply::Text(200, format!(r#"{{"keys":[{}]}}"#, listed.join(",")))
        }
    })
}
