//! An error with its causes, on one line, for the log.

use std::error::Error;

/// The message of `error`, and those of everything that caused it. What these say may come from a server or a request,
/// so line breaks, control characters and invisible ones are escaped: a message cannot look like another entry.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = escaped(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&escaped(&error.to_string()));
        cause = error.source();
    }
    text
}

/// The text with everything escaped that could look like another entry of the log.
pub(crate) fn escaped(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for letter in message.chars() {
        match letter {
            '"' | '\'' | '\\' => text.push(letter),
            _ => text.extend(letter.escape_debug()),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{fmt, io};

    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes() {
        let cause = io::Error::new(io::ErrorKind::ConnectionRefused, fmt::Error);
        let error = Box::<dyn Error + Send + Sync>::from(cause);
        assert_eq!(with_causes(&*error), fmt::Error.to_string());
        let boxed: Box<dyn Error + Send + Sync> = "no answer".into();
        assert_eq!(with_causes(&*boxed), "no answer");
    }

    #[test]
    fn a_message_and_its_causes_stay_on_one_visible_line() {
        #[derive(Debug)]
        struct Failed(&'static str, Option<Box<Self>>);
        impl fmt::Display for Failed {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }
        impl Error for Failed {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                self.1.as_deref().map(|cause| cause as _)
            }
        }
        for (message, shown) in [
            ("no answer\r\n2026-01-01 ERROR forged", r"no answer\r\n2026-01-01 ERROR forged"),
            ("\u{1b}[2J\0\t\u{7f}\u{85}", r"\u{1b}[2J\0\t\u{7f}\u{85}"),
            ("\u{2028}\u{2029}\u{202e}\u{200b}\u{feff}", r"\u{2028}\u{2029}\u{202e}\u{200b}\u{feff}"),
            (r#"the key "é" isn't at C:\keys"#, r#"the key "é" isn't at C:\keys"#),
        ] {
            let error = Failed(message, Some(Box::new(Failed(message, None))));
            assert_eq!(with_causes(&error), format!("{shown}: {shown}"));
        }
    }
}
