//! The scripts on the server, each of which is one atomic step.

use std::sync::LazyLock;

use redis::Script;

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("common.lua"), include_str!($file))));)*
    };
}

scripts! {
    ALLOW = "allow.lua";
    BEGIN = "begin.lua";
    IS_ALLOWED = "is_allowed.lua";
    MARK = "mark.lua";
    REFRESH_STATUS = "refresh_status.lua";
    REVOKE_FAMILY = "revoke_family.lua";
    REVOKE_SUBJECT = "revoke_subject.lua";
    REVOKE_TOKEN = "revoke_token.lua";
    ROTATE = "rotate.lua";
    TOKEN_STATUS = "token_status.lua";
    TAIL = "tail.lua";
}

#[cfg(test)]
mod tests {
    use crate::timestamp::Timestamp;

    #[test]
    fn server_and_ledger_keep_entries_equally_long() {
        let line = format!("local LEEWAY = {} ", Timestamp::LEEWAY.as_millis());
        assert!(include_str!("common.lua").contains(&line));
    }
}
