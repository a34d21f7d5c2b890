//! An error with its causes, on one line, for the log.

use std::error::Error;

/// The message of `error`, and those of everything that caused it.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
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
}
