"""Patches that git writes, applied here and by git: the same tree. Taken back by git: the tree before."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from toolrig.fs import apply_patch

QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}

LINES = [b"a", b"b", b"", b" ", b"\tc", b"-- d", b"++ e", b"@@ -1 +1 @@", b"--- f", b"+++ g", b"\\ h", b"i\r"]
LINES += ["é".encode(), b"\xff", b"diff --git a/x b/x", b"*** End Patch", b"l", b"m", b"n", b"o", b"p", b"q"]
NAMES = ["x", "y", "c d", "é", "d/e", "d/f/g", 'q"t', "tab\there", "b/b", "a/a", " lead", "back\\slash"]

Tree = dict[str, tuple[bytes, int]]


def git(*arguments: str, cwd: Path, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**os.environ, **QUIET},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def content(chance: random.Random) -> bytes:
    text = b"\n".join(chance.choice(LINES) for _ in range(chance.choice([0, 1, 3, 20, 60])))
    return text + b"\n" if text and chance.random() < 0.7 else text


def changed(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(lines))
        lines[at : at + chance.choice([0, 1, 2])] = [
            chance.choice(LINES) for _ in range(chance.choice([0, 1, 3]))
        ]
    return b"\n".join(lines)


def grown(chance: random.Random) -> Tree:
    names = chance.sample(NAMES, chance.randint(1, 6))
    return {name: (content(chance), chance.choice([0o644, 0o755])) for name in names}


def mutated(chance: random.Random, tree: Tree) -> Tree:
    """Return *tree* after some changes."""
    after = dict(tree)
    for name, (data, mode) in tree.items():
        action, new = chance.random(), chance.choice(NAMES)
        free = new not in after and new not in tree
        if action < 0.4:
            after[name] = (changed(chance, data), mode)
        elif action < 0.5:
            after[name] = (data, mode ^ 0o111)
        elif action < 0.6:
            del after[name]
        elif action < 0.75 and free:
            after[new] = after.pop(name)
        elif action < 0.85 and free:
            after[new] = (changed(chance, data), mode)
        elif action < 0.9 and free:
            after[new] = (content(chance), mode)
        elif action > 0.95:
            other = chance.choice([*tree])
            after[name], after[other] = tree[other], tree[name]
    return after


def store(root: Path, tree: Tree) -> None:
    for name, (data, mode) in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)


def load(root: Path) -> Tree:
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def contents(root: Path) -> dict[str, bytes]:
    return {name: data for name, (data, _) in load(root).items()}


def replace(root: Path, tree: Tree) -> None:
    for path in root.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name != ".git":
            shutil.rmtree(path)
    store(root, tree)


def commit(root: Path, tree: Tree) -> None:
    store(root, tree)
    git("add", "-A", cwd=root)
    git("commit", "-q", "-m", "before", "--allow-empty", cwd=root)


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


OPTIONS = [
    (),
    ("-U0",),
    ("-U1",),
    ("-U10",),
    ("--no-renames",),
    ("-M", "-C", "--find-copies-harder"),
    ("-B", "-M"),
    ("--no-prefix",),
    ("--src-prefix=i/", "--dst-prefix=w/"),
    ("--patience", "-W"),
]


@pytest.mark.parametrize("seed", range(40))
def test_trees_are_those_of_git(tmp_path: Path, seed: int, backend: str) -> None:
    chance = random.Random(seed)
    git("init", "-q", cwd=tmp_path)
    before = grown(chance)
    commit(tmp_path, before)
    after = mutated(chance, before)
    replace(tmp_path, after)
    git("add", "-A", cwd=tmp_path)
    options = chance.choice(OPTIONS)
    patch = git("diff", "--cached", "--text", *options, cwd=tmp_path)
    if patch:
        replace(tmp_path, before)
        result = apply_patch(patch, root=tmp_path)
        assert load(tmp_path) == after
        assert [change for change in result.changes if change.tolerated] == []
        if b"\ncopy from " not in patch:  # git does not take copies back
            strip = ["-p0"] if "--no-prefix" in options else []
            git("apply", "-R", "--unidiff-zero", *strip, cwd=tmp_path, stdin=patch)
            assert load(tmp_path) == before
        replace(tmp_path, before)
    if (
        patch
        and "-U0" not in options
        and all(is_utf8(data) for data, _ in [*before.values(), *after.values()])
    ):
        apply_patch(patch.decode(), root=tmp_path)
        assert load(tmp_path) == after


@pytest.mark.parametrize("seed", range(20))
def test_mails_are_applied_one_after_the_other(tmp_path: Path, seed: int, backend: str) -> None:
    chance = random.Random(seed)
    git("init", "-q", cwd=tmp_path)
    first = before = grown(chance)
    commit(tmp_path, first)
    for _ in range(3):
        after = mutated(chance, before)
        replace(tmp_path, after)
        git("add", "-A", cwd=tmp_path)
        git("commit", "-q", "-m", "next", "--allow-empty", cwd=tmp_path)
        before = after
    mails = git("format-patch", "--stdout", "--text", "-M", "HEAD~3", cwd=tmp_path)
    replace(tmp_path, first)
    if b"\ndiff --git" in mails:
        apply_patch(mails, root=tmp_path)
    assert load(tmp_path) == before


@pytest.mark.parametrize("seed", range(20))
def test_hunks_of_changed_files_are_placed_like_by_git(tmp_path: Path, seed: int, backend: str) -> None:
    chance = random.Random(seed)
    git("init", "-q", cwd=tmp_path)
    lines = [b"line %d\n" % chance.randint(0, 40) for _ in range(60)]
    (tmp_path / "x").write_bytes(b"".join(lines))
    git("add", "-A", cwd=tmp_path)
    (tmp_path / "x").write_bytes(b"".join([*lines[:20], b"new\n", *lines[22:40], b"other\n", *lines[40:]]))
    patch = git("diff", cwd=tmp_path)
    shifted = b"".join([b"top\n"] * chance.randint(1, 9) + lines[chance.randint(0, 3) :])
    (tmp_path / "x").write_bytes(shifted)
    git("apply", cwd=tmp_path, stdin=patch)
    expected = load(tmp_path)
    (tmp_path / "x").write_bytes(shifted)
    apply_patch(patch, root=tmp_path)
    assert load(tmp_path) == expected


@pytest.mark.parametrize("seed", range(20))
def test_trees_are_those_of_diff(tmp_path: Path, seed: int, backend: str) -> None:
    chance = random.Random(seed)
    before = grown(chance)
    after = {
        name: (data, before.get(name, (b"", 0o644))[1]) for name, (data, _) in mutated(chance, before).items()
    }
    empty = {name for tree in (before, after) for name, (data, _) in tree.items() if not data}
    for folder, tree in (("old", before), ("new", after), ("root", before)):
        (tmp_path / folder).mkdir()
        store(tmp_path / folder, {name: file for name, file in tree.items() if name not in empty})
    patch = subprocess.run(
        ["diff", "-ruaN", "old", "new"], cwd=tmp_path, capture_output=True, check=False
    ).stdout
    if patch:
        apply_patch(patch, root=tmp_path / "root")
    assert contents(tmp_path / "root") == contents(tmp_path / "new")
