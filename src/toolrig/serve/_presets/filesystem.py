"""The names of the file server that most clients know (@modelcontextprotocol/server-filesystem)."""

from toolrig.serve._allowed import ALLOWED
from toolrig.serve._edit import MULTI_EDIT
from toolrig.serve._glob import GLOB
from toolrig.serve._glob import LIMIT as PATHS
from toolrig.serve._json_tree import JSON_TREE, LEVELS
from toolrig.serve._json_tree import LIMIT as ENTRIES
from toolrig.serve._list import LIST
from toolrig.serve._media import BYTES, MEDIA
from toolrig.serve._mkdir import MKDIR
from toolrig.serve._move import MOVE
from toolrig.serve._offer import Naming, Offer, same
from toolrig.serve._read import LINE_CHARACTERS, LINES, READ
from toolrig.serve._read_many import READ_MANY
from toolrig.serve._stat import STAT
from toolrig.serve._write import WRITE

_HEAD = Naming("limit", f"Number of lines from the start (default {LINES:,}).")
_READ_ARGUMENTS: "dict[str, str | Naming]" = {"path": "path", "head": _HEAD, "tail": "tail"}

OFFERS = (
    Offer(
        READ,
        "read_file",
        "The same as read_text_file, which is to be preferred.",
        _READ_ARGUMENTS,
    ),
    Offer(
        READ,
        "read_text_file",
        "Read a text file, its first lines (head) or its last (tail). Returns the lines as they are; lines "
        f"over {LINE_CHARACTERS:,} characters are cut, and a last line in brackets says what is missing.",
        _READ_ARGUMENTS,
    ),
    Offer(
        MEDIA,
        "read_media_file",
        "Show an image or a sound; any other file comes as an embedded resource in base64. At most "
        f"{BYTES >> 20} MiB.",
        same("path"),
    ),
    Offer(
        READ_MANY,
        "read_multiple_files",
        "Read several text files in one call, each below a line `==> path <==`. A line in brackets says "
        "what was cut or left out. A file that cannot be read says why in its place, and the others are "
        "read.",
        same("paths"),
    ),
    Offer(
        WRITE,
        "write_file",
        "Create a file, or replace the whole content of one, in one step. Directories that are missing are "
        "made. To change parts of a file use edit_file.",
        same("path", "content"),
    ),
    Offer(
        MULTI_EDIT,
        "edit_file",
        "Make edits in a text file, each on the result of the one before; all of them or, where one fails, "
        "none. oldText must stand there exactly once, so give enough lines around it. Returns a diff; "
        "dryRun shows it without writing. Where oldText is not found the error shows what comes nearest.",
        {
            "path": "path",
            "edits": Naming("edits", fields={"oldText": "old", "newText": "new"}),
            "dryRun": "dry_run",
        },
    ),
    Offer(
        MKDIR,
        "create_directory",
        "Make a directory, and those above it that are missing. One that is there already is left as it is.",
        same("path"),
    ),
    Offer(
        LIST,
        "list_directory",
        "List what is directly in a directory, one entry a line: [FILE], [DIR], [LINK] or [OTHER], and the "
        "name.",
        same("path"),
    ),
    Offer(
        LIST,
        "list_directory_with_sizes",
        "List what is directly in a directory, with the sizes of files and their sum.",
        {
            "path": "path",
            "sortBy": Naming(
                "sort",
                "Order: by name, or the largest first (default name).",
                values={"name": "path", "size": "size"},
            ),
        },
        {"sizes": True},
    ),
    Offer(
        JSON_TREE,
        "directory_tree",
        "Show a directory tree as JSON: a list of objects with `name`, `type` and, for directories, "
        f"`children`. Cut to {ENTRIES:,} entries, the upper levels first, and to {LEVELS} levels: a "
        "directory that some of its entries are missing from says how many are `omitted`. What git ignores "
        "is left out unless gitignore is false.",
        {"path": "path", "excludePatterns": "exclude", "gitignore": "gitignore"},
    ),
    Offer(
        MOVE,
        "move_file",
        "Move or rename a file or directory. Fails where there is something at the destination already.",
        {"source": "source", "destination": "target"},
    ),
    Offer(
        GLOB,
        "search_files",
        "Find files and directories whose path below `path` matches a glob pattern: `*.js` in that "
        f"directory, `**/*.js` in all below it. Returns at most {PATHS} paths, relative to the root. What "
        "git ignores is left out unless gitignore is false.",
        {"path": "path", "pattern": "pattern", "excludePatterns": "exclude", "gitignore": "gitignore"},
        {"directories": True, "sort": "path"},
    ),
    Offer(
        STAT,
        "get_file_info",
        "Tell the kind, size, time of change and permissions of a file or directory; of a symbolic link, "
        "where it leads.",
        same("path"),
    ),
    Offer(
        ALLOWED,
        "list_allowed_directories",
        "Tell which directory this server can reach; all below it is included.",
        {},
    ),
)
