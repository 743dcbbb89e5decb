"""What git reads outside of a root, read once when the root was opened."""

import os


class Surroundings:
    """A root, and what is known of the world outside it; whatever is swapped out there later changes nothing.

    Attributes:
        place: what everything is opened beneath: a descriptor, or the path where directories have none.
        paths: absolute paths of the root, as given and without symbolic links.
        home: ``$HOME``, None where unset; so is *config_home* ``$XDG_CONFIG_HOME``.
        real_home: *home* without symbolic links.
        files: files of configuration, and of the rules that it names, by their absolute paths: the directory
            each is in, without symbolic links, and its content, None where there was none.
        git: the directory of the repository around the root where it lies outside, open; its index is read
            anew each time. None: there is no such repository, and the following say nothing.
        common: the directory that its worktrees share.
        lead: from the top of the work tree to the root, "" or ``a/b/``.
        rules: the ``.gitignore`` files above the root, by their directories, written as *lead*.
        exclude: its ``info/exclude``.
        everywhere: what core.excludesFile names.
        fold: core.ignoreCase.
        sha256: whether extensions.objectFormat is sha256.
    """

    __slots__ = (
        "common", "config_home", "everywhere", "exclude", "files", "fold", "git", "home", "lead", "paths",
        "place", "real_home", "rules", "sha256",
    )  # fmt: skip

    def __init__(self, place: "int | str", paths: tuple[str, str]) -> None:
        self.place: int | str = place
        self.git: int | str | None = None
        self.common: int | str | None = None
        self.paths = paths
        self.home = os.environ.get("HOME")
        self.config_home = os.environ.get("XDG_CONFIG_HOME")
        self.real_home = None if self.home is None else os.path.realpath(self.home)
        self.files: dict[bytes, tuple[bytes, bytes | None]] = {}
        self.lead = b""
        self.rules: dict[bytes, bytes | None] = {}
        self.exclude: bytes | None = None
        self.everywhere: bytes | None = None
        self.fold = self.sha256 = False

    def __del__(self) -> None:
        for place in (self.place, self.git, self.common):
            if isinstance(place, int):
                os.close(place)
