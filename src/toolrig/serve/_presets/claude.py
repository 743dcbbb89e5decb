"""The names of Claude Code's tools (sdk-tools.d.ts of @anthropic-ai/claude-agent-sdk)."""

from toolrig.serve._edit import EDIT
from toolrig.serve._glob import GLOB
from toolrig.serve._glob import LIMIT as PATHS
from toolrig.serve._grep import GREP
from toolrig.serve._offer import Naming, Offer
from toolrig.serve._read import LINE_CHARACTERS, LINES, READ
from toolrig.serve._run import OUTPUT, RUN, TIMEOUT
from toolrig.serve._write import WRITE

_TIMEOUT_MOST = 600_000
_FILE = Naming("path", "The file: an absolute path below the root, or one relative to it.")

OFFERS = (
    Offer(
        READ,
        "Read",
        f"Read a text file, up to {LINES:,} lines from `offset` on. Returns the lines as they are, without "
        f"numbers; lines over {LINE_CHARACTERS:,} characters are cut. Where more follow, a last line in "
        "brackets says which offset continues. Fails on binary files.",
        {"file_path": _FILE, "offset": "offset", "limit": "limit"},
    ),
    Offer(
        WRITE,
        "Write",
        "Create a file, or replace the whole content of one, in one step. Directories that are missing are "
        "made. To change parts of a file use Edit.",
        {"file_path": _FILE, "content": "content"},
    ),
    Offer(
        EDIT,
        "Edit",
        "Replace `old_string` in a file by `new_string`. It must stand in the file exactly once, so give "
        "enough lines around it, or set replace_all. Returns a diff of what changed. Where it is not found "
        "the error shows what comes nearest; where it is not unique, where it stands. Nothing is written "
        "then.",
        {"file_path": _FILE, "old_string": "old", "new_string": "new", "replace_all": "replace_all"},
    ),
    Offer(
        GLOB,
        "Glob",
        "Find files whose path matches a glob pattern such as `**/*.js` or `src/**/*.{ts,tsx}`, newest "
        f"first, at most {PATHS}. What git ignores is left out.",
        {"pattern": "pattern", "path": "path"},
    ),
    Offer(
        GREP,
        "Grep",
        "Search files for a regular expression (Python's `re`, line by line unless multiline is set). "
        "output_mode `files_with_matches` (default) returns paths, `content` the lines, `count` the number "
        "of hits of each path. Results are in path order; a last line in brackets says how to get the rest. "
        "Binary files and what git ignores are left out.",
        {
            "pattern": "pattern",
            "path": "path",
            "glob": "glob",
            "type": Naming("type", "Only files of this type, as ripgrep names them: `js`, `py`, `rust`."),
            "output_mode": Naming("output_mode", "What to return (default files_with_matches)."),
            "-B": "before",
            "-A": "after",
            "-C": "context",
            "context": Naming("context", "The same as -C."),
            "-n": "line_numbers",
            "-i": "ignore_case",
            "-o": "only_matching",
            "multiline": "multiline",
            "head_limit": "limit",
            "offset": "offset",
        },
        {"output_mode": "files_with_matches"},
    ),
    Offer(
        RUN,
        "Bash",
        "Run a shell command line (/bin/sh) that starts in the root, and return its output and exit "
        "status. Each call has a shell of its own: directory and variables are not kept. NOT confined to "
        f"the root. Input is empty; what it leaves running is ended with it. At most {OUTPUT:,} bytes each "
        "of stdout and stderr are kept, the first and the last.",
        {
            "command": "command",
            "timeout": Naming(
                "timeout",
                f"Milliseconds after which it is ended (default {TIMEOUT * 1000}, at most {_TIMEOUT_MOST}).",
                scale=1000,
                schema={"maximum": _TIMEOUT_MOST},
            ),
            "description": Naming("", "What the command does, for whoever reads the call."),
        },
    ),
)
