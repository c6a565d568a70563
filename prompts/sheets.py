"""What is the matter with a table that an administrator brings: with the file, a heading, a cell."""

from collections.abc import Sequence

ROUNDED = "这个号码超过 15 位，Excel 已经把末几位变成了 0；请把这一列设为“文本”格式，再从原处粘贴一次"
EMPTY_REQUIRED = "不能空着"
FORMULA = "是公式，但文件里没有它的结果；请用 Excel 打开、保存一次再导，或者复制后“选择性粘贴”为数值"
ERROR_VALUE = "是公式错误值；请改成真正的内容"


def too_long(length: int, most: int) -> str:
    return f"太长了，有 {length} 个字，最多 {most} 个"


def scientific(said: str) -> str:
    return f"“{said}”是科学计数法，原来的号码已经丢了；请把这一列设为“文本”格式，再从原处粘贴一次"


def no_phone(said: str) -> str:
    return f"“{said}”不像电话号码；写成 13800001234 或 0575-81234567 这样"


def no_email(said: str) -> str:
    return f"“{said}”不像邮箱；写成 li.si@example.com 这样"


def no_number(said: str) -> str:
    return f"“{said}”不是数字；写成 120 这样"


def no_whole(said: str) -> str:
    return f"“{said}”不是整数；写成 120 这样"


def out_of_range(said: str, low: str, high: str) -> str:
    return f"“{said}”不在 {low} 到 {high} 之间"


def no_amount(said: str) -> str:
    return f"“{said}”不是金额；写成 32000、32,000.00 或 3.2万 这样"


def negative(said: str) -> str:
    return f"“{said}”小于 0；金额不能是负数"


def too_much(said: str) -> str:
    return f"“{said}”太大了；请检查单位是元还是万元"


def no_share(said: str) -> str:
    return f"“{said}”不是比例；写成 8% 或 0.08 这样"


def no_yes(said: str) -> str:
    return f"“{said}”看不出是还是否；写“是”或“否”"


def no_day(said: str) -> str:
    return f"“{said}”不是日期；写成 2026-03-31 这样"


def no_such_day(said: str) -> str:
    return f"“{said}”这一天不存在；写成 2026-03-31 这样"


def no_year(said: str) -> str:
    return f"“{said}”没有年份；写成 2026-03-31 这样"


def which_order(said: str) -> str:
    return f"“{said}”看不出哪个是年、月、日；写成 2026-03-31 这样"


def far_year(year: int) -> str:
    return f"年份 {year} 不对；请写 1990 到 2100 之间的年份，例如 2026-03-31"


def no_plan(said: str) -> str:
    return f"回款计划“{said}”看不懂；写成 2026-03-31:50000;2026-06-30:80000 这样"


def not_one_of(said: str, titles: Sequence[str]) -> str:
    return f"“{said}”不认识；可以写：{'、'.join(titles)}"


def twice(title: str) -> str:
    return f"有两列都是“{title}”；删掉一列或改一个列名再导"


def missing_columns(kind: str, missing: Sequence[tuple[str, str | None]], columns: Sequence[str]) -> str:
    said = "；".join(f"缺少“{title}”" + (f"（“{like}”是不是它？把列名改成“{title}”）" if like else "") for title, like in missing)
    return f"{said}。{kind}表的列：{'、'.join(columns)}"


def strange_column(letter: str, heading: str, like: str | None) -> str:
    return f"{letter} 列“{heading}”不认识，没有导入" + (f"；是不是“{like}”？是的话改好列名再导" if like else "")


def merged(ref: str) -> str:
    return f"是横着合并的单元格（{ref}），不知道算哪一列；请取消合并，每格填好"


def unreadable(path: str, reason: str) -> str:
    return f"读不了文件 {path}：{reason}"


def empty(name: str) -> str:
    return f"{name} 是空的，没有内容可以导入"


def no_text(name: str) -> str:
    return f"{name} 不是表格；请给 .xlsx 文件，或者 UTF-8、GBK 编码的 .csv 文件"


def open_quote(name: str, line: int) -> str:
    return f"{name} 从第 {line} 行起有一个引号没有成对，后面的内容分不开；补上引号，或另存为 .xlsx 再导"


def too_big(name: str) -> str:
    return f"{name} 展开后太大，没有打开；正常的表格不会这样。请新建一个工作簿，只把数据复制过去再导"


def too_many_rows(name: str, most: int) -> str:
    return f"{name} 超过 {most:,} 行；请拆成几个文件再导"


def locked(name: str) -> str:
    return f"{name} 有打开密码；请在 Excel 里“另存为”并去掉密码再导"


def old_excel(name: str) -> str:
    return f"{name} 是旧的 .xls 格式；请用 Excel 或 WPS 打开，“另存为”.xlsx 再导"


def web_page(name: str) -> str:
    return f"{name} 其实是网页，不是表格（有的系统导出会这样）；请用 Excel 打开，“另存为”.xlsx 再导"


def damaged(name: str) -> str:
    return f"{name} 打不开，文件可能损坏了；请用 Excel 打开，“另存为”.xlsx 再导"


def no_sheet(wanted: str, names: Sequence[str]) -> str:
    return f"没有工作表“{wanted}”；这个文件里有：{'、'.join(names)}"


def no_headings(name: str, kind: str, columns: Sequence[str]) -> str:
    return f"{name} 前 20 行里找不到列名。{kind}表的列：{'、'.join(columns)}。可以先用 --template 生成一张空表"
