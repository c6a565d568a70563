"""Spreadsheets, documents, slides and PDFs: lines of quotations, the number of pages, what stands on the first ones, whether it is signed.

Files are hostile until read: a zip is measured before it is opened, rows and pages are capped, macros are never run, formulas are not
evaluated (a missing amount is quantity times price, or nothing).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.senses.look import Sight, look_at
from bot.senses.page import plain
from bot.senses.quotation import Quotation, is_heading, read_table
from bot.senses.unreadable import Unreadable

MOST_UNPACKED, MOST_RATIO = 300 * 2**20, 200
MOST_ROWS, MOST_PAGES, FIRST_PAGES, MOST_TEXT = 5_000, 300, 2, 20_000
# Pages of a scanned PDF that are read as pictures: each takes a second or two.
MOST_SCANNED = 3
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What the readers raise over a damaged file; RuntimeError is also PDFium's own error, an unknown packing and a recursion.
DAMAGED = (zipfile.BadZipFile, zlib.error, LookupError, ValueError, OSError, EOFError, TypeError, AttributeError, SyntaxError, RuntimeError)
_CONFIRMS = re.compile(r"确认[书单函]|验收[单报书]|签收单|回执|盖章确认|签字确认")
_SIGNED = re.compile(r"签字|签章|盖章|签名|（章）|\(章\)|公章")


def read_document(path: str, content_type: str) -> Sight:
    """Read a document by its content. Raises Unreadable."""
    file = Path(path)
    with file.open("rb") as opened:
        head = opened.read(8)
    if not head:
        raise Unreadable("empty")
    if head == OLD:  # also what Office makes of an encrypted new file
        raise Unreadable("encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in file.read_bytes() else "old_office")
    if content_type == "application/pdf" or head.startswith(b"%PDF"):
        return _pdf(file)
    if head.startswith(b"PK"):
        return _office(file)
    raise Unreadable("unknown")


def _office(file: Path) -> Sight:
    try:
        with zipfile.ZipFile(file) as packed:
            names = _safe(packed)
            slides = sorted((n for n in names if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)), key=lambda n: int(re.sub(r"\D", "", n)))
            if slides:
                first = " ".join(_slide_text(packed.read(name)) for name in slides[:FIRST_PAGES])
                return _sight([], first, pages=len(slides), first=first)
        if "word/document.xml" in names:
            return _word(file)
        if any(name.startswith("xl/") for name in names):
            return _sheet(file)
    except DAMAGED as error:
        raise Unreadable("broken") from error
    raise Unreadable("unknown")


def _safe(packed: zipfile.ZipFile) -> set[str]:
    """The names in a zip, after a look at how large it says it becomes."""
    parts = packed.infolist()
    unpacked = sum(part.file_size for part in parts)
    if (
        unpacked > MOST_UNPACKED
        or len(parts) > 20_000
        or any(p.file_size > 2**20 and p.file_size > MOST_RATIO * max(p.compress_size, 1) for p in parts)
    ):
        raise Unreadable("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted")
    return {part.filename for part in parts}


def _slide_text(xml: bytes) -> str:
    return " ".join(re.findall(r"<a:t>([^<]*)</a:t>", xml.decode("utf-8", "replace")))


def _word(file: Path) -> Sight:
    from docx import Document

    document: Any = Document(str(file))
    paragraphs = [p.text for p in document.paragraphs[:MOST_ROWS]]
    tables = [[[cell.text for cell in row.cells] for row in table.rows[:MOST_ROWS]] for table in document.tables]
    text = "\n".join([*paragraphs, *(" ".join(row) for table in tables for row in table)])
    return _sight(tables, text, pages=None, first=text[:1500])


def _sheet(file: Path) -> Sight:
    from openpyxl import load_workbook

    tables: list[list[list[str | None]]] = []
    # An open file: of a path openpyxl wants to know the ending, and a file in our store has none.
    with file.open("rb") as opened, closing(load_workbook(opened, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets[:20]:
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=60, values_only=True)
            tables.append([[_cell(value) for value in row] for row in rows])
    text = "\n".join(" ".join(filter(None, row)) for table in tables for row in table if any(row))
    return _sight(tables, text, pages=None, first=text[:1500])


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def _pdf(file: Path) -> Sight:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    try:
        with file.open("rb") as opened, pdfplumber.open(opened) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise Unreadable("too_many_pages")
            texts, tables = [], []
            for page in pdf.pages[:40]:
                texts.append(page.extract_text() or "")
                tables += page.extract_tables() if page.page_number <= 20 else []
                page.close()
            pages = len(pdf.pages)
    except (PDFEncryptionError, PDFPasswordIncorrect) as error:
        raise Unreadable("encrypted") from error
    except PdfminerException as error:
        locked = isinstance(error.args[0] if error.args else None, PDFEncryptionError | PDFPasswordIncorrect)
        raise Unreadable("encrypted" if locked else "broken") from error
    except (PDFException, MalformedPDFException, *DAMAGED) as error:
        raise Unreadable("broken") from error
    text = "\n".join(texts)
    if len(re.sub(r"\s", "", text)) < 20 * min(pages, 3):
        return _scanned(file, pages)
    return _sight(tables, text, pages=pages, first=" ".join(texts[:FIRST_PAGES]))


def _scanned(file: Path, pages: int) -> Sight:
    """A PDF of pictures: its first pages as pictures."""
    import pypdfium2  # type: ignore[import-untyped]
    from PIL.Image import Image

    def images() -> Iterator["Image"]:
        document = pypdfium2.PdfDocument(file)
        try:
            for number in range(min(pages, MOST_SCANNED)):
                page = document[number]
                scale = min(150 / 72, 2000 / max(page.get_width(), page.get_height(), 1))
                yield page.render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()

    try:
        shown = list(images())
    except DAMAGED as error:
        raise Unreadable("broken") from error
    seen = [look_at(image) for image in shown]
    known = next((s for s in seen if s.kind in ("slip", "quotation", "card")), None)
    text = "\n".join(s.text for s in seen)
    engine = seen[0].engine if seen else None
    if known is not None:
        return Sight(kind=known.kind, fields=dict(known.fields), text=text[:MOST_TEXT], flags=known.flags, engine=engine)
    return _sight([], text, pages=pages, first=" ".join(s.text for s in seen[:FIRST_PAGES]), engine=engine)


def _sight(
    tables: Sequence[Sequence[Sequence[str | None]]], text: str, *, pages: int | None, first: str, engine: str | None = "document"
) -> Sight:
    """A quotation where a table is one, else a paper."""
    folded = plain(text[:MOST_TEXT])
    sheets = [read_table(table, folded) for table in tables if any(is_heading(row) for row in table)]
    found = [sheet for sheet in sheets if sheet.lines]
    if found:
        best: Quotation = max(found, key=lambda sheet: len(sheet.lines))
        return Sight(kind="quotation", fields=best.fields(), text=text[:MOST_TEXT], flags=best.flags, engine=engine)
    signed = bool(_CONFIRMS.search(folded) and _SIGNED.search(folded))
    fields = {"pages": pages or 1, "first_pages": plain(first)[:600], "signed": signed}
    return Sight(fields=fields, text=text[:MOST_TEXT], engine=engine)
