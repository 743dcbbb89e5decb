//! What can be asked for, and who does it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::grepping::{self, Hit};
use crate::root::Root;
use crate::walking::{self, Stat};
use crate::{Result, spawning};

#[derive(Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    Walk {
        root: PathBuf,
    },
    WalkStat {
        root: PathBuf,
    },
    WalkGit {
        root: PathBuf,
    },
    Newest {
        root: PathBuf,
        limit: usize,
    },
    Glob {
        root: PathBuf,
        pattern: String,
    },
    GlobGit {
        root: PathBuf,
        pattern: String,
    },
    Grep {
        root: PathBuf,
        pattern: String,
        fixed: bool,
    },
    Spawn {
        argv: Vec<String>,
    },
}

pub enum Answer {
    Paths(Vec<PathBuf>),
    Stats(Vec<Stat>),
    Hits(Vec<Hit>),
    Output(Output),
}

impl Work {
    /// Does the work once, the way that is named.
    pub fn run(&self, way: &str, threads: usize) -> Result<Answer> {
        match self {
            Self::Walk { root } => walk(&Root::open(root)?, way, threads).map(Answer::Paths),
            Self::WalkStat { root } => {
                walk_stat(&Root::open(root)?, way, threads).map(Answer::Stats)
            }
            Self::WalkGit { root } => walk_git(&Root::open(root)?, way, threads).map(Answer::Paths),
            Self::Newest { root, limit } => {
                newest(&Root::open(root)?, *limit, way, threads).map(Answer::Paths)
            }
            Self::Glob { root, pattern } => {
                glob(&Root::open(root)?, pattern, way, threads).map(Answer::Paths)
            }
            Self::GlobGit { root, pattern } => {
                glob_git(&Root::open(root)?, pattern, way, threads).map(Answer::Paths)
            }
            Self::Grep {
                root,
                pattern,
                fixed,
            } => grep(&Root::open(root)?, pattern, *fixed, way, threads).map(Answer::Hits),
            Self::Spawn { argv } => spawn(argv, way).map(Answer::Output),
        }
    }
}

fn walk(root: &Root, way: &str, threads: usize) -> Result<Vec<PathBuf>> {
    match way {
        "std" => walking::std_walk(root),
        "walkdir" => walking::walkdir_walk(root),
        "ignore" => walking::ignore_walk(root, &walking::everything(root, 1)),
        "ignore parallel" => walking::parallel_walk(root, &walking::everything(root, threads)),
        "jwalk" => walking::jwalk_walk(root, threads),
        _ => unknown(way),
    }
}

fn walk_stat(root: &Root, way: &str, threads: usize) -> Result<Vec<Stat>> {
    match way {
        "std" => walking::std_stat(root),
        "walkdir" => walking::walkdir_stat(root),
        "ignore parallel" => walking::parallel_stat(root, &walking::everything(root, threads)),
        _ => unknown(way),
    }
}

fn walk_git(root: &Root, way: &str, threads: usize) -> Result<Vec<PathBuf>> {
    match way {
        "ignore" => walking::ignore_walk(root, &walking::unignored(root, 1)),
        "ignore parallel" => walking::parallel_walk(root, &walking::unignored(root, threads)),
        _ => unknown(way),
    }
}

fn newest(root: &Root, limit: usize, way: &str, threads: usize) -> Result<Vec<PathBuf>> {
    match way {
        "ignore parallel, sorted" => {
            walking::parallel_newest(root, &walking::unignored(root, threads), limit)
        }
        _ => unknown(way),
    }
}

fn glob(root: &Root, pattern: &str, way: &str, threads: usize) -> Result<Vec<PathBuf>> {
    match way {
        "walkdir + globset" => walking::walkdir_glob(root, pattern),
        "ignore parallel + globset" => {
            walking::parallel_glob(root, &walking::everything(root, threads), pattern)
        }
        _ => unknown(way),
    }
}

fn glob_git(root: &Root, pattern: &str, way: &str, threads: usize) -> Result<Vec<PathBuf>> {
    match way {
        "ignore parallel + globset" => {
            walking::parallel_glob(root, &walking::unignored(root, threads), pattern)
        }
        _ => unknown(way),
    }
}

fn grep(root: &Root, pattern: &str, fixed: bool, way: &str, threads: usize) -> Result<Vec<Hit>> {
    match way {
        "grep-searcher, ignore parallel" => {
            grepping::parallel_grep(root, &walking::everything(root, threads), pattern, fixed)
        }
        _ => unknown(way),
    }
}

fn spawn(argv: &[String], way: &str) -> Result<Output> {
    match way {
        "std" => spawning::std_spawn(argv),
        _ => unknown(way),
    }
}

fn unknown<T>(way: &str) -> Result<T> {
    Err(format!("unknown way: {way}").into())
}

impl Answer {
    pub fn to_json(&self) -> Value {
        match self {
            Self::Paths(paths) => paths.iter().map(|path| text(path)).collect(),
            Self::Stats(stats) => stats
                .iter()
                .map(|stat| json!([text(&stat.path), stat.size, stat.modified_ns]))
                .collect(),
            Self::Hits(hits) => hits
                .iter()
                .map(|hit| json!([text(&hit.path), hit.line]))
                .collect(),
            Self::Output(output) => String::from_utf8_lossy(&output.stdout).into(),
        }
    }
}

fn text(path: &Path) -> Value {
    path.to_string_lossy().into()
}
