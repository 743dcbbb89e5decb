//! What can be asked for, and who does it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::grepping::{self, Hit};
use crate::root::Root;
use crate::walking::{self, Stat};
use crate::{Result, confining, editing, reading, spawning};

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
    Edit {
        path: PathBuf,
        old: String,
        new: String,
    },
    ReadFiles {
        paths: Vec<PathBuf>,
    },
    OpenInside {
        root: PathBuf,
        paths: Vec<PathBuf>,
    },
    Lines {
        path: PathBuf,
        first: usize,
        limit: usize,
    },
}

pub enum Answer {
    Paths(Vec<PathBuf>),
    Stats(Vec<Stat>),
    Hits(Vec<Hit>),
    Output(Output),
    Text(String),
    Contents(Vec<Vec<u8>>),
    Number(usize),
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
            Self::Edit { path, old, new } => edit(path, old, new, way).map(Answer::Text),
            Self::ReadFiles { paths } => read_files(paths, way, threads).map(Answer::Contents),
            Self::OpenInside { root, paths } => open_inside(root, paths, way).map(Answer::Number),
            Self::Lines { path, first, limit } => {
                lines(path, *first, *limit, way).map(Answer::Text)
            }
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

fn edit(path: &Path, old: &str, new: &str, way: &str) -> Result<String> {
    match way {
        "std, in place" => editing::in_place(path, old, new),
        "std, renamed" => editing::renamed(path, old, new),
        _ => unknown(way),
    }
}

fn read_files(paths: &[PathBuf], way: &str, threads: usize) -> Result<Vec<Vec<u8>>> {
    match way {
        "std::fs::read" => reading::one_by_one(paths),
        "std::fs::read on threads" => reading::on_threads(paths, threads),
        _ => unknown(way),
    }
}

fn open_inside(root: &Path, names: &[PathBuf], way: &str) -> Result<usize> {
    match way {
        "cap-std" => confining::by_cap_std(root, names),
        "canonicalize + starts_with + File::open" => confining::by_canonicalize(root, names),
        _ => unknown(way),
    }
}

fn lines(path: &Path, first: usize, limit: usize, way: &str) -> Result<String> {
    match way {
        "BufReader::read_until" => reading::lines(path, first, limit),
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
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Contents(contents) => contents
                .iter()
                .map(|content| String::from_utf8_lossy(content))
                .collect(),
            Self::Output(output) => String::from_utf8_lossy(&output.stdout).into(),
        }
    }
}

fn text(path: &Path) -> Value {
    path.to_string_lossy().into()
}
