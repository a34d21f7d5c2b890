//! The command as people and programs meet it: a process with arguments, files, standard streams and an exit status.

#![cfg(unix)]

mod explain;
mod guide;
mod inspect;
mod keys;
mod locks;
mod process;
mod request;
mod shell;
mod token;
