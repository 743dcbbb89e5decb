//! Lines that match, found the way ripgrep finds them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{
    BinaryDetection, MmapChoice, Searcher, SearcherBuilder, Sink, SinkFinish, SinkMatch,
};
use ignore::WalkBuilder;

use crate::root::Root;
use crate::{Result, parallel};

/// A line that matches. The lines of one file share its path.
pub struct Hit {
    pub path: Arc<Path>,
    pub line: u64,
}

pub fn parallel_grep(
    root: &Root,
    builder: &WalkBuilder,
    pattern: &str,
    fixed: bool,
) -> Result<Vec<Hit>> {
    let matcher = compile(pattern, fixed)?;
    parallel::collect(builder, || {
        // Matchers and searchers own buffers: each thread has its own, and uses it for all its files.
        let matcher = matcher.clone();
        let mut searcher = new_searcher();
        let mut lines = Lines::default();
        move |entry, found| {
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                return Ok(());
            }
            lines.numbers.clear();
            searcher.search_path(&matcher, entry.path(), &mut lines)?;
            if !lines.numbers.is_empty() {
                let path: Arc<Path> = root.relative(entry.path()).into();
                found.extend(lines.numbers.iter().map(|&line| Hit {
                    path: path.clone(),
                    line,
                }));
            }
            Ok(())
        }
    })
}

/// ripgrep's defaults: Unicode classes over bytes that need not be UTF-8, and no match across lines.
fn compile(pattern: &str, fixed: bool) -> Result<RegexMatcher> {
    let matcher = RegexMatcherBuilder::new()
        .multi_line(true)
        .unicode(true)
        .octal(false)
        .fixed_strings(fixed)
        .line_terminator(Some(b'\n'))
        .ban_byte(Some(0))
        .build(pattern)?;
    Ok(matcher)
}

fn new_searcher() -> Searcher {
    SearcherBuilder::new()
        .line_number(true)
        .memory_map(MmapChoice::never())
        .binary_detection(BinaryDetection::quit(0))
        // The bytes as they are: UTF-16 is binary here, not text to be transcoded.
        .bom_sniffing(false)
        .build()
}

/// The numbers of one file's matching lines.
#[derive(Default)]
struct Lines {
    numbers: Vec<u64>,
}

impl Sink for Lines {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        self.numbers.extend(found.line_number());
        Ok(true)
    }

    fn finish(&mut self, _: &Searcher, finish: &SinkFinish) -> io::Result<()> {
        // A NUL byte may come after lines that match: the file is binary all the same.
        if finish.binary_byte_offset().is_some() {
            self.numbers.clear();
        }
        Ok(())
    }
}
