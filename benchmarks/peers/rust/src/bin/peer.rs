//! Does the work that each line of standard input asks for, and reports how long it took.

use std::io::{self, BufWriter};

fn main() -> io::Result<()> {
    toolrig_peers::protocol::serve(io::stdin().lock(), BufWriter::new(io::stdout().lock()))
}
