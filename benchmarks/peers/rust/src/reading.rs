//! Reading files: many whole ones, and some lines of one.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::thread;

use crate::Result;

pub fn one_by_one(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    paths
        .iter()
        .map(|path| fs::read(path).map_err(Into::into))
        .collect()
}

/// Gives each thread an equal share.
pub fn on_threads(paths: &[PathBuf], threads: usize) -> Result<Vec<Vec<u8>>> {
    let share = paths.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let readers: Vec<_> = paths
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(fs::read).collect()))
            .collect();
        let mut contents = Vec::with_capacity(paths.len());
        for reader in readers {
            let read: std::io::Result<Vec<_>> = reader.join().expect("a reader panicked");
            contents.append(&mut read?);
        }
        Ok(contents)
    })
}

pub fn lines(path: &Path, first: usize, limit: usize) -> Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    for _ in 1..first {
        line.clear();
        file.read_until(b'\n', &mut line)?;
    }
    line.clear();
    for _ in 0..limit {
        file.read_until(b'\n', &mut line)?;
    }
    Ok(String::from_utf8(line)?)
}
