"""A patch of either format as what it does to each file."""

from toolrig.errors import PatchError
from toolrig.fs._patch.envelope import BEGIN, parse_envelope
from toolrig.fs._patch.parts import Section
from toolrig.fs._patch.unified import begins_file, parse_unified


def parse(patch: str) -> list[Section]:
    r"""Return what *patch* does, file by file, in its order.

    It is a unified diff or stands between ``*** Begin Patch`` and ``*** End Patch``; what comes first
    decides. Prose and fences around it are passed over. Where every line ends in ``\r\n``, ``\n`` is meant.

    Raises:
        PatchError: it is neither, or cannot be understood.
    """
    lines = patch.removeprefix("\ufeff").split("\n")
    if not lines[-1]:
        lines.pop()
    if all(text.endswith("\r") for text in lines):
        lines = [text[:-1] for text in lines]
    for at, text in enumerate(lines):
        if text.strip() == BEGIN:
            return parse_envelope(lines, at)
        if begins_file(lines, at):
            break
    sections = parse_unified(lines)
    if not sections:
        raise PatchError(
            "no patch is found in the text: give a unified diff, or '*** Begin Patch' and its lines"
        )
    return sections
