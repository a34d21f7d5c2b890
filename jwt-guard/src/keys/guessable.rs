//! Finds secrets that are long enough, but known or guessable.

use zeroize::Zeroizing;

/// Why a secret can be guessed, in words that follow *the secret*; `None` if no reason was found.
///
/// This finds secrets that were copied, typed to reach a length, or never filled. It cannot find every weak secret.
pub(super) fn reason(secret: &[u8]) -> Option<&'static str> {
    if has_few_bytes(secret) && is_typed_or_filler(secret) {
        return Some("consists of few different bytes");
    }
    if is_repetition(secret) && is_typed_or_filler(secret) {
        return Some("repeats one short piece");
    }
    if is_count(secret) && is_typed_or_filler(secret) {
        return Some("counts from one byte to the next");
    }
    is_placeholder(secret).then_some("stands in examples, or consists of such words")
}

/// Whether there are very few different bytes. 32 random decimal digits have as few once in 17 million cases.
pub(super) fn has_few_bytes(secret: &[u8]) -> bool {
    const FEW: usize = 5;
    let mut seen = [false; 256];
    for &byte in secret {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.into_iter().filter(|seen| *seen).count() <= FEW
}

/// Whether the bytes are a row of the keyboard, memory that was never filled, or a debug fill pattern.
fn is_typed_or_filler(secret: &[u8]) -> bool {
    const FILLERS: &[u8] = b"\xa5\xaa\xad\xba\xbe\xca\xcc\xcd\xdd\xde\xef\xf0\xfd\xfe\xff";
    secret.iter().all(|byte| byte.is_ascii() || FILLERS.contains(byte))
}

/// Whether the secret is one piece, repeated three times or more.
fn is_repetition(secret: &[u8]) -> bool {
    (1..=secret.len() / 3).any(|piece| {
        let (once, again) = (secret, secret.get(piece..).unwrap_or_default());
        once.iter().zip(again).all(|(before, after)| before == after)
    })
}

/// Whether nine in ten bytes are as the one before, or next to it: `aaaabbbb..`, `0123456789abcdef..`, 0 to 31.
fn is_count(secret: &[u8]) -> bool {
    let pairs = secret.iter().zip(secret.get(1..).unwrap_or_default());
    let near = pairs.filter(|(before, after)| before.abs_diff(**after) <= 1).count();
    near.saturating_mul(10) >= secret.len().saturating_sub(1).saturating_mul(9)
}

/// The words of secrets in examples, templates and tutorials, and rows of the keyboard.
const WORDS: [&[u8]; 34] = [
    b"0123456789",
    b"1234567890",
    b"abcdefghijklmnopqrstuvwxyz",
    b"asdfghjkl",
    b"bit",
    b"change",
    b"characters",
    b"default",
    b"development",
    b"example",
    b"insecure",
    b"jwt",
    b"keyboard",
    b"key",
    b"least",
    b"long",
    b"password",
    b"placeholder",
    b"please",
    b"production",
    b"qwertyuiop",
    b"replace",
    b"secret",
    b"string",
    b"super",
    b"that",
    b"this",
    b"token",
    b"valid",
    b"very",
    b"which",
    b"with",
    b"your",
    b"zxcvbnm",
];

/// Whether almost no letter or digit remains without the words of examples: `change-me-..`, `your-256-bit-secret`, and
/// the default secrets of jwt.io.
///
/// Few letters alone do not tell: 32 random decimal digits are 16 bytes of ASCII in one of 40 cases, if they are read as
/// hexadecimal ones. Five letters of words beside them occur by chance less than once in a million.
fn is_placeholder(secret: &[u8]) -> bool {
    const LEFT: usize = 12;
    const LEAST: usize = 5;
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(
        secret.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect(),
    );
    let (mut rest, mut left) = (text.as_slice(), 0_usize);
    while let Some((_, tail)) = rest.split_first() {
        match WORDS.iter().find_map(|word| rest.strip_prefix(*word)) {
            Some(tail) => rest = tail,
            None => (rest, left) = (tail, left.saturating_add(1)),
        }
    }
    secret.is_ascii() && left < LEFT && text.len().saturating_sub(left) >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_examples_and_fillers_are_guessed() {
        for secret in [
            &b"a-string-secret-at-least-256-bits-long"[..],
            b"a-string-secret-at-least-384-bits-long-which-is-very-long",
            b"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
            b"your-256-bit-secret-your-256-bit-secret",
            b"Your_Super_Secret_JWT_Key_Change_In_Production",
            b"change-me-change-me-change-me-change-me",
            b"CHANGE ME CHANGE ME CHANGE ME !!",
            b"please-change-this-secret-key-123",
            b"secretsecretsecretsecretsecretsecret",
            b"super-secret-jwt-token-with-at-least-32-characters-long",
            b"00000000000000000000000000000000",
            b"12341234123412341234123412341234",
            b"abcabcabcabcabcabcabcabcabcabcabcd",
            b"hunter2-hunter2-hunter2-hunter2-",
            b"abcdefghijklmnopqrstuvwxyz123456",
            b"0123456789abcdef0123456789abcdef",
            b"aaaabbbbccccddddeeeeffffgggghhhh",
            &std::array::from_fn::<u8, 32, _>(|byte| byte as u8),
            b"1234567890-=!@#$%^&*()_+[]{};':,./<>?",
            b"qwertyuiop[]asdfghjkl;'zxcvbnm,./",
            &[0; 32],
            &[7; 64],
            &[0xff; 32],
            b"\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef",
            &[[0; 31].as_slice(), &[1]].concat(),
        ] {
            assert!(reason(secret).is_some(), "{:?}", String::from_utf8_lossy(secret));
        }
    }

    #[test]
    fn random_secrets_are_not() {
        for secret in [
            // `openssl rand -hex 32`, `-base64 32`, and pieces of them beside a word.
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "V3xNq7LrT0aYc9ZkHd2JmP5sWbE8uGfQ",
            "kM3vQ0dJ8xN5rT2wB7zL4hF9cG1mY6pX+aS/eU0iO8o=",
            "my-jwt-secret-key-9f86d081884c7d659a2f",
            "48151623420918273645546372819003",
        ] {
            assert_eq!(reason(secret.as_bytes()), None, "{secret}");
        }
    }

    #[test]
    fn bytes_that_neither_a_keyboard_nor_a_filler_makes_may_be_few_or_repeated() {
        let piece = b"\x91\x07\xe3\x5c\x88\x1f\xb2\x6d\xc4\x3a\x90";
        for secret in [&[0x91; 32][..], &[*piece; 3].concat()] {
            assert_eq!(reason(secret), None);
        }
        assert!(has_few_bytes(&[0x91; 32]), "it is warned of");
        assert!(reason(&[&piece[1..2]; 32].concat()).is_some());
    }

    #[test]
    fn a_secret_of_words_needs_12_letters_or_digits_that_are_not() {
        for word in WORDS {
            let secret = |rest: &str| [word, b"-", word, b" ", rest.as_bytes()].concat();
            assert!(reason(&secret("9f86d081884")).is_some(), "{word:?}");
            assert_eq!(reason(&secret("9f86d081884c")), None, "{word:?}");
        }
    }

    #[test]
    fn no_random_bytes_are_guessed() {
        for _ in 0..2_000 {
            let mut bytes = [0; 32];
            crate::random::fill(&mut bytes).unwrap();
            assert_eq!((reason(&bytes), has_few_bytes(&bytes)), (None, false));
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(reason(hex.as_bytes()), None, "{hex}");
        }
    }
}
