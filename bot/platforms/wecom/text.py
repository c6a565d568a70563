"""Words within WeCom's limits: counted in UTF-8 bytes, cut between characters, paged at line ends, harmless in Markdown."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

# Room for ``（10/12）`` and the line break before it.
_MARK = 20
_ANCHOR = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode())


def cut(text: str, most: int) -> str:
    """At most so many characters on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def pages(lines: Iterable[str], most: int) -> list[str]:
    """The lines on as few pages of at most ``most`` bytes as they fit on, each marked when there are several."""
    found = _filled(lines, most)
    if len(found) == 1:
        return found
    found = _filled([line for page in found for line in page.split("\n")], most - _MARK)
    return [f"{page}\n（{n}/{len(found)}）" for n, page in enumerate(found, 1)]


def _filled(lines: Iterable[str], most: int) -> list[str]:
    found: list[list[str]] = [[]]
    left = most
    for line in chain.from_iterable(_pieces(line, most) for line in lines):
        need = size(line) + (1 if found[-1] else 0)
        if need > left:
            found.append([])
            left, need = most, size(line)
        found[-1].append(line)
        left -= need
    return ["\n".join(page) for page in found]


def _pieces(line: str, most: int) -> Sequence[str]:
    """A line, or what is left of it in pieces when it is longer than a page."""
    data = line.encode()
    if len(data) <= most:
        return (line,)
    head = data[:most].decode("utf-8", "ignore")
    return (head, *_pieces(line[len(head) :], most))


def harmless(text: str) -> str:
    """Somebody's words inside our Markdown: they call nobody, carry no link and no colour."""
    return text.replace("<", "＜").replace("](", "]（")


def no_links(text: str) -> str:
    """Somebody's words in a plain message, where WeCom understands ``<a href>``."""
    return _ANCHOR.sub("＜", text)
