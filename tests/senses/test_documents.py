"""Documents and films: what they say, and a reason for each that cannot be read."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import openpyxl
import pytest
from docx import Document

from bot.senses.documents import read_document
from bot.senses.unreadable import Unreadable
from bot.senses.video import LONGEST_SECONDS, see_film

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheet(path: Path, *rows: list[object]) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def slides(path: Path, *texts: str) -> str:
    with zipfile.ZipFile(path, "w") as packed:
        for number, text in enumerate(texts, 1):
            packed.writestr(f"ppt/slides/slide{number}.xml", f"<p:sld><a:t>{text}</a:t></p:sld>")
    return str(path)


def film(path: Path, frames: int = 60, rate: int = 10) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(np.full((240, 320, 3), number * 3 % 255, dtype=np.uint8), format="rgb24")
            for packet in stream.encode(picture):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def test_a_spreadsheet_is_a_quotation_and_its_formulas_are_multiplied(tmp_path: Path) -> None:
    heading: list[object] = ["序号", "产品名称", "规格型号", "数量", "单位", "单价", "金额"]
    path = sheet(tmp_path / "q.xlsx", ["报价单"], heading, [1, "伺服驱动器", "SD-750", 12, "台", 1860, "=D3*F3"], ["税率13%，月结30天"])
    sight = read_document(path, "application/zip")
    line = {"model": "SD-750", "name": "伺服驱动器", "quantity": 12, "unit": "台", "unit_price": "1860.00", "amount": "22320.00"}
    assert (sight.kind, sight.fields["lines"], sight.fields["tax_rate"], sight.fields["payment_term_days"]) == (
        "quotation",
        [line],
        "0.13",
        30,
    )


def test_a_total_that_nobody_calculated_is_not_guessed(tmp_path: Path) -> None:
    heading: list[object] = ["名称", "数量", "单价", "金额"]
    path = sheet(tmp_path / "q.xlsx", heading, ["阀门", 2, 10, "=B2*C2"], ["合计", None, None, "=SUM(D2)"])
    assert read_document(path, "application/zip").fields["total"] is None


def test_a_spreadsheet_in_our_own_store_has_no_ending_and_is_read(tmp_path: Path) -> None:
    heading: list[object] = ["名称", "数量", "单价", "金额"]
    named = Path(sheet(tmp_path / "q.xlsx", heading, ["阀门", 2, 10, 20]))
    kept = named.rename(tmp_path / ("ab" * 32))
    assert read_document(str(kept), "application/zip").kind == "quotation"


def test_a_table_in_a_letter_is_a_quotation(tmp_path: Path) -> None:
    letter = Document()
    table = letter.add_table(rows=2, cols=4)
    for row, cells in zip(table.rows, (("品名", "数量", "单价", "金额"), ("减速机", "3", "1,000.00", "3,000.00")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    letter.save(str(tmp_path / "q.docx"))
    assert read_document(str(tmp_path / "q.docx"), "application/zip").fields["lines"][0]["amount"] == "3000.00"


def test_slides_are_counted_and_their_first_pages_kept(tmp_path: Path) -> None:
    sight = read_document(slides(tmp_path / "d.pptx", "绍兴恒力机械 技术方案", "现状", "方案"), "application/zip")
    assert (sight.fields["pages"], sight.fields["first_pages"]) == (3, "绍兴恒力机械技术方案现状")


@pytest.mark.parametrize(("text", "signed"), [("演示确认书 甲方（盖章）：", True), ("演示确认书", False), ("请盖章", False)])
def test_a_signed_confirmation_is_told_by_its_words(tmp_path: Path, text: str, signed: bool) -> None:
    letter = Document()
    letter.add_paragraph(text)
    letter.save(str(tmp_path / "c.docx"))
    assert read_document(str(tmp_path / "c.docx"), "application/zip").fields["signed"] is signed


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (60 * 2**20))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda p: p.write_bytes(b""), "empty"),
        (lambda p: p.write_bytes(OLD_OFFICE + b"\0" * 99), "old_office"),
        (lambda p: p.write_bytes(OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")), "encrypted"),
        (lambda p: p.write_bytes(b"PK\x03\x04 broken"), "broken"),
        (lambda p: p.write_bytes(b"%PDF-1.7 nothing"), "broken"),
        (lambda p: p.write_bytes(b"hello"), "unknown"),
        (bomb, "bomb"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    make(tmp_path / "file")
    with pytest.raises(Unreadable, match=f"^{why}$"):
        read_document(str(tmp_path / "file"), "application/zip")


def damaged_inside(path: Path) -> None:
    """A zip whose directory is whole and whose one part does not unpack."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ppt/slides/slide1.xml", bytes(range(256)) * 20)
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(bytes(data))


def of_an_unknown_packing(path: Path) -> None:
    damaged_inside(path)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 10] = 77
    path.write_bytes(bytes(data))


def pdf(path: Path, head: str, box: str) -> None:
    kinds = ("/Type/Catalog/Pages 2 0 R", "/Type/Pages/Kids[3 0 R]/Count 1", f"/Type/Page/MediaBox[0 0 {box}]/Parent 2 0 R")
    body = "".join(f"{n} 0 obj<<{kind}>>endobj\n" for n, kind in enumerate(kinds, 1))
    path.write_text(f"{head}{body}trailer<</Root 1 0 R>>\n")


def pdf_that_only_one_library_opens(path: Path) -> None:
    pdf(path, "%PDF-", "99 99")


def page_of_no_size(path: Path) -> None:
    pdf(path, "%PDF-1.4\n", "1e9 1")


@pytest.mark.parametrize("make", [damaged_inside, of_an_unknown_packing, pdf_that_only_one_library_opens, page_of_no_size])
def test_damage_inside_a_file_is_our_own_error_and_not_a_librarys(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "file")
    with pytest.raises(Unreadable, match="broken"):
        read_document(str(tmp_path / "file"), "application/zip")


def test_a_film_gives_a_few_stills_spread_over_it(tmp_path: Path) -> None:
    seeing = see_film(str(film(tmp_path / "f.mp4")))
    moments = [frame.at for frame in seeing.frames]
    assert 3 <= len(moments) <= 6
    assert moments == sorted(set(moments))
    assert (seeing.sight.fields["seconds"], seeing.sight.fields["sound"]) == (6.0, False)
    assert all(frame.jpeg.startswith(b"\xff\xd8\xff") for frame in seeing.frames)


def test_a_film_that_is_too_long_says_so(tmp_path: Path) -> None:
    long = film(tmp_path / "f.mp4", frames=(LONGEST_SECONDS + 60) // 30 + 1, rate=1)
    with av.open(str(long)) as given, av.open(str(tmp_path / "slow.mp4"), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.pts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts * 40, packet.pts * 40, stream
                out.mux(packet)
    with pytest.raises(Unreadable, match="film_too_long"):
        see_film(str(tmp_path / "slow.mp4"))


@pytest.mark.parametrize("data", [b"hello, no film", b"\0\0\0\x18ftypmp42" + b"\0" * 50])
def test_what_is_no_film_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f.mp4").write_bytes(data)
    with pytest.raises(Unreadable, match="no_film"):
        see_film(str(tmp_path / "f.mp4"))
