"""What a command of the command line is, and how its arguments are read.

``argparse`` would take longer to import than the server takes to answer its first request.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class UsageError(Exception):
    """The command line cannot be understood; the text says why."""


class HelpWanted(Exception):
    """The command line asks for the text of ``--help``."""


class Option:
    """A named option: a switch where *metavar* is empty, else one that takes a value.

    *short* is one character: switches may be written together (``-la``), a value may follow at once
    (``-n5``).
    """

    __slots__ = ("help", "metavar", "name", "short")

    def __init__(self, name: str, help: str, *, metavar: str = "", short: str = "") -> None:
        self.name = name
        self.help = help
        self.metavar = metavar
        self.short = short

    @property
    def usage(self) -> str:
        short = f"-{self.short}, " if self.short else ""
        return f"{short}--{self.name} {self.metavar}".rstrip()


class Arguments:
    """What was given: positional words, and options by name."""

    __slots__ = ("options", "words")

    def __init__(self, words: list[str], options: dict[str, list[str]]) -> None:
        self.words = words
        self.options = options

    def word(self, index: int, default: str) -> str:
        """Return the positional word at *index*, or *default* where there are fewer."""
        return self.words[index] if index < len(self.words) else default

    def has(self, name: str) -> bool:
        """Tell whether the option was given."""
        return name in self.options

    def value(self, name: str, default: str) -> str:
        """Return the last value of the option, or *default*."""
        return self.options.get(name, [default])[-1]

    def values(self, name: str) -> list[str]:
        """Return every value of the option, in order."""
        return self.options.get(name, [])

    def number(self, name: str, least: int) -> int | None:
        """Return the last value of the option as a number, or None where it was not given.

        Raises:
            UsageError: it is no number, or one below *least*.
        """
        if not self.has(name):
            return None
        text = self.value(name, "")
        if not text.isdecimal() or int(text) < least:
            raise UsageError(f"--{name} {text!r} is not a number from {least}")
        return int(text)


class Command:
    """A command: its name, what it takes, and the function that runs it and returns the exit status.

    *words* describes the positional words for the usage line, an optional one in brackets; where the last
    ends in ``...]`` there may be any number. With *free_options* an unknown ``--name VALUE`` is passed
    through instead of refused.
    """

    __slots__ = ("free_options", "name", "options", "run", "summary", "words")

    def __init__(
        self,
        name: str,
        summary: str,
        run: "Callable[[Arguments], int]",
        *,
        words: "Sequence[str]" = (),
        options: "Sequence[Option]" = (),
        free_options: bool = False,
    ) -> None:
        self.name = name
        self.summary = summary
        self.run = run
        self.words = words
        self.options = options
        self.free_options = free_options

    def help(self) -> str:
        """Return the text of ``--help``."""
        usage = " ".join(["toolrig", self.name, *self.words, *(["[OPTIONS]"] if self.options else [])])
        rows = [(option.usage, option.help) for option in self.options] + [("--help", "Show this text.")]
        if any(option.short for option in self.options):
            rows = [("    " * left.startswith("--") + left, right) for left, right in rows]
        width = max(len(left) for left, _ in rows)
        lines = "\n".join(f"  {left:<{width}}  {right}" for left, right in rows)
        return f"usage: {usage}\n\n{self.summary}\n\n{lines}"

    def parse(self, argv: "Sequence[str]") -> Arguments:
        """Read *argv*, the words behind the command's name.

        Raises:
            HelpWanted: ``--help`` or ``-h`` is among the options, not as the value of one.
            UsageError: a word or option is unknown, missing, or lacks its value. Behind ``--`` there are
                only words.
        """
        given = Arguments([], {})
        pending = list(argv)
        while pending:
            word = pending.pop(0)
            if word == "--":
                given.words += pending
                break
            if word in ("--help", "-h"):
                raise HelpWanted
            if word.startswith("--"):
                self._take_long(word, pending, given)
            elif len(word) > 1 and word.startswith("-"):
                self._take_short(word, pending, given)
            else:
                given.words.append(word)
        self._check_words(given.words)
        return given

    def _take_long(self, word: str, pending: list[str], given: Arguments) -> None:
        name, equals, value = word[2:].partition("=")
        option = next((option for option in self.options if option.name == name), None)
        if option is None and not self.free_options:
            raise UsageError(f"unknown option --{name}")
        if option is not None and not option.metavar:
            if equals:
                raise UsageError(f"option --{name} takes no value")
        elif not equals:
            value = _next(f"--{name}", pending)
        given.options.setdefault(name, []).append(value)

    def _take_short(self, word: str, pending: list[str], given: Arguments) -> None:
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            option = next((option for option in self.options if option.short == letter), None)
            if option is None:
                raise UsageError(f"unknown option -{letter}")
            value = ""
            if option.metavar:
                value, letters = letters or _next(f"-{letter}", pending), ""
            given.options.setdefault(option.name, []).append(value)

    def _check_words(self, words: list[str]) -> None:
        needed = [word for word in self.words if not word.startswith("[")]
        if len(words) < len(needed):
            raise UsageError(f"missing {needed[len(words)]}")
        if len(words) > len(self.words) and not (self.words and self.words[-1].endswith("...]")):
            raise UsageError(f"unexpected {words[len(self.words)]!r}")


def _next(option: str, pending: list[str]) -> str:
    if not pending:
        raise UsageError(f"option {option} needs a value")
    return pending.pop(0)


def run(command: Command, argv: "Sequence[str]") -> int:
    """Run *command* on *argv* and return the exit status; 2 for a command line that is not understood."""
    try:
        return command.run(command.parse(argv))
    except HelpWanted:
        print(command.help())
        return 0
    except UsageError as error:
        print(f"toolrig {command.name}: {error}; see: toolrig {command.name} --help", file=sys.stderr)
        return 2
