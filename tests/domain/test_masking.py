"""Phone numbers and sums of money in what people write are hidden; what is neither stays readable. All numbers are invented."""

import pytest

from bot.domain.masking import mask_amounts, mask_phone, mask_phones


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+86 138-0000-1234", "+86 1**-****-1234"),
        ("0571-88880000", "057*-****0000"),
        ("88880000", "888*****"),
        ("", ""),
        ("无", "无"),
    ],
)
def test_a_number_keeps_its_beginning_and_a_full_one_its_end(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    "words",
    [
        "张工电话13800001234，下周联系",
        "张工 138 0000 1234",
        "打138-0000-1234找他",
        "座机0571-88880000转801",
        "座机（0571）88880000",
        "加一三八零零零零一二三四",
        "幺三八零零零零一二三四",
        "１３８００００１２３４",
        "400-880-1234",
        "+86 13800001234",
        "微信13800001234",
        "138.0000.1234",
    ],
)
def test_a_phone_number_in_a_text_is_masked_however_it_is_written(words: str) -> None:
    masked = mask_phones(words)
    assert masked != words
    assert "00001234"[:6] not in masked.replace("-", "").replace(" ", "").replace(".", "")


@pytest.mark.parametrize("words", ["2026-03-18 去了一趟", "3月25日14:30见面", "要30台，型号SV-2000", "总价1500000元", "二零二六年", ""])
def test_dates_quantities_and_amounts_are_no_phone_numbers(words: str) -> None:
    assert mask_phones(words) == words


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("报价15万，下周定", "报价***，下周定"),
        ("合同120000元", "合同***"),
        ("合同 12,000.50 元", "合同 ***"),
        ("十五万左右", "***左右"),
        ("一百二十万的预算", "***的预算"),
        ("¥3.5万", "***"),
        ("单价180", "单价***"),
        ("预算大概50", "预算大概***"),
        ("回款 80000 到了", "回款 *** 到了"),
        ("三千块", "***"),
        ("50w", "***"),
    ],
)
def test_a_sum_of_money_in_a_text_is_hidden_however_it_is_written(words: str, shown: str) -> None:
    assert mask_amounts(words) == shown


@pytest.mark.parametrize(
    "words", ["要30台", "3月25日见面", "万一不行再说", "报价下周三给", "价格3月谈", "2026年3月18日", "账期60天", "十台", ""]
)
def test_what_is_no_money_stays(words: str) -> None:
    assert mask_amounts(words) == words
