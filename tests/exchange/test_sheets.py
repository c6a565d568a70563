"""Tables of every sort and every sort of broken table: what is read, and the sentence for what is not."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.domain.errors import UserError
from bot.exchange.kinds.customers import Contacts, Customers
from bot.exchange.kinds.trade import PriceList
from bot.exchange.lines import Line
from bot.exchange.sheets import Sheet, open_sheet
from tests.exchange.office import Office

TABLE = "名称,别名,负责人\n绍兴恒力机械有限公司,恒力,李思\n"


def read(path: Path, columns: Any = Customers.columns, sheet: str | None = None) -> tuple[Sheet, list[Line]]:  # noqa: ANN401
    found = open_sheet(path, columns, "客户", sheet)
    return found, list(found.lines)


def names(path: Path) -> list[str]:
    """The headings that were found, by their public names."""
    return [column.name for column in read(path)[0].layout.places.values()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_is_read_in_the_encoding_it_has(office: Office, encoding: str) -> None:
    _, lines = read(office.csv(TABLE, encoding=encoding))
    assert lines[0].cells == ["绍兴恒力机械有限公司", "恒力", "李思"]


@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_the_separator_is_the_one_that_makes_headings(office: Office, sign: str) -> None:
    assert names(office.csv(TABLE.replace(",", sign))) == ["name", "aliases", "owner"]


def test_a_character_that_only_gb18030_has_is_read(office: Office) -> None:
    _, lines = read(office.csv("名称\n镕喆㐂€有限公司\n", encoding="gb18030"))
    assert lines[0].cells == ["镕喆㐂€有限公司"]


@pytest.mark.parametrize(
    "heading",
    ["名称", "名 称", "＊名称", "名称*", "名称（必填）", "客户名称", "NAME", "name", "ｎａｍｅ", "公司名称 (必填项)", "【名称】名称"],
)
def test_headings_are_found_however_they_are_written(office: Office, heading: str) -> None:
    assert names(office.csv(f"{heading}\n某公司\n")) == ["name"]


def test_headings_below_a_title_are_found(office: Office) -> None:
    _, lines = read(office.csv("2026 年客户清单,,\n制表：王强,,\n,,\n名称,别名,负责人\n甲公司,,\n"))
    assert [line.number for line in lines] == [5]


def test_blank_lines_are_left_out_and_numbers_stay_those_of_the_file(office: Office) -> None:
    _, lines = read(office.csv("名称\n甲公司\n\n,,\n乙公司\n"))
    assert [line.number for line in lines] == [2, 5]


def test_a_line_break_within_quotes_does_not_shift_the_numbers(office: Office) -> None:
    _, lines = read(office.csv('名称,地址\n甲公司,"一楼\n二楼"\n乙公司,\n'))
    assert [line.number for line in lines] == [2, 4]


def test_a_strange_column_is_named_with_the_nearest_known_one(office: Office) -> None:
    sheet, _ = read(office.csv("名称,负则人\n甲公司,李思\n"))
    assert sheet.layout.remarks == ("B 列“负则人”不认识，没有导入；是不是“负责人”？是的话改好列名再导",)


def test_a_missing_column_is_named_with_what_may_be_it(office: Office) -> None:
    with pytest.raises(UserError, match="缺少“姓名”（“姓茗”是不是它") as error:
        read(office.csv("客户,姓茗\n甲公司,张三\n"), Contacts.columns)
    assert "职务" in str(error.value)


def test_the_same_column_twice_is_refused(office: Office) -> None:
    with pytest.raises(UserError, match="有两列都是“名称”"):
        read(office.csv("名称,客户名称\n甲,乙\n"))


@pytest.mark.parametrize("table", ["", "\n\n", ",,\n,,\n"])
def test_an_empty_file_is_refused(office: Office, table: str) -> None:
    with pytest.raises(UserError, match="是空的"):
        read(office.csv(table))


def test_a_table_without_our_headings_is_refused_with_all_of_them(office: Office) -> None:
    with pytest.raises(UserError, match=r"找不到列名.*名称、别名.*--template"):
        read(office.csv("a,b\n1,2\n"))


def test_a_quote_that_is_never_closed_is_refused(office: Office) -> None:
    with pytest.raises(UserError, match="从第 3 行起有一个引号没有成对"):
        read(office.csv('名称\n甲公司\n"乙公司\n' + "丙公司\n" * 60_000))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是表格"),
        (b"\xff\xfe\x00\xd8\x00\x00", "不是表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧的 .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "其实是网页"),
        (b"PK\x03\x04 and no archive", "打不开"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(office: Office, content: bytes, why: str) -> None:
    path = office.folder / "table.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError, match=why):
        read(path)


def test_a_file_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(UserError, match="读不了文件"):
        read(office.folder / "none.csv")


def test_a_workbook_is_read_with_its_numbers_and_days(office: Office) -> None:
    _, lines = read(office.xlsx([["名称", "年采购额", "决策链"], ["甲公司", 1200.5, datetime(2026, 3, 1)]]))  # noqa: DTZ001
    assert lines[0].cells == ["甲公司", 1200.5, datetime(2026, 3, 1)]  # noqa: DTZ001


def test_the_sheet_with_the_headings_is_found(office: Office) -> None:
    book = Workbook()
    book.active.append(["说明"])
    for row in (["名称", "负责人"], ["甲公司", "李思"]):
        book.create_sheet("数据").append(row) if "数据" not in book.sheetnames else book["数据"].append(row)
    book.save(office.folder / "two.xlsx")
    assert len(read(office.folder / "two.xlsx")[1]) == 1


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(office: Office) -> None:
    with pytest.raises(UserError, match="没有工作表“三月”；这个文件里有：Sheet"):
        read(office.xlsx([["名称"], ["甲"]]), sheet="三月")


def test_a_formula_without_a_result_is_named_by_its_cell(office: Office) -> None:
    _, lines = read(office.xlsx([["名称", "年采购额"], ["甲公司", "=1+1"], ["乙公司", 5]]))
    assert list(lines[0].wrong) == [1]
    assert "没有它的结果" in lines[0].wrong[1]
    assert not lines[1].wrong


def test_an_error_value_is_named(office: Office) -> None:
    book = Workbook()
    book.active.append(["名称", "年采购额"])
    book.active.append(["甲公司", "#N/A"])
    book.active["B2"].data_type = "e"
    book.save(office.folder / "error.xlsx")
    assert "错误值" in read(office.folder / "error.xlsx")[1][0].wrong[1]


def merged(office: Office, *ranges: str) -> Path:
    book = Workbook()
    for row in (["客户", "姓名", "职务"], ["甲公司", "张三", "采购"], [None, "李四", None], [None, "王五", None]):
        book.active.append(row)
    for one in ranges:
        book.active.merge_cells(one)
    book.save(office.folder / "merged.xlsx")
    return office.folder / "merged.xlsx"


def test_what_is_merged_downwards_stands_in_every_row(office: Office) -> None:
    _, lines = read(merged(office, "A2:A4"), Contacts.columns)
    assert [line.cells[0] for line in lines] == ["甲公司"] * 3


def test_without_the_merge_the_cells_are_empty(office: Office) -> None:
    _, lines = read(merged(office), Contacts.columns)
    assert [line.cells[0] for line in lines] == ["甲公司", None, None]


def test_what_is_merged_across_is_named_by_its_range(office: Office) -> None:
    _, lines = read(merged(office, "B3:C3"), Contacts.columns)
    assert "横着合并的单元格（B3:C3）" in lines[1].wrong[1]


def test_the_sentence_about_a_merged_cell_names_it_once(office: Office) -> None:
    assert "姓名：B3 是横着合并的单元格（B3:C3），不知道算哪一列" in office.take("contacts", merged(office, "B3:C3"), dry=True).said


def test_a_sheet_that_lies_about_its_size_is_read_whole(office: Office) -> None:
    path = office.xlsx([["名称", "负责人"], ["甲公司", "李思"], ["乙公司", "李思"]])
    again = office.folder / "lying.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(again, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b'<dimension ref="A1:B3" />', b'<dimension ref="A1" />'))
    assert len(read(again)[1]) == 2


def test_a_bomb_is_refused_before_it_unfolds(office: Office) -> None:
    path = office.folder / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(80):
            part.write(b"\0" * 2**20)
    assert path.stat().st_size < 2**20
    with pytest.raises(UserError, match="展开后太大"):
        read(path)


def test_a_workbook_with_a_document_type_is_refused(office: Office) -> None:
    path = office.xlsx([["名称"], ["甲"]])
    again = office.folder / "entities.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(again, "w") as new:
        for part in old.infolist():
            head = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if part.filename.endswith("sheet1.xml") else b""
            new.writestr(part.filename, head + old.read(part))
    with pytest.raises(UserError, match="打不开"):
        read(again)


def test_a_workbook_cut_in_half_is_refused(office: Office) -> None:
    path = office.xlsx([["名称"], *([f"公司{n}"] for n in range(2000))])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="打不开"):
        read(path)


def test_a_zip_of_something_else_is_refused(office: Office) -> None:
    with zipfile.ZipFile(office.folder / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UserError, match="打不开"):
        read(office.folder / "other.zip")


def test_a_heading_may_name_the_unit(office: Office) -> None:
    outcome = office.take("customers", "名称,年采购额（万元）\n甲公司,60\n", dry=True)
    assert ("年采购额", None, "600000.00") in outcome.verdicts[0].changes


@pytest.mark.parametrize(
    ("heading", "cell", "yuan"),
    [
        ("万元", "3.2万", "32000.00"),
        ("万元", "50元", "50.00"),
        ("万元", '"￥500,000"', "500000.00"),
        ("万元", "500000 RMB", "500000.00"),
        ("万元", "5千", "5000.00"),
        ("万元", '"1,200.5"', "12005000.00"),
        ("千元", "60", "60000.00"),
        ("百万元", "60", "60000000.00"),
    ],
)
def test_the_unit_in_a_cell_goes_before_that_of_the_heading(office: Office, heading: str, cell: str, yuan: str) -> None:
    outcome = office.take("customers", f"名称,年采购额（{heading}）\n甲公司,{cell}\n", dry=True)
    assert ("年采购额", None, yuan) in outcome.verdicts[0].changes


def test_percent_in_the_heading_makes_shares(office: Office) -> None:
    sheet, lines = read(office.csv("型号,名称,单位,基准价,浮动A(%)\nSV-1,伺服,台,100,8\n"), PriceList.columns)
    column = sheet.layout.places[4]
    assert str(column.sort.read(lines[0].cells[4])) == "0.08"


def test_a_day_of_a_workbook_of_1904_is_the_same_day(office: Office) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["名称", "决策链"])
    book.active.append(["甲", datetime(2026, 3, 1)])  # noqa: DTZ001
    book.save(office.folder / "mac.xlsx")
    (line,) = read(office.folder / "mac.xlsx")[1]
    assert line.cells[1] == datetime(2026, 3, 1)  # noqa: DTZ001
    assert isinstance(line.cells[1], date)
