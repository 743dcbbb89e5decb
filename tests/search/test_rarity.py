"""What literals are said to cost: enough to tell the better ones."""

import re

import tree

from toolrig.search._finding.rarity import BYTE_RANKS, cost


def test_the_ranks_are_the_kernels() -> None:
    header = (tree.NATIVE / "c" / "bytescan.h").read_text("utf-8")
    table = re.search(r"tr_byte_rank\[256\] = \{(.*?)\}", header, re.DOTALL)
    assert table
    assert bytes(map(int, re.findall(r"\d+", table[1]))) == BYTE_RANKS


def test_longer_and_rarer_and_fewer_is_cheaper() -> None:
    ordered = [["ZQX_needle"], ["needle"], ["nee"], ["ee"], ["e"]]
    costs = [cost(literals, caseless=False) for literals in ordered]
    assert costs == sorted(costs)
    assert cost(["needle"], caseless=False) < cost(["needle", "ZQX"], caseless=False)
    assert cost(["needle"], caseless=True) > cost(["needle"], caseless=False)
    assert cost(["ee"], caseless=False) > cost(["ee"], caseless=False, confirmed=False)


def test_every_text_has_a_cost() -> None:
    assert cost(["\udcff", "\ud800", "\u65e5"], caseless=True) > 0
