//! Runs the command, in a folder of its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// An empty folder of one test.
pub(crate) struct Folder(PathBuf);

/// What a run of the command left.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// The name is that of the test.
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test.replace("::", "-"));
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of the files.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    }

    /// Runs with the arguments, which have no spaces.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        self.run_with(arguments.split_whitespace(), "", &[])
    }

    pub(crate) fn run_on(&self, arguments: &str, input: &str) -> Run {
        self.run_with(arguments.split_whitespace(), input, &[])
    }

    pub(crate) fn run_with<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        input: &str,
        variables: &[(&str, &str)],
    ) -> Run {
        let mut command = self.command();
        command.args(arguments).envs(variables.iter().copied());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that does not read its input has closed it.
        _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }

    /// The command with no variables but those of the system.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jwt-guard"));
        command.current_dir(&self.0).env_clear();
        command
    }

    /// A key pair, and settings that sign with it.
    pub(crate) fn with_settings(test: &str) -> Self {
        let folder = Self::new(test);
        folder.run("keygen --private key.pem --public public.pem").is_done();
        folder.write(
            "guard.toml",
            "issuer = \"https://orders.example\"\naudience = [\"orders\"]\n\
             signing_key_file = \"key.pem\"\nsigning_algorithm = \"EdDSA\"\n",
        );
        folder
    }
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().expect("an exit status, not a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The standard output of a run with status 0.
    #[track_caller]
    pub(crate) fn is_done(&self) -> &str {
        self.is(0);
        &self.stdout
    }

    #[track_caller]
    pub(crate) fn is(&self, status: i32) {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
    }

    /// A run without a result: its status, and a part of the reason.
    #[track_caller]
    pub(crate) fn fails(&self, status: i32, reason: &str) {
        self.is(status);
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(reason), "{}", self.stderr);
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert!(self.stdout.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap()
    }
}
