"""The files a patch names, as they are while its parts are applied one by one in memory."""

import errno
import os
from collections import namedtuple
from posixpath import split

from toolrig.errors import PatchError
from toolrig.fs._coding import Coding, coding_of
from toolrig.fs._jail import Jail, not_regular, regular, unopenable
from toolrig.fs._spot import Spot
from toolrig.fs._token import token_written
from toolrig.fs._transaction import Transaction
from toolrig.fs._write import file_changed, replaceable

_LINK, _DIRECTORY, _KIND = 0o120000, 0o040000, 0o170000
_EXECUTABLE = 0o111


class _Permits(namedtuple("_Permits", ("like", "said"))):
    """Permissions: those of a file on the disk, and what the patch has said of executing it."""

    __slots__ = ()

    like: os.stat_result | None
    said: int | None


class Target:
    """One file: what is on the disk, and what the patch makes of it.

    Attributes:
        path: as the patch names it.
        spot: its place; that of the first missing directory above it where *missing* is not empty.
        missing: the components below *spot*.
        start: its content before the part of the patch that is being applied; None where there was no file.
        now: its content after what has been applied so far; None where there is no file.
        made: whether this part of the patch has put it here.
    """

    __slots__ = (
        "_before",
        "_info",
        "_permits",
        "_start_permits",
        "_verbatim",
        "made",
        "missing",
        "now",
        "path",
        "spot",
        "start",
    )

    def __init__(self, path: str, spot: Spot, missing: tuple[str, ...], *, verbatim: bool) -> None:
        self.path = path
        self.spot = spot
        self.missing = missing
        self.made = False
        self._verbatim = verbatim
        self._info = None if missing else spot.status_or_none()
        self._before = self._read() if self._info is not None else None
        self._permits = self._start_permits = _Permits(self._info, None)
        self.start = self.now = self._before

    @property
    def changed(self) -> bool:
        """Whether the disk is to be changed for it."""
        return self.now != self._before or self._permissions() is not None

    @property
    def is_link(self) -> bool:
        """Whether a symbolic link is on the disk."""
        return self._info is not None and self._info.st_mode & _KIND == _LINK

    def text(self) -> tuple[Coding, str]:
        """Return how its bytes are text, and that text, with a byte order mark as its first character.

        Raises:
            BinaryFileError: it holds binary data.
        """
        data = self.now or b""
        coding = coding_of(data, self.path)
        if self._verbatim:
            return coding, data.decode("utf-8", "surrogateescape")
        return coding, ("\ufeff" if coding.bom else "") + coding.decode(data)

    def put(self, text: str, coding: Coding, *, mode: int | None = None) -> None:
        """Give it the content *text*, and permissions where *mode* is one.

        Raises:
            EncodingError: *coding* has no bytes for a character.
        """
        self.made = self.made or self.now is None
        if self._verbatim:
            self.now = text.encode("utf-8", "surrogateescape")
        elif coding.bom and text.startswith("\ufeff"):
            self.now = coding.bom + coding.encode_part(text[1:])
        else:
            self.now = coding.encode_part(text)
        self.take_mode(mode)

    def take_mode(self, mode: int | None) -> None:
        """Take over from *mode* whether it can be executed."""
        if mode is not None:
            self._permits = self._permits._replace(said=mode)

    def take_from(self, source: "Target", *, original: bool) -> None:
        """Become a copy of *source*, as it was before this part with *original*."""
        if source is not self:
            self.now = source.start if original and source.start is not None else source.now
            self._permits = source._start_permits if original else source._permits
            self.made = True

    def begin_part(self) -> None:
        """Take what it is by now for the beginning."""
        self.start, self.made = self.now, False
        self._start_permits = self._permits

    def remove(self) -> None:
        """Be no more."""
        self.now, self.made = None, False

    def leave(self, *, original: bool) -> None:
        """Be no more, as what was moved elsewhere; with *original*, a new file of that name stays."""
        if not (original and self.made):
            self.remove()

    def lines(self) -> int:
        """Return how many lines it holds."""
        data = self.now or b""
        return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)

    def require_unchanged(self) -> None:
        """Check that the disk still holds what was read, and that it may be changed.

        Raises:
            FileChangedError: it does not.
            PermissionError: the file is write-protected.
        """
        if self._info is None:
            return
        there = self.spot.status_or_none() if self.now is None else replaceable(self.spot)
        if there is None or token_written(there) != token_written(self._info):
            raise file_changed(self.spot, "changed while the patch was applied")

    def plan(self, transaction: Transaction, spot: Spot) -> None:
        """Plan in *transaction* what brings the disk to it; *spot* is its place."""
        if self.now is None:
            if self._info is not None:
                transaction.remove(spot)
            return
        if self._info is None:
            executable = (self._permits.said or 0) & 0o100
            transaction.write(spot, self.now, mode=0o777 if executable else 0o666)
        elif self.now != self._before:
            transaction.write(spot, self.now, like=self._info)
        wanted = self._permissions()
        if wanted is not None:
            transaction.chmod(spot, wanted)

    def _permissions(self) -> int | None:
        """Return the permissions to be set, None where they are right already."""
        like, said = self._permits
        if like is None:
            return None
        mode = like.st_mode & 0o777
        if said is not None:
            readable = (mode & 0o444) >> 2
            mode = mode & ~_EXECUTABLE | (readable if said & 0o100 else 0)
        same = self._info is not None and mode == self._info.st_mode & 0o777
        return None if same else mode

    def _read(self) -> bytes:
        if self.is_link:
            return b""
        if self._info is not None and self._info.st_mode & _KIND == _DIRECTORY:
            raise IsADirectoryError(errno.EISDIR, "is a directory: patches change files alone", self.path)
        try:
            fd = self.spot.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as failure:
            raise not_regular(self.path) if unopenable(failure) else failure from None
        with os.fdopen(regular(fd, self.path), "rb", buffering=0) as file:
            self._info = os.fstat(file.fileno())
            return file.readall()


