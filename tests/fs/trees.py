"""Random trees for the oracle: nasty names and rules, tracked files, links, repositories within."""

import os
import random

from tests.fs.gitview import git, init, write

NAMES = ["a", "b", "ab", "foo", "foo.o", "bar.o", "Foo", "build", "a b", "a ", "#x", "!x", "[a]", "a*"]
NAMES += ["\\a", "\xe9", ".x"]
PIECES = ["*", "**", "**/", "/**", "/", "?", "[a-f]", "[!a]", "[", "\\", " ", "!", "#", "***"]
PIECES += ["[[:alpha:]]", ".o", "{a,b}"]


def rule(chance: random.Random) -> bytes:
    parts = [chance.choice(NAMES if chance.random() < 0.6 else PIECES) for _ in range(chance.randint(1, 4))]
    line = chance.choice(["", "", "/"]).join(parts)
    if chance.random() < 0.3:
        line = "!" + line
    return os.fsencode(line + chance.choice(["", "", "", "/", " ", "\t", "\r"]))


def grow(chance: random.Random, root: str) -> None:
    """Make a small tree full of rules, tracked files, links and repositories below *root*."""
    init(root)
    directories = [""]
    for _ in range(chance.randint(1, 8)):
        directories.append(os.path.join(chance.choice(directories), chance.choice(NAMES)))
        os.makedirs(os.path.join(root, directories[-1]), exist_ok=True)
    for directory in directories:
        for name in chance.sample(NAMES, chance.randint(0, 6)):
            path = os.path.join(root, directory, name)
            if not os.path.lexists(path):
                if chance.random() < 0.1:
                    os.symlink("nowhere", path)
                else:
                    open(path, "wb").close()
        if chance.random() < 0.5:
            rules = b"\n".join(rule(chance) for _ in range(chance.randint(1, 6)))
            write(root, {os.path.join(directory, ".gitignore"): rules})
    write(root, {".git/info/exclude": rule(chance)})
    if chance.random() < 0.3:
        nested = init(os.path.join(root, chance.choice(directories), "nested"))
        write(nested, {"a": b"", "foo.o": b"", ".gitignore": rule(chance)})
    tracked = all_files(root)
    some = chance.sample(tracked, min(len(tracked), chance.randint(0, 4)))
    names = b"".join(os.fsencode(name) + b"\0" for name in some)
    git(root, "update-index", "--add", "-z", "--stdin", data=names)


def all_files(root: str) -> list[str]:
    """Return every file of the outermost repository."""
    found = []
    for directory, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in {".git", "nested"}]
        found += [os.path.relpath(os.path.join(directory, name), root) for name in names]
    return sorted(found)
