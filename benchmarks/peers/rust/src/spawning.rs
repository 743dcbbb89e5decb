//! Running another program.

use std::process::{Command, Output};

use crate::Result;

/// Waits for a program and captures what it writes.
pub fn std_spawn(argv: &[String]) -> Result<Output> {
    let (program, arguments) = argv.split_first().ok_or("argv is empty")?;
    Ok(Command::new(program).args(arguments).output()?)
}
