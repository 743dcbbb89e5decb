//! Replacing a text in a file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Writes the new content over the old.
pub fn in_place(path: &Path, old: &str, new: &str) -> Result<String> {
    let content = fs::read_to_string(path)?.replacen(old, new, 1);
    fs::write(path, &content)?;
    Ok(content)
}

/// Writes the new content beside the old, and gives it the name.
pub fn renamed(path: &Path, old: &str, new: &str) -> Result<String> {
    let content = fs::read_to_string(path)?.replacen(old, new, 1);
    let draft = PathBuf::from(format!("{}.new", path.display()));
    fs::write(&draft, &content)?;
    fs::rename(&draft, path)?;
    Ok(content)
}
