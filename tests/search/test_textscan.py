"""The kernel: files in, pieces of lines out."""

import errno
import os
import re
import signal
import threading
from codecs import getincrementaldecoder
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolrig import _backend
from toolrig._backend import kernel


def one(literal: bytes):
    """Return the finder of one literal."""
    return "literals", (literal,), False


def lines_of(data: bytes) -> list[bytes]:
    return (
        data.splitlines(keepends=True)
        if b"\r" not in data
        else [line + b"\n" for line in data.split(b"\n")[:-1]]
        + [line for line in data.split(b"\n")[-1:] if line]
    )


def unfold(pieces, before=0, after=0):
    """Return (file, line number, line, context before, context after, at) for every candidate line."""
    found = []
    for file, error, _, blob, ranges in pieces:
        assert not error
        for line, begin, start, end, stop, at in ranges:
            assert 0 <= begin <= start < end <= stop <= len(blob)
            head, own, tail = (lines_of(blob[a:b]) for a, b in ((begin, start), (start, end), (end, stop)))
            every = head + own + tail
            for i in range(len(head), len(head) + len(own)):
                context = every[max(0, i - before) : i], every[i + 1 : i + 1 + after]
                found.append((file, line + i - len(head), every[i], *context, at))
    return found


def expected(data: bytes, needle: bytes, before=0, after=0, file=0):
    lines = lines_of(data)
    return [
        (file, i + 1, line, lines[max(0, i - before) : i], lines[i + 1 : i + 1 + after], line.find(needle))
        for i, line in enumerate(lines)
        if needle in line
    ]


def test_a_vector_unit_is_used_where_there_is_one():
    _backend.choose("native")
    assert kernel("textscan").instruction_set() in {"avx2", "sse2", "neon", "scalar"}
    _backend.choose(None)


