//! What is set: by the methods of the builders, and by the environment.

mod durations;
mod from_env;
