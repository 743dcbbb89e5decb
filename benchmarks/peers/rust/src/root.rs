//! The directory a request is about.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A directory that exists, and what to cut off the paths below it.
pub struct Root<'a> {
    path: &'a Path,
    prefix: usize,
}

impl<'a> Root<'a> {
    pub fn open(path: &'a Path) -> io::Result<Self> {
        if !path.metadata()?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let bytes = path.as_os_str().as_bytes();
        let prefix = bytes.len() + usize::from(!bytes.ends_with(b"/"));
        Ok(Self { path, prefix })
    }

    pub fn path(&self) -> &Path {
        self.path
    }

    /// The part of a path that is below the root; nothing of the root itself.
    ///
    /// `Path::strip_prefix` compares component by component, which is not needed here:
    /// every walker builds its paths from the root as it was given.
    pub fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        let bytes = path.as_os_str().as_bytes();
        Path::new(OsStr::from_bytes(
            bytes.get(self.prefix..).unwrap_or_default(),
        ))
    }

    /// As `relative`, for a path that need not be copied to be kept.
    pub fn into_relative(&self, path: PathBuf) -> PathBuf {
        let mut bytes = path.into_os_string().into_vec();
        bytes.drain(..self.prefix.min(bytes.len()));
        OsString::from_vec(bytes).into()
    }
}

/// `directory/name` in a single allocation; `Path::join` takes two.
pub fn join(directory: &Path, name: &OsStr) -> PathBuf {
    let mut path = PathBuf::with_capacity(directory.as_os_str().len() + 1 + name.len());
    path.push(directory);
    path.push(name);
    path
}
