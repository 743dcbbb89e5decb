//! One request a line, one reply a line.

use std::io::{self, BufRead, Write};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Result;
use crate::work::Work;

#[derive(Deserialize)]
struct Request {
    #[serde(flatten)]
    work: Work,
    way: String,
    #[serde(default)]
    answer: bool,
    /// None given means as many as the library likes.
    #[serde(default)]
    threads: usize,
}

/// Answers requests until the input ends.
pub fn serve(requests: impl BufRead, mut replies: impl Write) -> io::Result<()> {
    for line in requests.split(b'\n') {
        let reply = reply(&line?).unwrap_or_else(|error| json!({"error": error.to_string()}));
        serde_json::to_writer(&mut replies, &reply)?;
        replies.write_all(b"\n")?;
        replies.flush()?;
    }
    Ok(())
}

fn reply(line: &[u8]) -> Result<Value> {
    let request: Request = serde_json::from_slice(line)?;
    let start = Instant::now();
    let answer = request.work.run(&request.way, request.threads)?;
    let nanoseconds = start.elapsed().as_nanos() as u64;
    let answer = request.answer.then(|| answer.to_json());
    Ok(json!({"nanoseconds": nanoseconds, "answer": answer}))
}
