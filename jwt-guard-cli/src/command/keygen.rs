//! `jwt-guard keygen`: a new key.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jwt_guard::Algorithm;
use jwt_guard::keys::{GeneratedKey, PrivateText, VerifyingKey};
use serde_json::json;

use crate::files;
use crate::new_files::{self, NewFile, Readers};
use crate::report::{Failure, Report};
use crate::{keys, shown};

/// Makes a new key.
///
/// The private file is for its owner only (mode 0600). An existing file is left as it is. `kid` is the thumbprint of
/// the key (RFC 7638), unless `--kid` names it.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The algorithm that the key signs with.
    #[arg(value_parser = keys::algorithm(), default_value = "EdDSA")]
    algorithm: Algorithm,
    /// The file of the private key, or of the secret; `-` prints it.
    #[arg(long, value_name = "FILE")]
    private: PathBuf,
    /// The file of the public key.
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// The form of both: `pem` by default, and `base64` for a secret.
    #[arg(long)]
    format: Option<Format>,
    /// The name of the key (`kid` of its tokens). PEM and base64 do not hold it.
    #[arg(long, value_name = "NAME", value_parser = keys::kid)]
    kid: Option<String>,
    /// Replaces existing files.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// PEM (PKCS#8 and SPKI), as the settings `signing_key_file` and `public_key_file` take it.
    Pem,
    /// A JSON Web Key.
    Jwk,
    /// A secret in base64 after `base64:`, as the settings `secret_file` and `signing_secret_file` take it.
    Base64,
}

pub(crate) fn run(args: &KeygenArgs, json: bool) -> Result<Report, Failure> {
    for path in [Some(&args.private), args.public.as_ref()].into_iter().flatten() {
        files::refuse_secret(path)?;
    }
    let key = GeneratedKey::new(args.algorithm).map_err(Failure::undecided)?;
    let key = match &args.kid {
        Some(kid) => key.with_id(kid),
        None => key,
    };
    let verifying = key.signing_key().verifying_key();
    let is_pair = key.secret_text().is_none();
    let format = args.format.unwrap_or(if is_pair { Format::Pem } else { Format::Base64 });
    let private = private_text(&key, format).ok_or_else(|| wrong_form(args.algorithm, format))?;
    let public = match &args.public {
        None => None,
        Some(path) if files::is_standard(path) => {
            return Err(Failure::usage("`--public` names a file: `jwt-guard jwks` prints public keys"));
        }
        Some(path) => Some((path, public_text(&verifying, format).ok_or_else(no_public)?)),
    };
    let is_printed = files::is_standard(&args.private);
    let private_file = (!is_printed).then(|| NewFile {
        path: &args.private,
        text: line(private.as_str()),
        readers: Readers::Owner,
    });
    let public_file = public.map(|(path, text)| NewFile { path, text: line(&text), readers: Readers::Usual });
    let files: Vec<_> = private_file.into_iter().chain(public_file).collect();
    new_files::write_all(&files, args.force)?;
    let kid = verifying.id().map(str::to_owned).or_else(|| verifying.thumbprint());
    let value = json!({
        "algorithm": args.algorithm.name(),
        "kid": kid,
        "private_file": (!is_printed).then(|| args.private.display().to_string()),
        "public_file": args.public.as_ref().map(|path| path.display().to_string()),
        "private_key": (is_printed && json).then(|| private.as_str()),
    });
    let text = if is_printed { line(private.as_str()) } else { String::new() };
    Ok(Report::done(text, value).with_note(note(args, kid.as_deref(), format)))
}

fn private_text(key: &GeneratedKey, format: Format) -> Option<PrivateText> {
    match format {
        Format::Pem => key.private_pem(),
        Format::Jwk => Some(key.private_jwk()),
        Format::Base64 => key.secret_text(),
    }
}

fn public_text(key: &VerifyingKey, format: Format) -> Option<String> {
    match format {
        Format::Pem => key.to_public_pem(),
        Format::Jwk => key.to_public_jwk(),
        Format::Base64 => None,
    }
}

fn wrong_form(algorithm: Algorithm, format: Format) -> Failure {
    Failure::usage(match format {
        Format::Base64 => {
            format!("`--format base64` is for secrets, and {algorithm} has a key pair: take `pem` or `jwk`")
        }
        Format::Pem | Format::Jwk => {
            format!("`--format pem` is for key pairs, and {algorithm} has a secret: take `base64` or `jwk`")
        }
    })
}

fn no_public() -> Failure {
    Failure::usage("a shared secret has no public half: leave out `--public`")
}

fn line(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// What was written, and how a guard is told of it.
fn note(args: &KeygenArgs, kid: Option<&str>, format: Format) -> String {
    let mut lines = Vec::new();
    if !files::is_standard(&args.private) {
        lines.push(format!("wrote {}, for its owner only", files::name(&args.private)));
        let name = match format {
            Format::Pem => Some("signing_key_file"),
            Format::Base64 => Some("signing_secret_file"),
            Format::Jwk => None,
        };
        if let Some(name) = name {
            let file = shown::printable(&format!("{:?}", args.private.display().to_string()));
            lines.push(format!("settings: {name} = {file}, signing_algorithm = \"{}\"", args.algorithm));
        }
    }
    if let Some(path) = &args.public {
        lines.push(format!("wrote {}", files::name(path)));
    }
    match (kid, &args.kid) {
        (Some(kid), Some(_)) => {
            let id = if format == Format::Jwk { "" } else { ": also set `signing_key_id`" };
            lines.push(format!("kid {}{id}", shown::cut(kid)));
        }
        (Some(kid), None) => lines.push(format!("kid {kid}, the thumbprint of the key")),
        (None, _) => lines.push("without a kid: give it one with `--kid`, to change it later".to_owned()),
    }
    lines.join("\n")
}
