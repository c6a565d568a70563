"""The labelled development pictures, where present: the figures of docs/pictures.md."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.senses import ocr
from bot.senses.look import Sight, read_picture

DATA = Path(os.environ.get("GENJIN_DEV_DATA", Path(__file__).parents[3] / "shared" / "data")) / "pictures"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"NO LABELLED DATA at {DATA}: pictures are not scored (set GENJIN_DEV_DATA)"),
    pytest.mark.skipif(not ocr.installed(), reason="NO OCR: pictures are not read here"),
]
KINDS = {"slip": "slip", "site": "watermark", "quote": "quotation", "card": "card"}


@cache
def read() -> list[tuple[dict[str, Any], Sight]]:
    labels = [json.loads(line) for line in (DATA / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(label, read_picture(str(DATA / label["file"]))) for label in labels]


def share(kind: str, field: str, label: str) -> float:
    pairs = [(sight.fields.get(field), row[label]) for row, sight in read() if row["kind"] == kind]
    return sum(str(found) == str(wanted) for found, wanted in pairs) / len(pairs)


def test_kinds_are_recognised() -> None:
    assert [(row["file"], sight.kind) for row, sight in read() if sight.kind != KINDS[row["kind"]]] == []


@pytest.mark.parametrize(
    ("field", "label", "floor"),
    [
        ("amount", "amount", 0.95),
        ("amount_upper", "amount_upper", 0.95),
        ("date", "date", 0.95),
        ("payer", "payer", 0.9),
        ("payee", "payee", 0.9),
        ("serial", "serial", 0.9),
        ("contract_no", "contract", 0.9),
    ],
)
def test_slips(field: str, label: str, floor: float) -> None:
    assert share("slip", field, label) >= floor


@pytest.mark.parametrize(("field", "label"), [("name", "name"), ("company", "company"), ("mobile", "mobile"), ("email", "email")])
def test_cards(field: str, label: str) -> None:
    assert share("card", field, label) == 1


def test_stamps() -> None:
    wanted = [(f"{r['date']}T{r['time']}", float(r["lat"]), float(r["lon"]), r["addr"]) for r, _ in read() if r["kind"] == "site"]
    assert [tuple(s.fields.values()) for r, s in read() if r["kind"] == "site"] == wanted


def test_quotation_lines() -> None:
    for row, sight in read():
        if row["kind"] == "quote":
            keys = ("name", "model", "unit", "quantity", "unit_price", "amount")
            found = [[str(line[key]) for key in keys] for line in sight.fields["lines"]]
            assert found == [[*r[1:6], r[6].replace(",", "")] for r in row["items"]]
            assert sight.fields["total"] == row["total"]
