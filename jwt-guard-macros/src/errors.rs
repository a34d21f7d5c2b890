//! The one place where mistakes are collected.

use proc_macro2::Span;
use quote::ToTokens;

/// Collects every mistake of one attribute, so that all of them are reported at once.
///
/// The function that finds a mistake pushes it here and returns `None`: the wrong part produces nothing, and the parts
/// beside it are still checked.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct ErrorSink {
    errors: Vec<syn::Error>,
    #[cfg(test)]
    finished: bool,
}

impl ErrorSink {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports a mistake on exactly these tokens.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports a mistake at a place without its own token.
    pub(crate) fn push_at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    /// Adds the mistakes of a part that was checked separately.
    pub(crate) fn append(&mut self, part: Self) {
        self.errors.extend(part.finish());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// All mistakes, in the order in which they were found.
    pub(crate) fn finish(mut self) -> Vec<syn::Error> {
        #[cfg(test)]
        {
            self.finished = true;
        }
        std::mem::take(&mut self.errors)
    }
}

/// Dropping an unread sink would lose its mistakes, so our tests fail on it.
#[cfg(test)]
impl Drop for ErrorSink {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "an error sink was dropped unread");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_reported_in_the_order_in_which_they_were_found() {
        let mut errors = ErrorSink::new();
        assert!(errors.is_empty());
        errors.push(quote::quote!(a b), "first");
        errors.push_at(Span::call_site(), "second");
        assert!(!errors.is_empty());
        let messages: Vec<_> = errors.finish().iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["first", "second"]);
    }

    #[test]
    #[should_panic(expected = "dropped unread")]
    fn an_unread_sink_is_a_failure() {
        drop(ErrorSink::new());
    }
}