@given(text=st.lists(st.sampled_from(b"ab\n"), max_size=300).map(bytes), skip=st.integers(0, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dense_text(simd, text, skip):
    part = memoryview(text)[skip:]
    for needle in (b"ab", b"aab", b"ba", b"b", b"bb"):
        assert simd.find(part, one(needle)) == bytes(part).find(needle)
    assert simd.count_newlines(part) == bytes(part).count(b"\n")
    assert simd.last_newline(part) == bytes(part).rfind(b"\n")


def test_counting_beyond_one_byte(simd):
    text = b"\n" * 100_003 + b"x" * 70
    assert simd.count_newlines(text) == 100_003
    assert simd.last_newline(text) == 100_002
    assert simd.last_newline(b"x" * 100) == -1


def texts():
    line = st.lists(st.sampled_from([b"a", b"b", b"ab", b"\r", b"\xc3", b"\xa9", b"\x80", b" "]), max_size=6)
    lines = st.lists(line.map(b"".join), max_size=12)
    return st.builds(lambda parts, end: b"\n".join(parts) + end, lines, st.sampled_from([b"", b"\n"]))


@given(
    data=texts(),
    needle=st.sampled_from([None, b"a", b"ab", b"abab", b"\xc3\xa9", b"b\r"]),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
    chunk=st.integers(1, 20),
    probe=st.sampled_from([0, 3, 8000]),
    piece_most=st.sampled_from([1, 60, 1 << 18]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
def test_lines_with_context(tmp_path: Path, scan, data, needle, before, after, chunk, probe, piece_most):
    (tmp_path / "f").write_bytes(data)
    options = {"chunk": chunk, "probe": probe, "piece_most": piece_most}
    pieces = scan(["f"], needle, before=before, after=after, **options)
    assert unfold(pieces, before, after) == expected(data, needle or b"", before, after)
    if needle:
        want = len(expected(data, needle))
        counted = [(0, 0, want, b"", [])] if want else []
        assert scan(["f"], needle, "COUNT", **options) == counted
        assert scan(["f"], needle, "FILES", **options) == [(0, 0, 1, b"", [])][: bool(want)]


@given(data=texts(), caseless=st.booleans(), before=st.integers(0, 2), chunk=st.integers(1, 20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_with_any_of_several_literals(tmp_path: Path, scan, data, caseless, before, chunk):
    (tmp_path / "f").write_bytes(data)
    literals = (b"Ab" if caseless else b"ab", b"\xc3\xa9", b"b\r", b"aa")
    wanted = re.compile(b"|".join(map(re.escape, literals)), re.IGNORECASE if caseless else re.NOFLAG)
    hits = [hit for hit in expected(data, b"", before) if wanted.search(hit[2])]
    finder = "literals", literals, caseless
    found = unfold(scan(["f"], finder, before=before, chunk=chunk, probe=0), before)
    assert found == [(*hit[:-1], wanted.search(hit[2]).start()) for hit in hits]
    assert sum(piece[2] for piece in scan(["f"], finder, "COUNT", chunk=chunk, probe=0)) == len(hits)


def test_both_back_ends_denote_the_same_ranges(tmp_path: Path, folder: int):
    (tmp_path / "f").write_bytes(b"".join(b"line %d %s\n" % (i, b"x" * (i % 90)) for i in range(3000)))
    answers = []
    for name in ("native", "pure"):
        _backend.choose(name)
        textscan = kernel("textscan")
        scanner = textscan.Scanner(
            folder,
            one(b"7 x"),
            mode=textscan.LINES,
            before=2,
            after=1,
            follow=False,
            threads=1,
            probe=8000,
            chunk=999,
        )
        scanner.start(["f"])
        pieces = []
        while (batch := scanner.next_batch()) is not None:
            pieces += batch
        answers.append(unfold(pieces, 2, 1))
        assert (scanner.files_searched, scanner.binary_skipped) == (1, 0)
    _backend.choose(None)
    assert answers[0] == answers[1] != []


def test_pieces_come_in_the_order_of_the_paths(tmp_path: Path, scan):
    names = [f"{i:03}" for i in range(200)]
    data = {name: b"needle\n" * (i % 7) * (400 if i % 50 == 0 else 1) for i, name in enumerate(names)}
    for name in names:
        (tmp_path / name).write_bytes(data[name])
    for threads in (1, 2, 8, 100):
        found = unfold(scan(names, b"needle", piece_most=100, chunk=64, threads=threads))
        assert found == [
            hit for i, name in enumerate(names) for hit in expected(data[name], b"needle", file=i)
        ]
        assert scan.scanner.files_searched == 200


def test_much_is_handed_out_before_all_is_found(tmp_path: Path, folder: int, backend: str):
    (tmp_path / "many").write_bytes(b"needle\n" * 200_000)
    textscan = kernel("textscan")
    scanner = textscan.Scanner(
        folder,
        one(b"needle"),
        mode=textscan.LINES,
        before=0,
        after=0,
        follow=False,
        threads=2,
        probe=8000,
        piece_most=1 << 12,
    )
    scanner.start(["many"])
    first = scanner.next_batch()
    assert 0 < sum(len(piece[3]) for piece in first) < 200_000
    assert scanner.files_searched == 0
    scanner.close()
    assert scanner.next_batch() is None


def test_a_scanner_takes_paths_again_and_again(tmp_path: Path, folder: int, backend: str):
    (tmp_path / "f").write_bytes(b"x\n")
    textscan = kernel("textscan")
    scanner = textscan.Scanner(
        folder, one(b"x"), mode=textscan.COUNT, before=0, after=0, follow=False, threads=2, probe=8000
    )
    assert scanner.next_batch() is None
    for paths in (["f"], [], ["f", "f"]):
        scanner.start(paths)
        with pytest.raises(RuntimeError, match="not searched yet"):
            scanner.start(paths)
        found = []
        while (batch := scanner.next_batch()) is not None:
            found += batch
        assert found == [(i, 0, 1, b"", []) for i in range(len(paths))]
    assert scanner.files_searched == 3
    scanner.close()
    scanner.close()
    scanner.start(["f"])
    assert scanner.next_batch() is None
    assert scanner.files_searched == 3


def test_binary_files_are_counted_not_searched(tmp_path: Path, scan):
    (tmp_path / "early").write_bytes(b"x" * 7999 + b"\0needle\n")
    (tmp_path / "late").write_bytes(b"x" * 8000 + b"\0needle\n")
    pieces = scan(["early", "late"], b"needle")
    assert [piece[0] for piece in pieces] == [1]
    assert (scan.scanner.files_searched, scan.scanner.binary_skipped) == (1, 1)
    assert unfold(scan(["early", "late"], b"needle", chunk=100)) == unfold(pieces)


UTF16 = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@given(
    text=st.text(st.sampled_from("ab\n\r é\u2029\U0001d11e\ud800\udc00\x00"), max_size=60),
    rest=st.sampled_from([b"", b"\0", b"\xd8", b"\xd8\xdc"]),
    encoding=st.sampled_from(sorted(UTF16)),
    before=st.integers(0, 2),
    chunk=st.integers(1, 20),
    probe=st.sampled_from([0, 1, 2, 7, 30]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_utf16_is_searched_as_the_text_it_is(
    tmp_path: Path, scan, text, rest, encoding, before, chunk, probe
):
    body = text.encode(encoding, "surrogatepass") + rest
    (tmp_path / "f").write_bytes(UTF16[encoding] + body)
    decoded = body.decode(encoding, "replace").encode()
    for needle in (b"b", None):
        found = unfold(scan(["f"], needle, before=before, chunk=chunk, probe=probe), before)
        assert scan.scanner.files_searched + scan.scanner.binary_skipped == 1
        if scan.scanner.files_searched:
            assert found == expected(decoded, needle or b"", before)
        try:
            head = getincrementaldecoder(encoding)().decode(body[: max(probe - 2, 0)])
        except UnicodeDecodeError:
            assert scan.scanner.binary_skipped == 1
        else:
            assert scan.scanner.binary_skipped == ("\0" in head)


def test_a_long_text_in_utf16(tmp_path: Path, scan):
    lines = [f"line {i} {'é𝄞'[i % 2] * (i % 300)}\r\n" for i in range(3000)]
    (tmp_path / "little").write_text("".join(lines), "utf-16", newline="")
    (tmp_path / "eight").write_text("".join(lines), "utf-8", newline="")
    for mode in ("LINES", "COUNT", "FILES"):
        one, other = (scan([name], b"7 ", mode, probe=8000) for name in ("little", "eight"))
        assert unfold(one) == unfold(other)
        assert sum(piece[2] for piece in one) == sum(piece[2] for piece in other)
    assert scan(["little", "eight"], b"absent") == []
    assert scan.scanner.files_searched == 2


def test_a_line_too_long_in_utf16_is_an_error(tmp_path: Path, scan):
    (tmp_path / "f").write_text("needle\n" + "x" * 5000 + "\nneedle\n", "utf-16")
    *pieces, last = scan(["f"], b"needle", probe=0, chunk=16, line_most=128, piece_most=1)
    assert [hit[1] for hit in unfold(pieces)] == [1]
    assert last[:3] == (0, errno.EFBIG, 0)


def test_a_line_too_long_is_an_error_not_a_wrong_answer(tmp_path: Path, scan):
    (tmp_path / "f").write_bytes(b"needle\n" + b"x" * 500 + b"needle\nneedle\n")
    *pieces, last = scan(["f"], b"needle", probe=0, chunk=16, line_most=128, piece_most=1)
    assert [hit[1] for hit in unfold(pieces)] == [1]
    assert last[:3] == (0, errno.EFBIG, 0)
    assert scan.scanner.files_searched == 0
    assert scan(["f"], b"needle", "COUNT", probe=0, chunk=16, line_most=128) == [(0, errno.EFBIG, 1, b"", [])]
    assert len(unfold(scan(["f"], b"needle", probe=0, chunk=16, line_most=600, piece_most=1))) == 3


def test_files_that_cannot_be_searched(tmp_path: Path, scan, monkeypatch):
    (tmp_path / "good").write_bytes(b"needle\n")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("good")
    (tmp_path / "out").symlink_to("/etc")
    paths = ["absent", "folder", "fifo", "link", "out/passwd", "../x", "good"]
    found = {paths[index]: error for index, error, *_ in scan(paths, b"needle")}
    assert found == {
        "absent": errno.ENOENT,
        "folder": errno.EISDIR,
        "fifo": errno.EINVAL,
        "link": errno.ELOOP,
        "out/passwd": errno.ELOOP,
        "../x": errno.EXDEV,
        "good": 0,
    }
    assert len(unfold(scan(["link"], b"needle", follow=True))) == 1
    with pytest.raises(ValueError, match="null"):
        scan(["a\0b"], b"x")


def test_files_of_unknown_size_are_read_to_their_end(folder: int, backend: str):
    textscan = kernel("textscan")
    fd = os.open("/proc/self", os.O_RDONLY | os.O_DIRECTORY)
    scanner = textscan.Scanner(
        fd,
        one(b"Pid:"),
        mode=textscan.COUNT,
        before=0,
        after=0,
        follow=False,
        threads=1,
        probe=8000,
        chunk=10,
    )
    scanner.start(["status"])
    assert scanner.next_batch() == [(0, 0, 3, b"", [])]  # Pid, PPid, TracerPid
    scanner.close()
    os.close(fd)


def test_a_fork_does_not_continue_a_search(tmp_path: Path, folder: int, backend: str):
    (tmp_path / "f").write_bytes(b"needle\n" * 1000)
    textscan = kernel("textscan")
    scanner = textscan.Scanner(
        folder,
        one(b"needle"),
        mode=textscan.LINES,
        before=0,
        after=0,
        follow=False,
        threads=2,
        probe=0,
        piece_most=100,
    )
    scanner.start(["f"] * 20)
    assert scanner.next_batch()
    child = os.fork()
    if not child:
        try:
            scanner.next_batch()
        except RuntimeError:
            del scanner
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert scanner.next_batch()
    scanner.close()


def test_signals_are_seen_between_hits(tmp_path: Path, folder: int, backend: str):
    with open(tmp_path / "big", "wb") as file:
        file.truncate(1 << 26)  # a hole: much to read that costs nothing on the disk
    textscan = kernel("textscan")
    scanner = textscan.Scanner(
        folder, one(b"needle"), mode=textscan.COUNT, before=0, after=0, follow=False, threads=2, probe=0
    )

    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGALRM, interrupt)
    scanner.start(["big"] * 100_000)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(iter(scanner.next_batch, None))
        assert scanner.files_searched < 100_000
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
        scanner.close()


def test_closing_from_another_thread(tmp_path: Path, folder: int, backend: str):
    (tmp_path / "f").write_bytes(b"nothing\n" * 100_000)
    textscan = kernel("textscan")
    scanner = textscan.Scanner(
        folder, one(b"needle"), mode=textscan.LINES, before=0, after=0, follow=False, threads=2, probe=0
    )
    scanner.start(["f"] * 100_000)
    assert scanner.next_batch() is not None
    closer = threading.Thread(target=scanner.close)
    closer.start()
    while scanner.next_batch() is not None:
        pass
    closer.join()
    assert scanner.files_searched < 100_000
