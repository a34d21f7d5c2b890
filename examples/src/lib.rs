//! What the examples have in common beside their stories: a port to listen on, and a tour for their reader.

use std::error::Error;
use std::net::Ipv4Addr;
use std::{env, fmt, io};

use jwt_guard::routing::AccessTable;
use tokio::net::TcpListener;

/// Prints the log on the standard error, from `INFO` on: there the guard says why it refuses a request.
pub fn show_log() {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
}

/// Binds the port that the first argument or `PORT` names, 3000 by default; 0 is any free one.
///
/// # Errors
///
/// The name is not a port, or the port cannot be used.
pub async fn listen() -> Result<TcpListener, Failure> {
    let port = env::args().nth(1).or_else(|| env::var("PORT").ok());
    let port = port.as_deref().unwrap_or("3000");
    let number: u16 = port
        .parse()
        .map_err(|_| Failure(format!("{port:?} is not a port; expected a number from 0 to 65535")))?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).await.map_err(|error| {
        Failure(format!("cannot listen on port {port}: {error}; choose another with PORT=3001"))
    })
}

/// The address of the program of the README, whose port is 3000 unless `PORT` names another one.
#[must_use]
pub fn address() -> (Ipv4Addr, u16) {
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok());
    (Ipv4Addr::LOCALHOST, port.unwrap_or(3000))
}

/// Prints who may call what, and the commands that show it.
///
/// A tour is written for `http://localhost:3000`, and printed for the address of `listener`. It has, for each command,
/// what the answer will be, the command, and lines that the answer will have:
///
/// ```sh
/// # 200: a login gives a token
/// curl -i http://localhost:3000/login -d 'name=ada'
/// #> {"token":"$TOKEN","expires":..}
/// ```
///
/// There `..` stands for anything, and `$TOKEN` for what a later command names so.
///
/// # Errors
///
/// The listener has no address.
pub fn print_tour(access: &AccessTable, listener: &TcpListener, tour: &str) -> io::Result<()> {
    let address = listener.local_addr()?;
    println!("Who may call what:\n\n{access}");
    println!("Try, in another terminal:\n");
    println!("{}\n", tour.trim().replace("localhost:3000", &address.to_string()));
    println!("Listening on http://{address}; stop with Ctrl-C.");
    Ok(())
}

/// Why an example ended. A `main` that returns it prints a sentence.
pub struct Failure(String);

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The sentence, because `main` prints its error so.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
