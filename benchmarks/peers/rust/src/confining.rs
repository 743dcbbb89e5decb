//! Opening files below a directory, and none outside it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::Result;

/// Opens each file beneath the directory's descriptor.
pub fn by_cap_std(root: &Path, names: &[PathBuf]) -> Result<usize> {
    let dir = Dir::open_ambient_dir(root, ambient_authority())?;
    for name in names {
        dir.open(name)?;
    }
    Ok(names.len())
}

/// Looks where each path leads, and opens it if that is inside.
pub fn by_canonicalize(root: &Path, names: &[PathBuf]) -> Result<usize> {
    let top = fs::canonicalize(root)?;
    for name in names {
        let real = fs::canonicalize(top.join(name))?;
        if !real.starts_with(&top) {
            return Err(format!("{} lies outside", name.display()).into());
        }
        File::open(real)?;
    }
    Ok(names.len())
}
