//! What valgrind counts, and what it shows of the processor.

use std::env;
use std::process::{Command, Output};

use crate::cases::Case;

/// Whether valgrind can be asked at all.
pub(crate) fn is_installed() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Instructions of one request, or why they cannot be counted.
pub(crate) fn count(case: &Case) -> Result<u64, String> {
    let tool = [
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        "--collect-atstart=no",
        "--toggle-collect=*counted_requests*",
        "--toggle-collect=*counted_signatures*",
    ];
    let output = under_valgrind(&tool, &["--play", case.name])?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse::<u64>().ok());
    count.map(|count| count / case.number() as u64).ok_or_else(|| format!("{}: {text}", case.name))
}

/// The processor as a program sees it under valgrind, or why there is none.
pub(crate) fn processor_there() -> Result<String, String> {
    let output = under_valgrind(&["--tool=none"], &["--processor"])?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The processor as this program sees it: what chooses code of crypto and copies.
pub(crate) fn processor() -> String {
    let mut words = vec![env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! seen {
            ($($name:tt)*) => { [$(($name, std::arch::is_x86_feature_detected!($name))),*] };
        }
        let seen = seen! {
            "sse3" "ssse3" "sse4.1" "sse4.2" "aes" "pclmulqdq" "avx" "avx2" "fma" "bmi1" "bmi2" "adx" "sha" "movbe" "f16c"
            "rdrand" "rdseed" "avx512f"
        };
        words.extend(seen.into_iter().filter_map(|(name, is_seen)| is_seen.then_some(name)));
    }
    words.join(" ")
}

fn under_valgrind(tool: &[&str], args: &[&str]) -> Result<Output, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind").args(tool).arg(program).args(args).output();
    let output = output.map_err(|error| format!("valgrind: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        Err(format!("valgrind, {}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
    }
}
