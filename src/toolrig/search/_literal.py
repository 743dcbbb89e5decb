"""The literal that every match of a regular expression must contain.

Built on the parser of the standard library, which is private: whatever it says that is not known here
means "no literal", which costs speed and nothing else.
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# Nodes that end a run of literals and say nothing about what stands there.
_GAPS = frozenset(
    (
        "ANY",
        "ASSERT",
        "ASSERT_NOT",
        "ATOMIC_GROUP",
        "BRANCH",
        "GROUPREF",
        "GROUPREF_EXISTS",
        "IN",
        "NOT_LITERAL",
    )
)
_REPEATS = frozenset(("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"))


def required_literal(pattern: str) -> tuple[str, bool]:
    """Return the longest text that is certain to be in every match of *pattern*, "" if there is none.

    The second value tells whether the pattern matches exactly that text and nothing else. *pattern* is one
    that `re.compile` accepts.
    """
    try:
        parser = import_module("re._parser")
        tree = parser.parse(pattern)
        if tree.state.flags & ~parser.SRE_FLAG_UNICODE:
            return "", False
        runs = _Runs()
        runs.read(tree)
    except (ImportError, AttributeError, RecursionError, _UnknownNodeError):
        return "", False
    return max(runs.texts, key=len), runs.exact


class _UnknownNodeError(Exception):
    """The parser produced something that is not known here."""


class _Runs:
    """Runs of literal characters that follow each other in every match."""

    def __init__(self) -> None:
        self.texts = [""]
        self.exact = True

    def read(self, nodes: "Iterable[tuple[object, Any]]") -> None:
        for operator, argument in nodes:
            name = str(operator)
            if name == "LITERAL":
                self.texts[-1] += chr(argument)
            elif name == "SUBPATTERN":
                self._read_group(*argument)
            elif name == "AT":  # takes no room: what surrounds it touches
                self.exact = False
            elif name in _REPEATS:
                self._read_repeat(*argument)
            elif name in _GAPS:
                self._gap()
            else:
                raise _UnknownNodeError(name)

    def _read_group(self, _number: object, add_flags: int, del_flags: int, nodes: "Any") -> None:
        if add_flags or del_flags:
            raise _UnknownNodeError("flags")
        self.read(nodes)

    def _read_repeat(self, least: int, _most: object, nodes: "Any") -> None:
        self._gap()
        if least >= 1:
            self.read(nodes)
            self._gap()

    def _gap(self) -> None:
        self.exact = False
        self.texts.append("")
