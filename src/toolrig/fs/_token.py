"""Tokens: short texts that each name one version of a file.

A token tells inode, size and times. Times move in ticks (of 1 to 15 ms, of seconds on old file systems), so a
second change within one tick may leave all of them as they were: where the last change is too young to rule
that out, a digest of the content is part of the token.

A token is to be taken before the content is read: where the file changes in between, the token is the older
of the two and a later comparison says "changed".
"""

import os
from time import time_ns

_TICK = 20_000_000  # ns; no clock of a file system with fractions of seconds moves in longer steps
_SLOW_TICK = 2_000_000_000  # FAT's
_SECOND = 1_000_000_000
_CHUNK = 1 << 18
# A larger file is not read for its token.
_DIGEST_MOST = 16 << 20
# What stands in for the digest where there is none: such a token equals no version.
_UNSETTLED = "unsettled"


def token_of(fd: int, info: os.stat_result) -> str:
    """Return the token of the regular file *fd*, whose status is *info*.

    A file that changed within the last 20 ms is read for it; if it is larger than 16 MiB the token names no
    version at all, and every comparison says "changed". The position of *fd* stays.
    """
    token = token_written(info)
    if settled(info):
        return token
    return f"{token}-{_digest(fd, info.st_size)}"


def token_written(info: os.stat_result) -> str:
    """Return the token of a file whose time of modification is more precise than the file system's clock."""
    return f"{info.st_ino:x}-{info.st_size:x}-{info.st_mtime_ns:x}-{info.st_ctime_ns:x}"


def token_unsettled(info: os.stat_result) -> str:
    """Return a token that names no version: for a file that changed just now and cannot be read."""
    return f"{token_written(info)}-{_UNSETTLED}"


def still(token: str, fd: int, info: os.stat_result) -> bool:
    """Whether the regular file *fd*, whose status is *info*, is the version that *token* names."""
    now = token_written(info)
    if token == now:
        return True
    times, _, digest = token.rpartition("-")
    return times == now and digest != _UNSETTLED and digest == _digest(fd, info.st_size)


def settled(info: os.stat_result) -> bool:
    """Whether a change from now on is sure to change the times that *info* tells."""
    whole = info.st_mtime_ns % _SECOND == info.st_ctime_ns % _SECOND == 0
    age = time_ns() - max(info.st_mtime_ns, info.st_ctime_ns)
    return age >= (_SLOW_TICK if whole else _TICK)


def _digest(fd: int, size: int) -> str:
    if size > _DIGEST_MOST:
        return _UNSETTLED
    try:
        from _blake2 import blake2b  # spares hashlib, which loads OpenSSL
    except ImportError:
        from hashlib import blake2b
    state, room = blake2b(digest_size=16), _DIGEST_MOST
    before = os.lseek(fd, 0, os.SEEK_CUR)
    os.lseek(fd, 0, os.SEEK_SET)
    while chunk := os.read(fd, _CHUNK):
        room -= len(chunk)
        if room < 0:  # it has grown meanwhile
            break
        state.update(chunk)
    os.lseek(fd, before, os.SEEK_SET)
    return state.hexdigest() if room >= 0 else _UNSETTLED
