"""The last lines of a result: what is missing from it, and how to get it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig.fs import PathError
    from toolrig.serve._given import Given


def with_footer(body: str, notes: list[str]) -> str:
    """Return *body* with one bracketed line per note below it."""
    lines = [f"[{note}]" for note in notes]
    if not body:
        return "\n".join(lines)
    if lines:
        body += "" if body.endswith("\n") else "\n"
    return body + "\n".join(lines)


def ways(*remedies: str) -> str:
    """Join what can be done about it, leaving out what is empty, behind a semicolon."""
    offered = [remedy for remedy in remedies if remedy]
    return f"; {' or '.join(offered)}" if offered else ""


def raised(given: "Given", argument: str) -> str:
    """Return the remedy of giving more of *argument*; "" where the model cannot."""
    name = given.called(argument)
    return f"raise {name}" if name else ""


def hidden_note(hidden: int, given: "Given") -> list[str]:
    """Tell that git's rules kept entries out."""
    if not hidden:
        return []
    setting = given.setting("gitignore", False)
    remedy = f"; {setting} shows what git ignores" if setting else ""
    return [f"{hidden:,} ignored {'entry' if hidden == 1 else 'entries'} left out{remedy}"]


def errors_note(errors: "Sequence[PathError]") -> list[str]:
    """Tell what could not be read."""
    if not errors:
        return []
    first = errors[0]
    more = f" and {len(errors) - 1:,} more" if len(errors) > 1 else ""
    return [f"could not read {first.path or '.'} ({first.message}){more}"]


def token_note(token: str, given: "Given") -> list[str]:
    """Tell the token of the file's new version to a model that can give it back."""
    return [f"token {token}"] if given.called("if_unchanged") else []
