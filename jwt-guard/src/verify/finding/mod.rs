//! What was expected and found where a token was refused: for the log and for explanations.
//!
//! The verdict is made already. This reads the token again, without believing it.

mod claims;
mod dates;
mod header;

use super::contents::{Contents, Said, Segments};
use super::rules::Rules;
use super::{IssuerRules, Verifier, VerifyError};
use crate::caught::caught;
use crate::claims::numeric_date::NumericDate;
use crate::keys::{Algorithm, SelectError, VerifyingKey};
use crate::shown::{Finding, list};
use crate::token::{LONGEST_HEADER, MAX_TOKEN_LEN, Malformed};

/// What the log says about a refused token.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) said: Said,
    pub(crate) finding: Finding,
}

/// A refused token, with the rules that it was judged by.
struct Judged<'a> {
    text: &'a [u8],
    contents: &'a Contents<'a>,
    verifier: &'a Verifier,
    /// The issuer that it names, or the only one.
    issuer: Option<&'a IssuerRules>,
}

impl Verifier {
    /// What there is to say about a token that was refused for this reason.
    pub(crate) fn report(&self, token: &[u8], reason: &VerifyError) -> Report {
        let segments = Segments::of(token, self.max_token_len);
        let contents = Contents::of(&segments, &self.issuers);
        let named = |issuer: &&IssuerRules| {
            let name = contents.claim("iss").and_then(|name| name.as_text());
            name.is_some_and(|name| issuer.rules.has_issuer(name))
        };
        let issuer = match &*self.issuers {
            [only] => Some(only),
            several => several.iter().find(named),
        };
        let judged = Judged { text: token, contents: &contents, verifier: self, issuer };
        let said = Said::of(&contents, judged.rules());
        Report { finding: judged.finding(reason), said }
    }
}

impl<'a> Judged<'a> {
    fn rules(&self) -> Option<&'a Rules> {
        self.issuer.map(|issuer| &issuer.rules)
    }

    /// The time now; `None` if the clock has none, or panics.
    fn now(&self) -> Option<NumericDate> {
        caught(|| self.verifier.date().ok()).ok().flatten()
    }

    /// Every reason has its own arm, so a new one does not compile without a decision.
    fn finding(&self, reason: &VerifyError) -> Finding {
        match reason {
            VerifyError::Malformed(form) => self.form(*form),
            VerifyError::HeaderNotJson | VerifyError::PayloadNotJson => {
                Finding::expected("one plain JSON object in base64url")
            }
            VerifyError::HeaderRefused(name) => self.header_parameter(name),
            VerifyError::WrongType => self.kind(),
            VerifyError::AlgorithmNotAllowed | VerifyError::Key(SelectError::AlgorithmNotAllowed) => {
                self.algorithm()
            }
            VerifyError::Key(SelectError::Ambiguous) => self.ambiguous_key(),
            VerifyError::Key(SelectError::UnknownKey) | VerifyError::UnknownRemoteKey(_) => {
                self.unknown_key()
            }
            VerifyError::NoKeys(_) => self.no_keys(),
            VerifyError::BadSignature => self.signature(),
            VerifyError::ClaimMalformed(name) => self.malformed_claim(name),
            VerifyError::ClaimMissing(name) => self.missing_claim(name),
            VerifyError::WrongIssuer => self.wrong_issuer(),
            VerifyError::WrongAudience => self.wrong_audience(),
            VerifyError::WrongClient => self.wrong_client(),
            VerifyError::WrongValue(name) => self.wrong_value(name),
            VerifyError::SenderConstrained => Finding::new("a bearer token, without `cnf`", "`cnf`"),
            VerifyError::NotYetValid => self.not_before(),
            VerifyError::IssuedInFuture => self.issued_at(),
            VerifyError::LifetimeTooLong => self.lifetime(),
            VerifyError::TooOld => self.age(),
            VerifyError::Expired => self.expiry(),
            VerifyError::ClockBefore1970 => Finding::new("a clock after 1970", "an earlier time"),
        }
    }

    /// The length and the number of segments.
    fn form(&self, form: Malformed) -> Finding {
        const FORM: &str = "three base64url segments with two dots";
        /// What scripts send that have no token.
        const NOTHING: [&str; 4] = ["undefined", "null", "NaN", "[object Object]"];

        let length = self.text.len();
        let text = std::str::from_utf8(self.text).unwrap_or_default();
        match form {
            Malformed::TooLong => {
                let longest = self.verifier.max_token_len;
                let finding = Finding::new(format!("at most {longest} bytes"), format!("{length} bytes"));
                // No setting admits a token beyond the maximum.
                if length <= MAX_TOKEN_LEN { finding.by(".max_token_len(..)") } else { finding }
            }
            Malformed::HeaderTooLong => {
                let header = self.text.iter().take_while(|&&byte| byte != b'.').count();
                Finding::new(format!("a header of at most {LONGEST_HEADER} bytes"), format!("{header} bytes"))
            }
            Malformed::Encrypted => Finding::new("a signed token (JWS): three segments", "five segments"),
            _ if NOTHING.contains(&text) => Finding::new(FORM, format!("the text `{text}`")),
            Malformed::Opaque => Finding::new(FORM, format!("{length} characters without a dot")),
            Malformed::NotCompact => {
                let scheme =
                    text.split_once(' ').is_some_and(|(word, _)| word.eq_ignore_ascii_case("bearer"));
                let found = match self.text.first() {
                    _ if scheme => "`Bearer` before the token, where the whole value is the token".to_owned(),
                    Some(b'"') => "a quotation mark before the token".to_owned(),
                    _ => {
                        let segments = self.text.split(|&byte| byte == b'.');
                        let empty = segments.clone().any(<[u8]>::is_empty);
                        let what = if empty { ", of which one is empty" } else { "" };
                        match segments.count() {
                            1 => format!("{length} characters without a dot"),
                            3 if !empty => "characters that are not base64url".to_owned(),
                            segments => format!("{segments} segments{what}"),
                        }
                    }
                };
                let finding = Finding::new(FORM, found);
                if scheme { finding.by("TokenLocation::header_with_scheme(..)") } else { finding }
            }
        }
    }
}

/// The algorithms of some keys, each once.
fn algorithms<'k>(keys: impl Iterator<Item = &'k VerifyingKey>) -> Vec<Algorithm> {
    keys.fold(Vec::new(), |mut all, key| {
        if !all.contains(&key.algorithm()) {
            all.push(key.algorithm());
        }
        all
    })
}

/// One of several accepted texts.
fn one_of(texts: &[String]) -> String {
    let shown = list(texts.iter().map(String::as_str));
    if texts.len() > 1 { format!("one of {shown}") } else { shown }
}
