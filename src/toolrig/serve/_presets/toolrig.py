"""The names of this project: every action, with every argument."""

from toolrig.serve._edit import EDIT, MULTI_EDIT
from toolrig.serve._glob import GLOB
from toolrig.serve._grep import GREP
from toolrig.serve._move import MOVE
from toolrig.serve._offer import Offer, same
from toolrig.serve._patch import APPLY_PATCH
from toolrig.serve._read import BYTES, LINE_CHARACTERS, READ
from toolrig.serve._read_many import BYTES as BYTES_EACH
from toolrig.serve._read_many import BYTES_TOGETHER, READ_MANY
from toolrig.serve._run import OUTPUT, RUN
from toolrig.serve._stat import STAT
from toolrig.serve._tree import TREE
from toolrig.serve._write import WRITE

OFFERS = (
    Offer(
        READ,
        "read",
        "Read a text file, or a window of its lines. Returns the lines as they are, without numbers; where "
        f"more follow, a last line in brackets says which offset continues. At most {BYTES // 1024} KiB a "
        f"call; lines over {LINE_CHARACTERS:,} characters are cut. `tail` reads the end of a file, such as "
        "a log, without the rest. Fails on binary files.",
        same("path", "offset", "limit", "tail", "token"),
    ),
    Offer(
        READ_MANY,
        "read_many",
        "Read several text files in one call, each below a line `==> path <==`. At most "
        f"{BYTES_EACH // 1024} KiB of each and {BYTES_TOGETHER // 1024} KiB together; a line in brackets "
        "says what was cut or left out. A file that cannot be read says why in its place, and the others "
        "are read.",
        same("paths"),
    ),
    Offer(
        GLOB,
        "glob",
        "Find files whose path matches a glob pattern, newest first. `*` stays within a directory, `**` "
        "crosses directories, `{a,b}` gives alternatives: `**/*.py`, `src/**/*.{ts,tsx}`. Returns one path "
        "per line, relative to the root. What git ignores is left out unless gitignore is false.",
        same("pattern", "path", "sort", "limit", "gitignore"),
    ),
    Offer(
        GREP,
        "grep",
        "Search files for a regular expression (Python's `re`, line by line unless multiline is set). "
        "output_mode `content` returns `path:line:text` for each hit, `files_with_matches` the paths, "
        "`count` the paths with their number of hits. In path order; a last line in brackets says how to get "
        "the rest. Binary files and what git ignores are left out.",
        same(
            "pattern",
            "path",
            "glob",
            "type",
            "output_mode",
            "fixed",
            "ignore_case",
            "word",
            "only_matching",
            "multiline",
            "context",
            "limit",
            "limit_per_file",
            "offset",
            "gitignore",
        ),
    ),
    Offer(
        TREE,
        "tree",
        "Show a directory tree, the upper levels first and complete, cut to a number of entries: a way to "
        "learn how a project is laid out. Directories end in `/`, symbolic links in `@`; a directory that "
        "was cut says how many more entries it has. What git ignores is left out unless gitignore is false.",
        same("path", "depth", "limit", "gitignore"),
    ),
    Offer(
        STAT,
        "stat",
        "Tell the kind, size, time of change and permissions of a path, and of a file the token of this "
        "version for if_unchanged. Of a symbolic link it tells where it leads, not what is there.",
        same("path"),
        {"token": True},
    ),
    Offer(
        WRITE,
        "write",
        "Create a file, or replace the whole content of one, in one step: readers never see half of it. "
        "Directories that are missing are made. An old file keeps its permissions, encoding and line ends. "
        "Returns the size, and the token of the new version. To change parts of a file use edit.",
        same("path", "content", "if_unchanged"),
    ),
    Offer(
        EDIT,
        "edit",
        "Replace text in a file. `old` must stand in the file exactly once, so give enough lines around "
        "it, or set replace_all. Line ends and encoding of the file are kept. Returns a diff of what "
        "changed, the lines, and the token of the new version. Where `old` is not found the error shows "
        "what comes nearest; where it is not unique, where it stands. Nothing is written then.",
        same("path", "old", "new", "replace_all", "expected", "if_unchanged", "dry_run"),
    ),
    Offer(
        MULTI_EDIT,
        "multi_edit",
        "Make several edits in one file, each on the result of the one before; all of them or, where one "
        "fails, none. Each replaces text that must stand there exactly once, unless replace_all is set. "
        "Returns what edit returns.",
        same("path", "edits", "if_unchanged", "dry_run"),
    ),
    Offer(
        APPLY_PATCH,
        "apply_patch",
        "Apply a patch to any number of files; all of it or, where a part does not fit, nothing. Takes "
        "unified diffs, git's included, and the format that begins with `*** Begin Patch`. Files can be "
        "changed, created, deleted and renamed. Returns one line per file; an error names the file and the "
        "hunk and shows what comes nearest.",
        same("patch", "dry_run"),
    ),
    Offer(
        MOVE,
        "move",
        "Give a file or directory a new path. The directory it goes to must exist; what is at the new path "
        "is left alone, with an error, unless overwrite is set. Links are moved, not followed.",
        same("source", "target", "overwrite"),
    ),
    Offer(
        RUN,
        "run",
        "Run a shell command line (/bin/sh) that starts in the root, and return its output and exit status. "
        "NOT confined to the root: it can do whatever the user of this server can. Input is empty; what the "
        f"command leaves running in the background is ended with it. At most {OUTPUT:,} bytes each of "
        "stdout and stderr are kept, the first and the last.",
        same("command", "timeout", "cwd"),
    ),
)
