"""The last line of a result: what is missing from it, and how to get it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig.fs import PathError


def with_footer(body: str, notes: list[str]) -> str:
    """Return *body* with one bracketed line per note below it."""
    lines = [f"[{note}]" for note in notes]
    if not body:
        return "\n".join(lines)
    if lines:
        body += "" if body.endswith("\n") else "\n"
    return body + "\n".join(lines)


def hidden_note(hidden: int) -> list[str]:
    """Tell that git's rules kept entries out."""
    if not hidden:
        return []
    return [f"{hidden:,} ignored {_entries(hidden)} left out; gitignore=false shows what git ignores"]


def errors_note(errors: "Sequence[PathError]") -> list[str]:
    """Tell what could not be read."""
    if not errors:
        return []
    first = errors[0]
    more = f" and {len(errors) - 1:,} more" if len(errors) > 1 else ""
    return [f"could not read {first.path or '.'} ({first.message}){more}"]


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
