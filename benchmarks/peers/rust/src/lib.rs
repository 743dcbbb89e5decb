//! The work that toolrig is measured by, done by the libraries a Rust program would use for it.

pub mod confining;
pub mod editing;
pub mod grepping;
pub mod parallel;
pub mod protocol;
pub mod reading;
pub mod root;
pub mod spawning;
pub mod walking;
pub mod work;

/// Whatever went wrong, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

pub type Result<T> = std::result::Result<T, Error>;
