"""The names of Codex's tools (codex-rs/core/src/tools of openai/codex)."""

from toolrig.serve._grep import GREP
from toolrig.serve._media import MEDIA
from toolrig.serve._offer import Naming, Offer
from toolrig.serve._patch import APPLY_PATCH
from toolrig.serve._read import LINE_CHARACTERS, LINES, READ
from toolrig.serve._run import OUTPUT, RUN
from toolrig.serve._tree import TREE

_TIMEOUT = 10
_MATCHES = 100

OFFERS = (
    Offer(
        RUN,
        "shell_command",
        "Run a shell script (/bin/sh) and return its output and exit status. Set workdir instead of using "
        "cd. NOT confined to the root. Input is empty; what it leaves running is ended with it. At most "
        f"{OUTPUT:,} bytes each of stdout and stderr are kept, the first and the last.",
        {
            "command": "command",
            "workdir": "cwd",
            "timeout_ms": Naming(
                "timeout", f"Milliseconds after which it is ended (default {_TIMEOUT * 1000}).", scale=1000
            ),
        },
        {"timeout": _TIMEOUT},
    ),
    Offer(
        APPLY_PATCH,
        "apply_patch",
        "Edit files by a patch: `*** Begin Patch`, then sections `*** Add File: PATH` with `+` lines, `*** "
        "Delete File: PATH`, or `*** Update File: PATH` (and `*** Move to: PATH`) with hunks of ` `, `-` "
        "and `+` lines below `@@ CONTEXT`, then `*** End Patch`. Unified diffs work too. All of it is "
        "applied or, where a part does not fit, nothing; the error then shows what comes nearest.",
        {"input": Naming("patch", "The entire contents of the patch, with paths relative to the root.")},
    ),
    Offer(
        READ,
        "read_file",
        f"Read a text file, up to {LINES:,} lines from `offset` on. Returns the lines as they are, without "
        f"numbers; lines over {LINE_CHARACTERS:,} characters are cut. Where more follow, a last line in "
        "brackets says which offset continues.",
        {
            "file_path": Naming("path", "The file: an absolute path below the root, or one relative to it."),
            "offset": "offset",
            "limit": "limit",
        },
    ),
    Offer(
        TREE,
        "list_dir",
        "List a directory and the levels below it, the upper ones first. Directories end in `/`, symbolic "
        "links in `@`; a directory that was cut says how many more entries it has. What git ignores is "
        "left out.",
        {
            "dir_path": Naming(
                "path", "The directory: an absolute path below the root, or one relative to it."
            ),
            "depth": Naming("depth", "Levels to show at most (default 2)."),
            "limit": "limit",
        },
        {"depth": 2},
    ),
    Offer(
        GREP,
        "grep_files",
        "Find files that have a line matching a regular expression (Python's `re`), and return their "
        "paths. What git ignores is left out.",
        {
            "pattern": "pattern",
            "include": "glob",
            "path": "path",
            "limit": Naming("limit", f"Number of paths at most (default {_MATCHES})."),
        },
        {"output_mode": "files_with_matches", "limit": _MATCHES},
    ),
    Offer(
        MEDIA,
        "view_image",
        "Show an image file: PNG, JPEG, GIF, WebP, AVIF, BMP or SVG.",
        {"path": "path"},
        {"images_only": True},
    ),
)
