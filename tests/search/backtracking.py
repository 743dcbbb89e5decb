"""A backtracking matcher that counts its steps: what `re` does, without its shortcuts."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

Rest = Callable[[int], None]


class TooManySteps(Exception):
    """The matcher has made more steps than it was allowed."""


class Matcher:
    """Tries every way to match *pattern* at the start of *text*, as if the match failed at its very end."""

    def __init__(self, pattern: str, text: str, most: int) -> None:
        self.text, self.most, self.steps = text, most, 0
        self.groups: dict[int, tuple[int, int]] = {}
        self.run(list(import_module("re._parser").parse(pattern)), 0, lambda _: None)

    def run(self, nodes: list[Any], at: int, rest: Rest) -> None:
        if not nodes:
            rest(at)
            return
        (operator, argument), tail = nodes[0], nodes[1:]
        getattr(self, str(operator).lower())(argument, at, lambda end: self.run(tail, end, rest))

    def step(self, at: int) -> str:
        self.steps += 1
        if self.steps > self.most:
            raise TooManySteps
        return self.text[at : at + 1]

    def literal(self, code: int, at: int, rest: Rest) -> None:
        if self.step(at) == chr(code):
            rest(at + 1)

    def not_literal(self, code: int, at: int, rest: Rest) -> None:
        if self.step(at) not in ("", chr(code)):
            rest(at + 1)

    def any(self, _: None, at: int, rest: Rest) -> None:
        if self.step(at):
            rest(at + 1)

    def in_(self, items: list[Any], at: int, rest: Rest) -> None:
        char = self.step(at)
        negated = str(items[0][0]) == "NEGATE"
        codes = {code for kind, code in items if str(kind) == "LITERAL"}
        if char and (ord(char) in codes) != negated:
            rest(at + 1)

    def branch(self, argument: tuple[None, list[Any]], at: int, rest: Rest) -> None:
        for nodes in argument[1]:
            self.run(list(nodes), at, rest)

    def subpattern(self, argument: tuple[int, int, int, Any], at: int, rest: Rest) -> None:
        number, _, _, nodes = argument

        def closed(end: int) -> None:
            before = self.groups.get(number)
            self.groups[number] = at, end
            rest(end)
            if before is None:
                del self.groups[number]
            else:
                self.groups[number] = before

        self.run(list(nodes), at, closed)

    def groupref(self, number: int, at: int, rest: Rest) -> None:
        self.step(at)
        if number in self.groups:
            start, end = self.groups[number]
            if self.text.startswith(self.text[start:end], at):
                rest(at + end - start)

    def assert_(self, argument: tuple[int, Any], at: int, rest: Rest) -> None:
        self.run(list(argument[1]), at, lambda _: None)
        rest(at)

    def at(self, _: object, at: int, rest: Rest) -> None:
        self.step(at)
        rest(at)

    def max_repeat(self, argument: tuple[int, int, Any], at: int, rest: Rest) -> None:
        least, most, nodes = argument
        body = list(nodes)

        def again(count: int, here: int, last: int) -> None:
            if count < least or (count < most and here != last):
                self.run(body, here, lambda end: again(count + 1, end, here))
            if count >= least:
                rest(here)

        again(0, at, -1)

    min_repeat = max_repeat


setattr(Matcher, "in", Matcher.in_)  # the names of the parser, two of which are words of Python
setattr(Matcher, "assert", Matcher.assert_)
