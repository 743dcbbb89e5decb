"""git's index against ``git ls-files``, and damaged bytes against the other back end."""

import glob
import os
import random
import struct

import pytest

from tests.fs.gitview import git, init, listed, walked, write
from toolrig import _backend
from toolrig._backend import kernel

NAMES = ["a", "a.b", "a/b", "a/b.c/d", "a-", "Z", "z" * 200, "d/" * 30 + "x", "y/" + "n" * 250]
NAMES += ["\xe9", "tab\t", "sp ace"]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path / "r")


def add(root: str, names: list[str], mode: str = "100644", *, length: int = 40) -> None:
    """Put *names* into the index, existing or not."""
    lines = [f"{mode} {'1' * length}\t".encode() + os.fsencode(name) + b"\0" for name in names]
    git(root, "update-index", "-z", "--index-info", data=b"".join(lines))


def ls_files(root: str, *options: str) -> list[str]:
    names = map(os.fsdecode, filter(None, git(root, "ls-files", "-z", *options).split(b"\0")))
    return list(dict.fromkeys(names))


def tracked(root: str) -> "list[str] | None":
    fd = os.open(root, os.O_RDONLY)
    try:
        return kernel("ignore").tracked_paths(fd, root)
    finally:
        os.close(fd)


def index_bytes(root: str) -> bytes:
    with open(os.path.join(root, ".git/index"), "rb") as file:
        return file.read()


def version(root: str) -> int:
    return struct.unpack(">4sI", index_bytes(root)[:8])[1]


@pytest.mark.parametrize("wanted", [2, 4])
@pytest.mark.parametrize("objects", ["sha1", "sha256"])
def test_versions(backend: str, root: str, wanted: int, objects: str) -> None:
    init(root, f"--object-format={objects}")
    add(root, [name for name in NAMES if name != "a"], length=40 if objects == "sha1" else 64)
    git(root, "update-index", "--index-version", str(wanted))
    assert version(root) == wanted
    assert tracked(root) == ls_files(root)
    paths = kernel("ignore").index_paths(index_bytes(root), sha256=objects == "sha256")
    assert paths == ls_files(root)


@pytest.mark.parametrize("wanted", [3, 4])
def test_extended_flags(backend: str, root: str, wanted: int) -> None:
    init(root)
    write(root, dict.fromkeys(["a", "b", "c/d"], b""))
    git(root, "add", "-N", "a", "b", "c/d")
    git(root, "update-index", "--index-version", str(wanted))
    assert version(root) == wanted
    assert tracked(root) == ["a", "b", "c/d"]


def test_very_long_names(backend: str, root: str) -> None:
    init(root)
    names = ["/".join(["n" * 200] * 20) + end for end in ("", "a", "b")]  # 4,019 bytes: almost PATH_MAX
    add(root, names)
    for wanted in ("2", "4"):
        git(root, "update-index", "--index-version", wanted)
        assert tracked(root) == sorted(names)


def test_conflicts_count_once(backend: str, root: str) -> None:
    init(root)
    lines = "".join(f"100644 {'1' * 40} {stage}\t{name}\0" for name in ("a", "b/c") for stage in (1, 2, 3))
    git(root, "update-index", "-z", "--index-info", data=lines.encode())
    add(root, ["a.b", "c"])
    assert tracked(root) == ls_files(root) == ["a", "a.b", "b/c", "c"]


@pytest.mark.parametrize("wanted", ["2", "4"])
def test_split_index(backend: str, root: str, wanted: str) -> None:
    init(root)
    names = [f"d{i % 7}/f{i}" for i in range(200)]
    add(root, names)
    git(root, "config", "splitIndex.maxPercentChange", "100")
    git(root, "update-index", "--index-version", wanted)
    git(root, "update-index", "--split-index")
    assert tracked(root) == ls_files(root)
    git(root, "update-index", "--force-remove", *names[10:140:3])
    add(root, ["new", "d1/new", "\xe9"])
    add(root, names[1:3], "160000")  # replaced: what were files are submodules now
    assert glob.glob(os.path.join(root, ".git/sharedindex.*"))
    assert b"link" in index_bytes(root)
    assert tracked(root) == ls_files(root)
    with open(glob.glob(os.path.join(root, ".git/sharedindex.*"))[-1], "rb") as shared:
        assert len(kernel("ignore").index_paths(index_bytes(root), shared.read())) > 3
    write(root, {names[1] + "/x": b"", "d3/y": b""})
    assert walked(root) == listed(root) == {"d3/y"}


def test_split_index_without_its_base(backend: str, root: str) -> None:
    init(root)
    add(root, ["a", "b"])
    git(root, "update-index", "--split-index")
    for shared in glob.glob(os.path.join(root, ".git/sharedindex.*")):
        os.unlink(shared)
    with pytest.raises(FileNotFoundError):
        tracked(root)


