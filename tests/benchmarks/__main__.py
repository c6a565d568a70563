"""``make bench``: run everything and print the table; ``--write`` puts it into docs/performance.md. Names of parts run only those."""

import platform
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import accepting, bytime, exchange, speech, starting, understanding, wecom
from tests.benchmarks.measure import WHOLE, Row

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MARK = "<!-- measured -->"


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | measured | wanted | beside it |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [f"| {r.name} | {r.figure} | {r.target} | {r.beside} |" for r in rows])


PARTS = (starting, accepting, bytime, understanding, wecom, exchange, speech)


def main() -> None:
    """Measure, print, and write on request."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    parts = [part for part in PARTS if not wanted or part.__name__.rpartition(".")[2] in wanted]
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        home = Path(folder).resolve()
        rows = [row for part in parts for row in part.run(home, WHOLE)]
    text = table(rows)
    print(text)
    if "--write" in sys.argv and not wanted:
        before, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
        PAGE.write_text(f"{before}{MARK}\nPython {platform.python_version()}, {platform.machine()}\n\n{text}\n", encoding="utf-8")


main()
