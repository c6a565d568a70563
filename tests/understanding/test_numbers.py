"""Numbers, sums and codes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.codes import contract_of, find_codes
from bot.understanding.expressions import sums_in
from bot.understanding.items import read_lines
from bot.understanding.money import find_amounts
from bot.understanding.numerals import number


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("3200", "3200"),
        ("1,250", "1250"),
        ("三千二", "3200"),
        ("一万五", "15000"),
        ("两百三十万", "2300000"),
        ("3万2", "32000"),
        ("20w", "200000"),
        ("5K", "5000"),
        ("一百零五", "105"),
        ("二零二六", "2026"),
        ("十五点七", "15.7"),
        ("五万五千二", "55200"),
        ("壹仟贰佰", "1200"),
        ("1.35w", "13500"),
        ("四百零五亿", "40500000000"),
        ("半斤", None),
        ("", None),
    ],
)
def test_a_number_is_worth_what_it_says(said: str, value: str | None) -> None:
    assert number(said) == (Decimal(value) if value else None)


@given(st.integers(0, 10**15))
def test_figures_read_back(value: int) -> None:
    assert number(f"{value:,}") == value


@given(st.text(alphabet="零一二三四五六七八九十百千万亿点两幺0123456789.,kw", max_size=20))
def test_any_run_of_numerals_is_a_number_or_none(said: str) -> None:
    value = number(said)
    assert value is None or value.is_finite()


@pytest.mark.parametrize(
    ("said", "value"),
    [("十二块五", "12.5"), ("八毛五", "0.85"), ("一块二", "1.2"), ("¥2.85", "2.85"), ("三万六千块零五毛", "36000.5"), ("100元", "100")],
)
def test_a_sum_is_read_in_yuan(said: str, value: str) -> None:
    assert [(a.value, a.marked) for a in find_amounts(said)] == [(Decimal(value), True)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("电话139 1234 5678", "phone", "13912345678"),
        ("手机幺三九零零零零一二三四", "phone", "13900001234"),
        ("座机021-55667788", "phone", "021-55667788"),
        ("顺丰SF1234567890123", "tracking", "SF1234567890123"),
        ("物流单号七七三三零零一一二二", "tracking", "7733001122"),
        ("合同号HT-2026-009", "contract", "HT-2026-009"),
        ("型号 TPS7A4901", "model", "TPS7A4901"),
        ("过了ISO9001", "certificate", "ISO9001"),
    ],
)
def test_a_code_is_read_as_said(text: str, kind: str, value: str) -> None:
    assert [(c.kind, c.value) for c in find_codes(text)] == [(kind, value)]


def test_a_code_in_a_talk_of_contracts_is_the_contract_number() -> None:
    text = "合同昨天签了 QX0713 9.6万"
    contract = contract_of(find_codes(text), text)
    assert contract is not None
    assert contract.value == "QX0713"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("离心泵 20台 单价3200 含税", [(None, "离心泵", "20", "台", "3200")]),
        ("轴承6205 500套 12.5/套 未税", [(None, "轴承6205", "500", "套", "12.5")]),
        ("气缸两根每根四百八含税", [(None, "气缸", "2", "根", "480")]),
        ("传感器三十只一百二一只", [(None, "传感器", "30", "只", "120")]),
        ("TPS7A4901 2K 每片3.5,LM358 5K 每片0.4", [("TPS7A4901", None, "2000", None, "3.5"), ("LM358", None, "5000", None, "0.4")]),
        ("干燥机1套 总价18万", [(None, "干燥机", "1", "套", None)]),
    ],
)
def test_a_quote_line_has_product_count_and_price(text: str, lines: list[tuple[str | None, ...]]) -> None:
    items = [line.item for line in read_lines(text, find_codes(text), quoting=True)]
    assert [(i.model, i.name, str(i.quantity), i.unit, str(i.unit_price) if i.unit_price else None) for i in items] == lines


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("三五百块", ["300", "500"]),
        ("10~15k元", ["10000", "15000"]),
        ("几十万块", ["100000", "1000000"]),
        ("三分之二", "0.666666666666667"),
        ("负0.2", "-0.2"),
    ],
)
def test_only_money_gives_value_or_range(said: str, value: str | list[str]) -> None:
    assert value in [f["value"] for f in sums_in(said)]
