"""Cutting lines that are too long to be shown, and saying so."""


def shortened(text: str, most: int, *, partial: bool = False) -> tuple[str, int]:
    """Return *text* with at most *most* characters of each line, and how many lines that cut.

    What was cut is told in its place; terminators stay.

    Args:
        partial: whether the last line goes on behind the text.
    """
    if len(text) <= most:
        return text, 0
    lines = text.split("\n")
    if max(map(len, lines)) <= most:
        return text, 0
    cut = 0
    for number, line in enumerate(lines):
        body = line.removesuffix("\r")
        if len(body) > most:
            cut += 1
            goes_on = partial and number == len(lines) - 1
            note = f" [... {'more than ' if goes_on else ''}{len(body) - most:,} characters cut]"
            lines[number] = body[:most] + note + line[len(body) :]
    return ("\n".join(lines), cut) if cut else (text, 0)
