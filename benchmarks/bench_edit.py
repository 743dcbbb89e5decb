"""Editing."""

import os
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir

from foreign import Foreign

from toolrig.bench import Case, Peer
from toolrig.fs import edit

_PLACE = os.path.join(gettempdir(), "toolrig-bench-edit")
_LINE = "def function_{number}(argument, other):  # one of many\n    return argument + other\n\n"
_LINES = 12_500
# The new text holds the old, so that each round finds what it replaces.
_OLD, _NEW = "function_6000(", "function_6000( "

_Way = Callable[[str, str, str], object]


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    return [
        Case(
            "edit a file of 1 MB: one replacement",
            [
                _peer("toolrig", "toolrig", edit),
                _peer("read_text + replace + write_text", "stdlib", _in_place),
                _peer("the same, renamed", "stdlib", _renamed),
                *_foreign(foreign),
            ],
            rounds=60,
            prepare=lambda: os.makedirs(_PLACE, exist_ok=True),
            finish=lambda: rmtree(_PLACE),
        )
    ]


def _peer(name: str, column: str, way: _Way) -> Peer:
    path = os.path.join(_PLACE, name)

    def call() -> None:
        way(path, _OLD, _NEW)

    def answer() -> str:
        _write_first(path)
        call()
        return Path(path).read_text()

    return Peer(name, column, call, answer=answer)


def _foreign(foreign: Foreign) -> list[Peer]:
    ways = {
        "Rust": ["std, in place", "std, renamed"],
        "Go": ["os, in place", "os, renamed"],
        "Node": ["fs, in place", "fs, renamed"],
    }
    return [
        _on_a_file_of_its_own(foreign, language, way) for language, names in ways.items() for way in names
    ]


def _on_a_file_of_its_own(foreign: Foreign, language: str, way: str) -> Peer:
    path = os.path.join(_PLACE, f"{language} {way}")
    (peer,) = foreign.peers("edit", {language: [way]}, str, path=path, old=_OLD, new=_NEW)
    asked = peer.answer

    def answer() -> str:
        assert asked is not None
        _write_first(path)
        return str(asked())

    return Peer(
        peer.name, peer.column, peer.call, figure=peer.figure, answer=asked and answer, missing=peer.missing
    )


def _write_first(path: str) -> None:
    Path(path).write_text("".join(_LINE.format(number=number) for number in range(_LINES)))


def _in_place(path: str, old: str, new: str) -> None:
    file = Path(path)
    file.write_text(file.read_text().replace(old, new))


def _renamed(path: str, old: str, new: str) -> None:
    draft = Path(f"{path}.new")
    draft.write_text(Path(path).read_text().replace(old, new))
    draft.replace(path)