class Targets:
    """All files a patch names; two names of one file are one target."""

    def __init__(self, jail: Jail, transaction: Transaction, *, verbatim: bool) -> None:
        self._jail = jail
        self._transaction = transaction
        self._verbatim = verbatim
        self._known: dict[tuple[object, ...], Target] = {}
        self._directories: dict[object, Spot] = {}
        self._vacated: set[Target] = set()

    def begin_part(self, moved: "list[str]") -> None:
        """Begin a part of the patch, in the course of which the files *moved* are moved elsewhere."""
        for target in self._known.values():
            target.begin_part()
        self._vacated = {self._target(path, follow=False) for path in moved}

    def exists(self, path: str) -> bool:
        """Return whether there is a file *path* by now."""
        return self._target(path, follow=True).now is not None

    def existing(self, path: str) -> Target:
        """Return the file *path*, or the one a symbolic link of that name leads to.

        Raises:
            FileNotFoundError: there is none.
        """
        return self._there(self._target(path, follow=True))

    def entry(self, path: str, *, original: bool = False) -> Target:
        """Return the file *path* itself, for removal; with *original*, the patch may have taken it away.

        Raises:
            FileNotFoundError: there is none.
            PatchError: it is a symbolic link.
        """
        target = self._target(path, follow=False)
        if target.is_link:
            raise PatchError(f"{path} is a symbolic link: patches change files alone", path=path)
        return target if original and target.start is not None else self._there(target)

    def free(self, path: str, *, but: Target | None = None) -> Target:
        """Return *path* for a new file; *but* may have that name.

        Raises:
            FileExistsError: the name is taken.
        """
        target = self._target(path, follow=False)
        leaving = target is but or (target in self._vacated and not target.made)
        if target.now is not None and not leaving:
            raise FileExistsError(errno.EEXIST, "exists already: update it, or delete it first", path)
        return target

    def new_coding(self, path: str) -> Coding:
        """Return how a new file is text."""
        return Coding(path=path, encoding="utf-8", bom=b"", newline="\n")

    def commit(self) -> None:
        """Bring the disk to what the targets are by now.

        Raises:
            FileChangedError: somebody else has changed a file since it was read.
            OSError: a file cannot be written; nothing is changed.
        """
        changed = [target for target in self._known.values() if target.changed]
        for target in changed:
            spot = self._made(target) if target.missing and target.now is not None else target.spot
            target.plan(self._transaction, spot)
        for target in changed:
            target.require_unchanged()
        self._transaction.commit()

    def _there(self, target: Target) -> Target:
        if target.now is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), target.path)
        return target

    def _target(self, path: str, *, follow: bool) -> Target:
        top, missing = path, list[str]()
        while True:
            try:
                spot = self._spot(top, follow=follow and not missing)
                break
            except FileNotFoundError as failure:
                top, name = split(top.rstrip("/"))
                if not top or name in (".", ".."):
                    failure.filename = path
                    raise
                missing.insert(0, name)
        spot = self._shared(spot)
        key = (spot.directory, spot.name, *missing)
        if key not in self._known:
            self._known[key] = Target(path, spot, tuple(missing), verbatim=self._verbatim)
        return self._known[key]

    def _spot(self, path: str, *, follow: bool) -> Spot:
        spot = self._jail.spot(path, follow=follow)
        if isinstance(spot.directory, str) and not os.path.isdir(spot.directory):  # as no descriptor has told
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return spot

    def _shared(self, spot: Spot) -> Spot:
        """Return *spot* on the one descriptor that is held of its directory."""
        if not isinstance(spot.directory, int):
            return spot
        info = os.fstat(spot.directory)
        held = self._directories.setdefault((info.st_dev, info.st_ino), spot)
        if held is spot:
            return self._transaction.hold(spot)
        spot.close()
        return Spot(held.directory, spot.name, spot.shown, keep=held)

    def _made(self, target: Target) -> Spot:
        """Make the directories that *target* lacks, and return its place."""
        top = target.path.rstrip("/")
        above: list[str] = []
        for _ in target.missing:
            top = split(top)[0]
            above.insert(0, top)
        for path in above:
            spot = self._transaction.hold(self._jail.spot(path, follow=False))
            if spot.status_or_none() is None:
                self._transaction.make_directory(spot)
        return self._transaction.hold(self._jail.spot(target.path, follow=False))
