//! A node of its own process with its store in a file, on a disk that fails.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, io};

use jwt_guard::setup::SystemClock;
use jwt_guard::store::FileStore;
use tokio::time::{Instant, sleep};

use crate::app::{Node, builder};
use crate::found::Found;
use crate::load::{Over, under_load};
use crate::servers::Directory;

pub(crate) const NAMES: [&str; 8] = [
    "writes fail",
    "synchronising fails",
    "slow",
    "flapping",
    "full",
    "good, and the process is killed",
    "writes fail, and the process is killed meanwhile",
    "lying, and then the process is killed",
];

/// The argument before the file of a process that is a node.
const NODE: &str = "--node";

const FAULT: Duration = Duration::from_secs(4);

const KILLS: u32 = 3;

/// `None` if there is no C compiler here.
pub(crate) async fn measure(name: &str) -> Option<Found> {
    let directory = Directory::new();
    let disk = Disk::new(&directory)?;
    let mut node = Process::start(&directory, &disk, 0);
    let (port, mut killed) = (node.port, 0);
    let fault = async {
        match name {
            "writes fail" => disk.does('e', FAULT).await,
            "synchronising fails" => disk.does('y', FAULT).await,
            "slow" => disk.does('s', FAULT).await,
            "flapping" => {
                for _ in 0..4 {
                    disk.does('y', Duration::from_millis(200)).await;
                    sleep(Duration::from_millis(1300)).await;
                }
            }
            "full" => disk.does('f', FAULT).await,
            "good, and the process is killed" => {
                for _ in 0..KILLS {
                    killed += u64::from(node.kill());
                    node = Process::start(&directory, &disk, port);
                    sleep(FAULT / 4).await;
                }
                return Over { is_killed: true, ..Over::default() };
            }
            // What memory has, and the disk does not, is gone with it.
            "writes fail, and the process is killed meanwhile" => {
                for _ in 0..KILLS {
                    // Behind a slow write the changes of all callers wait, so the first that fails has some of each.
                    disk.says('s');
                    sleep(Duration::from_millis(350)).await;
                    disk.says('e');
                    sleep(FAULT / 4).await;
                    node.kill();
                    disk.says('w');
                    node = Process::start(&directory, &disk, port);
                    sleep(Duration::from_millis(300)).await;
                }
                return Over { is_killed: true, ..Over::default() };
            }
            _ => {
                // It takes everything, writes nothing, and says that it did; until the process is killed.
                let start = Instant::now();
                disk.says('l');
                sleep(FAULT).await;
                let window = Some(start..=start + Duration::from_secs(3600));
                return Over { window, ..Over::default() };
            }
        }
        Over::default()
    };
    let measured = under_load(&[port], fault).await;
    drop(node);
    disk.says('w');
    let again = Process::start(&directory, &disk, 0);
    let mut found = measured.seen_by(again.port).await;
    found.met = killed + disk.met();
    if name.starts_with("lying") {
        found.require(found.not_promised > 0, "nothing was lost");
    }
    // A refresh that the disk did not take can be repeated; one that it took may have had no answer.
    found.require_repeatable(killed);
    if name == "slow" {
        found.require_changes();
    }
    Some(found)
}

/// What tells the preloaded library what the disk does.
struct Disk {
    library: PathBuf,
    letter: PathBuf,
    met: PathBuf,
}

impl Disk {
    fn new(directory: &Directory) -> Option<Self> {
        let [source, library, letter, met] =
            ["disk.c", "disk.so", "disk", "met"].map(|name| directory.path().join(name));
        fs::write(&source, include_str!("disk.c")).expect("a file");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(&source);
        match compile.status() {
            Ok(status) => assert!(status.success(), "the library compiles"),
            Err(error) => {
                eprintln!("skipped: there is no C compiler ({error})");
                return None;
            }
        }
        let disk = Self { library, letter, met };
        disk.says('w');
        Some(disk)
    }

    fn says(&self, letter: char) {
        // In one step, so that no reader finds it empty.
        let new = self.letter.with_extension("new");
        fs::write(&new, letter.to_string()).and_then(|()| fs::rename(&new, &self.letter)).expect("a letter");
    }

    async fn does(&self, letter: char, length: Duration) {
        self.says(letter);
        sleep(length).await;
        self.says('w');
    }

    /// How often it did not do what it should.
    fn met(&self) -> u64 {
        fs::metadata(&self.met).map_or(0, |met| met.len())
    }
}

/// A running node. It is killed. The system goes on and keeps what the process has written: only a disk that [lies](NAMES)
/// loses more, as in a power failure.
struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// At this port; 0 is any.
    fn start(directory: &Directory, disk: &Disk, port: u16) -> Self {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .arg(NODE)
            .arg(directory.path().join("tokens.db"))
            .arg(port.to_string())
            .env("LD_PRELOAD", &disk.library)
            .env("DISK", &disk.letter)
            .env("MET", &disk.met)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program, once more");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        Self { child, port: line.trim().parse().expect("a port") }
    }
}

impl Process {
    /// Whether it ran until then.
    fn kill(&mut self) -> bool {
        self.child.kill().is_ok() && self.child.wait().is_ok_and(|status| status.signal() == Some(9))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The file and the port of the node that this process is to be.
pub(crate) fn meant() -> Option<(PathBuf, u16)> {
    let mut args = env::args().skip_while(|arg| arg != NODE).skip(1);
    Some((PathBuf::from(args.next()?), args.next()?.parse().ok()?))
}

pub(crate) async fn serve_until_the_end_of_input(file: &Path, port: u16) {
    let store = FileStore::open(file).await.expect("a store");
    let guard = builder().clock(SystemClock).token_store(store).build().expect("a good configuration");
    let node = Node::start_at(port, guard).await;
    println!("{}", node.port);
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await.ok();
}