def test_sparse_index(backend: str, root: str) -> None:
    init(root)
    write(root, {"in/a": b"", "out/b": b"", "out/c/d": b"", "top": b""})
    git(root, "add", ".")
    git(root, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "one")
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert b"sdir" in index_bytes(root)
    with pytest.raises(NotImplementedError):
        tracked(root)
    assert tracked(f"{root}/in") == ["a"]
    assert walked(root) == listed(root)


def test_below_a_directory(backend: str, root: str) -> None:
    init(root)
    add(root, ["a", "d-/x", "d/a", "d/b/c", "d.x", "e/d/a"])
    for name in ("d", "d/b", "e", "none"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
        assert tracked(os.path.join(root, name)) == ls_files(os.path.join(root, name))
    git(root, "config", "core.ignorecase", "true")
    assert tracked(os.path.join(root, "d")) == ["a", "b/c"]


def test_no_index(backend: str, root: str) -> None:
    init(root)
    assert tracked(root) == []
    assert tracked(os.path.dirname(root)) is None


def test_damage_leaves_the_rules(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"*.o\n", "x.o": b"", "y": b""})
    git(root, "add", "-f", "x.o")
    write(root, {".git/index": index_bytes(root)[:50]})
    assert walked(root) == {".gitignore", "y"}
    fd = os.open(root, os.O_RDONLY)
    ignore = kernel("ignore").Ignore(fd, root)
    assert ignore.faults == 1
    with pytest.raises(ValueError, match="damaged"):
        tracked(root)
    os.close(fd)


def outcome(data: bytes, shared: bytes, sha256: bool) -> "list[str] | str":
    try:
        return kernel("ignore").index_paths(data, shared, sha256=sha256)
    except ValueError as error:
        return str(error)


def agree(data: bytes, shared: bytes = b"", sha256: bool = False) -> "list[str] | str":
    """Assert that both back ends make the same of these bytes, and return it."""
    answers = []
    for engine in ("native", "pure"):
        _backend.choose(engine)
        answers.append(outcome(data, shared, sha256))
    _backend.choose(None)
    assert answers[0] == answers[1]
    return answers[0]


def an_index(root: str, wanted: str, *, split: bool) -> tuple[bytes, bytes]:
    init(root)
    add(root, NAMES[1:])
    git(root, "update-index", "--index-version", wanted)
    if not split:
        return index_bytes(root), b""
    git(root, "config", "splitIndex.maxPercentChange", "100")
    git(root, "update-index", "--split-index")
    add(root, ["new", NAMES[1]])
    git(root, "update-index", "--force-remove", NAMES[3], NAMES[5])
    with open(glob.glob(os.path.join(root, ".git/sharedindex.*"))[0], "rb") as file:
        return index_bytes(root), file.read()


@pytest.mark.parametrize("wanted", ["2", "4"])
@pytest.mark.parametrize("split", [False, True])
def test_damaged_bytes(root: str, wanted: str, split: bool) -> None:
    data, shared = an_index(root, wanted, split=split)
    assert isinstance(agree(data, shared), list)
    for length in range(len(data)):
        agree(data[:length], shared)
    chance = random.Random(int(wanted) + split)
    for _ in range(1500):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            byte = chance.choice([0, 1, 0x40, 0x7F, 0x80, 0xFF, chance.randrange(256)])
            changed[chance.randrange(len(data))] = byte
        agree(bytes(changed), shared)
    for _ in range(300 if split else 0):
        agree(data, shared[: chance.randrange(len(shared))])


@pytest.mark.parametrize("count", [2, 3, 2**31, 2**32 - 1])
def test_counts_that_lie(count: int) -> None:
    assert "damaged" in str(agree(struct.pack(">4sII", b"DIRC", 2, count) + bytes(72 + 20)))


def test_names_that_unfold_without_end() -> None:
    """A version 4 index may repeat a long name in a few bytes an entry: what it unfolds to is bounded."""
    entry = bytes(24) + struct.pack(">I", 0o100644) + bytes(12 + 20) + struct.pack(">H", 0xFFF)
    body = entry + b"\0" + b"n" * 60000 + b"\0" + (entry + b"\0" + b"n\0") * 5000
    assert "damaged" in str(agree(struct.pack(">4sII", b"DIRC", 4, 5001) + body + bytes(20)))


@pytest.mark.parametrize("tag", [b"link", b"sdir", b"TREE", b"what"])
def test_extensions(tag: bytes) -> None:
    data = struct.pack(">4sII4sI", b"DIRC", 2, 0, tag, 24) + bytes(24) + bytes(20)
    assert (agree(data) == []) is (tag != b"what")
    assert "damaged" in str(agree(data[:-21]))
