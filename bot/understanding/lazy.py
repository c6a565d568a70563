"""Patterns compiled on first use: the service imports this room at start, and compiling them all takes a tenth of a second."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Lazy:
    """Looks and works like a compiled pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern)

    def match(self, text: str, pos: int = 0, end: int = 10**9) -> re.Match[str] | None:
        return self.compiled.match(text, pos, end)

    def search(self, text: str, pos: int = 0, end: int = 10**9) -> re.Match[str] | None:
        return self.compiled.search(text, pos, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.compiled.fullmatch(text)

    def finditer(self, text: str, pos: int = 0, end: int = 10**9) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, pos, end)

    def sub(self, repl: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self.compiled.sub(repl, text)


def lazy(pattern: str) -> Lazy:
    """A pattern that is compiled when it is first used."""
    return Lazy(pattern)
