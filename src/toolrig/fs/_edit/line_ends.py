r"""Line ends in edits: "\n" in a text that is sought stands for "\r\n" too, and each line keeps its own."""

_LF, _CRLF = b"\n", b"\r\n"


def flattened(text: str) -> str:
    r"""Return *text* with "\n" at the end of every line."""
    return text.replace("\r\n", "\n") if "\r" in text else text


def unflattened(body: bytes, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    r"""Return where *spans* of the flattened *body*, in order and apart, are in *body* itself."""
    found = []
    at = flat = 0
    for start, end in spans:
        first = _ahead(body, at, start - flat)
        at, flat = _ahead(body, first, end - start), end
        found.append((first, at))
    return found


def _ahead(body: bytes, at: int, distance: int) -> int:
    r"""Return the index *distance* characters behind *at*, where "\r\n" counts as one and is never parted."""
    while distance:
        end = at + distance
        end += body[end - 1 : end + 1] == _CRLF
        distance -= end - at - body.count(_CRLF, at, end)
        at = end
    return at


def fitted(new: bytes, replaced: bytes, newline: bytes) -> bytes:
    r"""Return *new*, of which every line ends with "\n", with the line ends of what it replaces.

    Lines that it has in common with *replaced* at its beginning and end keep theirs, those between take them
    in turn, and what is left over, or replaces no line end at all, takes *newline*.
    """
    if _LF not in new:
        return new
    ends, long = replaced.count(_LF), replaced.count(_CRLF)
    if ends and long in (0, ends):
        newline = _CRLF if long else _LF
    elif ends:
        return _line_by_line(new, replaced, newline)
    return new if newline == _LF else new.replace(_LF, newline)


def _line_by_line(new: bytes, replaced: bytes, newline: bytes) -> bytes:
    lines, old = new.split(_LF), replaced.split(_LF)
    ends = [_CRLF if line.endswith(b"\r") else _LF for line in old[:-1]]
    old = [line.removesuffix(b"\r") for line in old[:-1]] + old[-1:]
    most = min(len(lines), len(old)) - 1
    head = in_common(lines[:most], old[:most])
    tail = in_common(lines[::-1], old[::-1]) - 1  # the last line has no end
    tail = min(max(tail, 0), most - head)
    between = ends[head : len(ends) - tail]
    wanted = len(lines) - 1 - head - tail
    between = between[:wanted] + [newline] * (wanted - len(between))
    ends = ends[:head] + between + ends[len(ends) - tail :]
    return b"".join(part for pair in zip(lines, [*ends, b""], strict=True) for part in pair)


def in_common(one: list[bytes], other: list[bytes]) -> int:
    """Return how many lines at the beginning of both are the same."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count
