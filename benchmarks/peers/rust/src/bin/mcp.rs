//! An MCP server with one tool, over standard input and output.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::stdio_pipes;
use rmcp::{ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct ReadParameters {
    /// Relative to the current directory.
    path: String,
    /// How many lines at most.
    #[serde(default = "default_limit")]
    limit: usize,
}

fn default_limit() -> usize {
    2000
}

struct Peer {
    // Kept, because by default the router is built anew for each call.
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Peer {
    #[tool(description = "Read the first lines of a file")]
    fn read(
        &self,
        Parameters(ReadParameters { path, limit }): Parameters<ReadParameters>,
    ) -> Result<String, String> {
        first_lines(&path, limit).map_err(|error| format!("{path}: {error}"))
    }
}

#[tool_handler(name = "peer", router = self.tool_router)]
impl ServerHandler for Peer {}

fn first_lines(path: &str, limit: usize) -> io::Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    let mut text = Vec::new();
    for _ in 0..limit {
        if file.read_until(b'\n', &mut text)? == 0 {
            break;
        }
    }
    Ok(String::from_utf8(text)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A client's pipes are read and written without handing each message to another thread and back.
    let peer = Peer {
        tool_router: Peer::tool_router(),
    };
    peer.serve(stdio_pipes()).await?.waiting().await?;
    Ok(())
}
