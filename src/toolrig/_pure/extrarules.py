"""Rule files that are not git's, such as ``.ignore``: their verdict comes before git's, whatever is tracked.

They hold for all below their directory, repositories within included. All files of one name, from the
entry's directory upwards, are asked before those of the next name.
"""

from toolrig._pure.gitrepo import read_rules
from toolrig._pure.readfile import Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig._pure.ignorefile import Rules


class ExtraRules:
    """The rule files of one directory, one a name; *base* bytes of a path lie above it."""

    __slots__ = ("_base", "_parent", "_rules")

    def __init__(self, parent: "ExtraRules | None", rules: "list[Rules | None]", base: int) -> None:
        self._parent, self._rules, self._base = parent, rules, base

    def verdict(self, path: bytes, is_dir: bool) -> bool | None:
        """Return True if *path* is ignored, False if "!" takes it back, None where no rule matches."""
        for number in range(len(self._rules)):
            at: ExtraRules | None = self
            while at is not None:
                rules = at._rules[number]
                verdict = None if rules is None else rules.verdict(path[at._base :], is_dir)
                if verdict is not None:
                    return verdict
                at = at._parent
        return None


def with_extra_rules(
    parent: ExtraRules | None, names: "Sequence[str]", directory: Directory, base: int
) -> ExtraRules | None:
    """Return *parent* and the files called *names* in *directory*; *parent* itself where there is none."""
    rules = [read_rules(directory, name, False, follow=False) for name in names]
    return ExtraRules(parent, rules, base) if any(rules) else parent
