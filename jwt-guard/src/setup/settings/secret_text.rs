//! Secrets and PEM as people put them into variables and files.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserializer;
use zeroize::Zeroizing;

use super::values::{self, Written, line};
use crate::secret::Secret;

/// The text before a secret in base64.
const PREFIX: &str = "base64:";

/// With padding or without it, and never with bits that are thrown away.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// A secret of a text: without one line end, and decoded after `base64:`.
pub(super) fn of_text(text: &str) -> Result<Secret, String> {
    let text = line(text);
    let Some(encoded) = text.strip_prefix(PREFIX) else { return Ok(text.into()) };
    let engine = if encoded.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    // The cause is dropped: it quotes a byte of the secret.
    let bytes = engine.decode(encoded).map_err(|_| {
        format!(
            "what follows `{PREFIX}` is not base64; for a secret that is itself a text, leave out `{PREFIX}`"
        )
    })?;
    Ok(Zeroizing::new(bytes).as_slice().into())
}

/// A secret of a file. Every byte of a binary file is part of it.
pub(super) fn of_file(bytes: Secret) -> Result<Secret, String> {
    match std::str::from_utf8(bytes.expose()) {
        Ok(text) => of_text(text),
        Err(_) => Ok(bytes),
    }
}

/// A secret as a setting.
pub(super) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    values::given::<D, SecretText>(deserializer).map(|secret| secret.map(|SecretText(secret)| secret))
}

struct SecretText(Secret);

impl Written for SecretText {
    const EXPECTED: &'static str = "a text, or base64 after `base64:`";

    fn read(text: String) -> Result<Self, String> {
        of_text(&Zeroizing::new(text)).map(Self)
    }
}

/// PEM whose line ends were escaped on the way through a variable: `\n` as two characters. PEM has no backslash.
pub(super) fn pem(text: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.contains("\\n"))?;
    let lines = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    Some(lines.as_str().into())
}
