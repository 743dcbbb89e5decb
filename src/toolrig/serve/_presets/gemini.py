"""The names of Gemini CLI's tools (packages/core/src/tools/definitions of google-gemini/gemini-cli)."""

from toolrig.serve._edit import EDIT
from toolrig.serve._glob import GLOB
from toolrig.serve._glob import LIMIT as PATHS
from toolrig.serve._grep import GREP
from toolrig.serve._list import LIST
from toolrig.serve._offer import Naming, Offer
from toolrig.serve._read import LINE_CHARACTERS, LINES, READ
from toolrig.serve._read_matching import READ_MATCHING
from toolrig.serve._run import OUTPUT, RUN, TIMEOUT
from toolrig.serve._write import WRITE

_MATCHES = 100
_NEGATED = {True: False, False: True}
_FILE = Naming("path", "The file, relative to the root, or an absolute path below it.")
_RESPECT = Naming("gitignore", "Leave out what git ignores (default true).")

OFFERS = (
    Offer(
        READ,
        "read_file",
        f"Read a text file, up to {LINES:,} lines from start_line on. Returns the lines as they are, without "
        f"numbers; lines over {LINE_CHARACTERS:,} characters are cut. Where more follow, a last line in "
        "brackets says which start_line continues.",
        {
            "file_path": _FILE,
            "start_line": Naming("offset", "First line, from 1."),
            "end_line": Naming("last", "Last line, from 1, inclusive."),
        },
    ),
    Offer(
        READ_MATCHING,
        "read_many_files",
        "Read the text files that match glob patterns, each below a line `==> path <==`. A line in "
        "brackets says what was cut or left out; a file that cannot be read says why in its place.",
        {"include": "include", "exclude": "exclude"},
    ),
    Offer(
        WRITE,
        "write_file",
        "Create a file, or replace the whole content of one, in one step. Directories that are missing are "
        "made. To change parts of a file use replace.",
        {"file_path": _FILE, "content": "content"},
    ),
    Offer(
        EDIT,
        "replace",
        "Replace old_string in a file by new_string. It must stand in the file exactly once, so give at "
        "least three lines around it, or set allow_multiple. Returns a diff of what changed. Where it is "
        "not found the error shows what comes nearest; where it is not unique, where it stands. Nothing is "
        "written then.",
        {
            "file_path": _FILE,
            "instruction": Naming("", "What is to be changed and why, for whoever reads the call."),
            "old_string": "old",
            "new_string": "new",
            "allow_multiple": "replace_all",
        },
    ),
    Offer(
        GLOB,
        "glob",
        "Find files whose path matches a glob pattern such as `src/**/*.ts` or `**/*.md`, newest first, at "
        f"most {PATHS}. Upper and lower case differ.",
        {"pattern": "pattern", "dir_path": "path", "respect_git_ignore": _RESPECT},
    ),
    Offer(
        GREP,
        "grep_search",
        "Search files for a regular expression (Python's `re`, line by line) and return `path:line:text` "
        "for each hit, in path order. Case is ignored unless case_sensitive is set. Binary files are left "
        "out, and what git ignores unless no_ignore is set.",
        {
            "pattern": "pattern",
            "dir_path": "path",
            "include_pattern": "glob",
            "names_only": Naming(
                "output_mode",
                "Return paths only (default false).",
                values={True: "files_with_matches", False: "content"},
            ),
            "case_sensitive": Naming("ignore_case", "Regard case (default false).", values=_NEGATED),
            "fixed_strings": "fixed",
            "context": "context",
            "before": "before",
            "after": "after",
            "no_ignore": Naming("gitignore", "Search what git ignores too (default false).", values=_NEGATED),
            "max_matches_per_file": "limit_per_file",
            "total_max_matches": Naming(
                "limit", f"Number of hits, or of paths, at most (default {_MATCHES})."
            ),
        },
        {"ignore_case": True, "limit": _MATCHES},
    ),
    Offer(
        LIST,
        "list_directory",
        "List the files and directories directly in a directory, with the sizes of files.",
        {"dir_path": "path", "ignore": "exclude", "respect_git_ignore": _RESPECT},
        {"gitignore": True, "sizes": True},
    ),
    Offer(
        RUN,
        "run_shell_command",
        "Run a shell command line (/bin/sh) and return its output and exit status. NOT confined to the "
        f"root. Input is empty; it may take {TIMEOUT} seconds, and what it leaves running is ended with it. "
        f"At most {OUTPUT:,} bytes each of stdout and stderr are kept, the first and the last.",
        {
            "command": "command",
            "description": Naming("", "What the command does, for whoever reads the call."),
            "dir_path": "cwd",
        },
    ),
)
