//! Every path below a directory that is not a directory itself.

use std::cmp::Reverse;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet};
use ignore::{DirEntry, WalkBuilder};
use jwalk::Parallelism;
use walkdir::WalkDir;

use crate::root::{Root, join};
use crate::{Result, parallel};

/// A path with what `lstat` says about it.
pub struct Stat {
    pub path: PathBuf,
    pub size: u64,
    pub modified_ns: i64,
}

impl Stat {
    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Self {
            path,
            size: metadata.size(),
            modified_ns: metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec(),
        }
    }
}

pub fn std_walk(root: &Root) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    descend(root.path(), Path::new(""), &mut |_, path| {
        found.push(path);
        Ok(())
    })?;
    Ok(found)
}

pub fn std_stat(root: &Root) -> Result<Vec<Stat>> {
    let mut found = Vec::new();
    descend(root.path(), Path::new(""), &mut |entry, path| {
        found.push(Stat::new(path, &entry.metadata()?));
        Ok(())
    })?;
    Ok(found)
}

fn descend<V>(directory: &Path, relative: &Path, visit: &mut V) -> io::Result<()>
where
    V: FnMut(&fs::DirEntry, PathBuf) -> io::Result<()>,
{
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = join(relative, &entry.file_name());
        if entry.file_type()?.is_dir() {
            descend(&entry.path(), &path, visit)?;
        } else {
            visit(&entry, path)?;
        }
    }
    Ok(())
}

pub fn walkdir_walk(root: &Root) -> Result<Vec<PathBuf>> {
    walkdir_entries(root)
        .map(|entry| Ok(root.into_relative(entry?.into_path())))
        .collect()
}

pub fn walkdir_stat(root: &Root) -> Result<Vec<Stat>> {
    walkdir_entries(root)
        .map(|entry| {
            let entry = entry?;
            let metadata = entry.metadata()?;
            Ok(Stat::new(root.into_relative(entry.into_path()), &metadata))
        })
        .collect()
}

pub fn walkdir_glob(root: &Root, pattern: &str) -> Result<Vec<PathBuf>> {
    let globs = compile(pattern)?;
    let mut found = Vec::new();
    for entry in walkdir_entries(root) {
        let entry = entry?;
        if globs.is_match(root.relative(entry.path())) {
            found.push(root.into_relative(entry.into_path()));
        }
    }
    Ok(found)
}

fn walkdir_entries(root: &Root) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    WalkDir::new(root.path())
        .into_iter()
        .filter(|entry| !entry.as_ref().is_ok_and(|entry| entry.file_type().is_dir()))
}

/// `ignore` on the calling thread.
pub fn ignore_walk(root: &Root, builder: &WalkBuilder) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in builder.build() {
        let entry = entry?;
        if !is_directory(&entry) {
            found.push(root.into_relative(entry.into_path()));
        }
    }
    Ok(found)
}

pub fn parallel_walk(root: &Root, builder: &WalkBuilder) -> Result<Vec<PathBuf>> {
    parallel::collect(builder, || {
        |entry, found| {
            if !is_directory(&entry) {
                found.push(root.into_relative(entry.into_path()));
            }
            Ok(())
        }
    })
}

pub fn parallel_stat(root: &Root, builder: &WalkBuilder) -> Result<Vec<Stat>> {
    parallel::collect(builder, || {
        |entry, found| {
            if !is_directory(&entry) {
                let metadata = entry.metadata()?;
                found.push(Stat::new(root.into_relative(entry.into_path()), &metadata));
            }
            Ok(())
        }
    })
}

pub fn parallel_glob(root: &Root, builder: &WalkBuilder, pattern: &str) -> Result<Vec<PathBuf>> {
    let globs = compile(pattern)?;
    parallel::collect(builder, || {
        |entry, found| {
            if !is_directory(&entry) && globs.is_match(root.relative(entry.path())) {
                found.push(root.into_relative(entry.into_path()));
            }
            Ok(())
        }
    })
}

/// The paths modified last, the newest first.
pub fn parallel_newest(root: &Root, builder: &WalkBuilder, limit: usize) -> Result<Vec<PathBuf>> {
    let mut found = parallel_stat(root, builder)?;
    if limit < found.len() {
        found.select_nth_unstable_by_key(limit, |stat| Reverse(stat.modified_ns));
        found.truncate(limit);
    }
    found.sort_unstable_by_key(|stat| Reverse(stat.modified_ns));
    Ok(found.into_iter().map(|stat| stat.path).collect())
}

/// A walk of everything.
pub fn everything(root: &Root, threads: usize) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root.path());
    builder.standard_filters(false).threads(threads);
    builder
}

/// A walk of what git would add. `.ignore` files, which git does not know, are left alone.
pub fn unignored(root: &Root, threads: usize) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root.path());
    builder
        .hidden(false)
        .ignore(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .threads(threads);
    builder
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

pub fn jwalk_walk(root: &Root, threads: usize) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let walk = jwalk::WalkDir::new(root.path())
        .skip_hidden(false)
        .parallelism(Parallelism::RayonNewPool(threads));
    for entry in walk {
        let entry = entry?;
        if let Some(error) = entry
            .read_children
            .as_ref()
            .and_then(|children| children.error())
        {
            return Err(error.to_string().into());
        }
        if !entry.file_type.is_dir() {
            found.push(join(root.relative(&entry.parent_path), &entry.file_name));
        }
    }
    Ok(found)
}

/// A set even of one pattern, since only sets look at a mere extension without a regular expression.
fn compile(pattern: &str) -> Result<GlobSet> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build()?;
    Ok(GlobSet::builder().add(glob).build()?)
}
