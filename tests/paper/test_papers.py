"""Papers as they are printed: read back by another library. People and companies are invented."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.errors import UserError
from bot.domain.values import Money
from bot.paper import ContractPaper, PaperLine, Party, QuotePaper, Typesetter

SELLER = Party(name="宁波镕喆传动有限公司", address="宁波市北仑区甬江路 1 号", contact="李思", phone="0574-00000000")
CUSTOMER = Party(name="绍兴恒力机械有限公司", contact="张工")
LINE = PaperLine(model="STM32F407VGT6", name="伺服电机", quantity="20", unit="台", unit_price=Money.yuan(3200), amount=Money.yuan(64000))
QUOTE = QuotePaper(
    no="Q42",
    version=2,
    draft=False,
    seller=SELLER,
    customer=CUSTOMER,
    issued_on=date(2026, 11, 27),
    lines=(LINE,),
    total=Money.yuan("64000.50"),
    tax="含 13% 增值税",
    terms=("账期 60 天", "交期 15 天"),
    valid_until=date(2026, 12, 31),
    verify_url="https://genjin.example/v/abc",
)
CONTRACT = ContractPaper(
    no="HT2026-0315",
    version=1,
    draft=False,
    seller=SELLER,
    customer=CUSTOMER,
    issued_on=date(2026, 11, 27),
    lines=(LINE,),
    total=Money.yuan(64000),
    plan=((date(2026, 12, 31), Money.yuan(32000)), (date(2027, 3, 31), Money.yuan(32000))),
)
SETTER = Typesetter()


def words(pdf: bytes) -> str:
    """All text without spaces."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return "".join("".join((page.extract_text() or "").split()) for page in opened.pages)


def test_a_quote_says_what_was_put_on_it() -> None:
    text = words(SETTER.pdf(QUOTE))
    for said in ("报价单", "Q42", "第2版", "绍兴恒力机械有限公司", "镕喆", "STM32F407VGT6", "3,200.00", "64,000.50", "陆万肆仟元伍角整"):
        assert said in text
    assert "2026年12月31日" in text
    assert "账期60天" in text


def test_a_contract_lists_its_instalments() -> None:
    text = words(SETTER.pdf(CONTRACT))
    assert "购销合同" in text
    assert text.count("32,000.00") == 2
    assert "2027年3月31日" in text


@pytest.mark.parametrize("paper", [QUOTE, CONTRACT])
def test_only_a_draft_carries_the_watermark(paper: QuotePaper | ContractPaper) -> None:
    assert "草稿未审批" not in words(SETTER.pdf(paper))
    with pdfplumber.open(io.BytesIO(SETTER.pdf(replace(paper, draft=True)))) as opened:
        assert {"草", "稿"} <= {char["text"] for char in opened.pages[0].chars}


def test_every_font_is_embedded() -> None:
    with pdfplumber.open(io.BytesIO(SETTER.pdf(QUOTE))) as opened:
        fonts = {char["fontname"] for char in opened.pages[0].chars}
    # A subset of an embedded font is named by six letters and a plus.
    assert fonts
    assert all(name[6:7] == "+" for name in fonts)


def test_the_same_paper_is_the_same_file() -> None:
    assert SETTER.pdf(QUOTE) == SETTER.pdf(QUOTE)


@pytest.mark.parametrize("name", ["#panic() *粗* $x$", '"]) #read("/etc/passwd")', "<b>&amp;\\", "公司\n换行", "👍" * 30])
def test_a_name_is_printed_and_never_run(name: str) -> None:
    paper = replace(QUOTE, customer=Party(name=name))
    assert SETTER.pdf(paper).startswith(b"%PDF")
    assert "root:" not in words(SETTER.pdf(paper))


def test_a_hundred_lines_go_over_several_pages_with_a_heading_on_each() -> None:
    with pdfplumber.open(io.BytesIO(SETTER.pdf(replace(QUOTE, lines=(LINE,) * 100)))) as opened:
        assert len(opened.pages) >= 3
        assert all("单价" in (page.extract_text() or "") for page in opened.pages[:3])


def test_the_picture_is_the_first_page() -> None:
    with Image.open(io.BytesIO(SETTER.picture(QUOTE))) as picture:
        assert picture.width > 800
        assert picture.height > picture.width


def test_a_broken_template_is_said_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "quote.typ").write_text("#nothing(", encoding="utf-8")
    with pytest.raises(UserError, match=r"quote\.typ"):
        Typesetter(tmp_path).pdf(QUOTE)


def test_a_template_is_taken_up_when_it_changes(tmp_path: Path) -> None:
    setter = Typesetter(tmp_path)
    (tmp_path / "quote.typ").write_text('#set text(font: "Noto Sans CJK SC")\n第一', encoding="utf-8")
    assert words(setter.pdf(QUOTE)) == "第一"
    (tmp_path / "quote.typ").write_text('#set text(font: "Noto Sans CJK SC")\n第二', encoding="utf-8")
    assert words(setter.pdf(QUOTE)) == "第二"


@given(st.text(max_size=40))
def test_any_text_can_stand_on_a_paper(text: str) -> None:
    assert SETTER.pdf(replace(QUOTE, terms=(text,))).startswith(b"%PDF")
