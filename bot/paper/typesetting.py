"""The typesetter: a template and a paper become a PDF, or a picture of its first page.

Data goes in as JSON and is read by the template as plain text, so a customer's name can hold any characters and is never run.
"""

import json
import threading
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.domain.errors import UserError
from bot.paper.papers import Paper, QuotePaper, data_of

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parents[2] / "prompts" / "papers"
MISSING = "还不能出 PDF：请安装 genjin[paper]（pip install 'genjin[paper]'）"


class Typesetter:
    """Sets papers. Blocking (tens of milliseconds): call it in a thread. One at a time, whatever thread asks.

    ``folder`` holds ``quote.typ`` and ``contract.typ``; a changed file counts from the next paper on.
    """

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def pdf(self, paper: Paper) -> bytes:
        """The paper as PDF, fonts embedded. Raises UserError where the extra is missing or the template is wrong."""
        return self._set(paper, "pdf")

    def picture(self, paper: Paper) -> bytes:
        """The first page as PNG. Raises UserError as :meth:`pdf` does."""
        return self._set(paper, "png")

    def _set(self, paper: Paper, form: Literal["pdf", "png"]) -> bytes:
        try:
            import typst
        except ImportError as error:
            raise UserError(MISSING) from error
        name = "quote.typ" if isinstance(paper, QuotePaper) else "contract.typ"
        inputs = {"paper": json.dumps(data_of(paper), ensure_ascii=False), "qr": _qr(paper.verify_url)}
        try:
            with self._lock:
                found = self._ready().compile(str(self._folder / name), format=form, ppi=110, sys_inputs=inputs, timestamp=_noon(paper))
        except (typst.TypstError, OSError) as error:
            raise UserError(f"{name} 有误，出不了 PDF：{str(error).splitlines()[0]}") from error
        pages = found if isinstance(found, list) else [found]
        if pages[0] is None:
            raise UserError(f"{name} 有误，出不了 PDF：一页也没有")
        return bytes(pages[0])

    def _ready(self) -> "typst.Compiler":
        if self._compiler is None:
            import manimgx_fonts_cjk
            import typst

            fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(Path(manimgx_fonts_cjk.__file__).parent)])
            self._compiler = typst.Compiler(root=str(self._folder), font_paths=fonts)
        return self._compiler


def _noon(paper: Paper) -> int:
    """The day of the paper, so that the same paper is the same file."""
    return int(datetime.combine(paper.issued_on, time(12), UTC).timestamp())


def _qr(url: str) -> str:
    if not url:
        return ""
    import segno

    out = BytesIO()
    segno.make(url, error="m").save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()
