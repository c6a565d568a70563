"""What an administrator reads while a table goes in or out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.domain.clock import local

BAD_ROW = "这一行有错"
NO_NUMBER = "没有工号"


def no_colleague(said: str) -> str:
    return f"没有同事“{said}”；请写姓名或工号，和人员表里一样；新同事先用 genjin import people 导入"


def which_colleague(said: str, numbers: Sequence[str]) -> str:
    return f"有 {len(numbers)} 位“{said}”（工号：{'、'.join(numbers)}）；请写工号"


def taken_for(said: str, name: str) -> str:
    return f"“{said}”按客户“{name}”处理"


def no_customer(said: str, alike: Sequence[str]) -> str:
    like = f"；最接近的是{'、'.join(f'“{name}”' for name in alike)}" if alike else ""
    return f"没有客户“{said}”{like}；请写客户表里的名称，新客户先用 genjin import customers 导入"


def no_contract(no: str) -> str:
    return f"没有合同“{no}”；请核对合同编号，新合同先用 genjin import contracts 导入"


def inactive_owner(name: str) -> str:
    return f"{name} 已停用，不能当负责人；请换一位在岗的同事"


def owner_is_no_rep(name: str) -> str:
    return f"{name} 不是销售，也不是主管；确认没有写错人"


HALF_PLACE = "纬度和经度要么都填，要么都不填"
SWAPPED = "纬度和经度好像填反了；国内的纬度在 3 到 54 之间，经度在 73 到 136 之间"
ABROAD = "这个位置不在国内；确认没有填错"
FUTURE = "在将来；请填已经过去的时间，例如 2026-03-12 16:00"
MOVED_BEFORE_BORN = "早于创建时间；请核对两个时间"


ZERO = "是 0；请核对金额"
PLAN_EARLY = "有一期早于签订日；确认没有填错"


def past(on: date) -> str:
    return f"{on} 已经过去了；确认没有填错"


def not_yet(on: date) -> str:
    return f"{on} 还没到；请核对日期"


def other_customer(no: str, name: str) -> str:
    return f"合同 {no} 已经是“{name}”的；请核对合同编号和客户"


def ends_before(end: date, begin: date) -> str:
    return f"{end} 早于签订日 {begin}；请核对两个日期"


def plan_differs(agreed: str, amount: str) -> str:
    return f"各期合计 {agreed} 元，合同金额 {amount} 元；确认没有漏填"


def less_than_paid(amount: str, paid: str) -> str:
    return f"改成 {amount} 元就少于已到账的 {paid} 元；请核对合同金额"


def serial_used(serial: str, no: str) -> str:
    return f"流水号 {serial} 已经记在合同 {no} 上；请核对"


def paid_before_signed(on: date) -> str:
    return f"早于合同签订日 {on}；确认没有填错"


def over_paid(amount: str, rest: str, no: str) -> str:
    return f"{amount} 元超过了合同 {no} 还没到账的 {rest} 元；请核对金额和合同编号"


def below_cost(price: str, cost: str) -> str:
    return f"{price} 元低于成本 {cost} 元；确认没有填错"


def float_below_cost(grade: str, cost: str) -> str:
    return f"按 {grade} 级浮动后会低于成本 {cost} 元；确认没有填错"


OWN_BOSS = "上级不能是自己"
OWN_DEPUTY = "代理人不能是自己"
NO_IDENTITY = "没有工号、手机、邮箱，也没有平台账号：连上平台后认不出这个人"
KEY_ITSELF = "不要写机器人地址或密钥本身；先在配置里给它起个名字，这里写 key:名字"


def circle(line: str) -> str:
    return f"上级绕成了圈：{line}；请改正其中一个人的上级"


def two_people(names: Sequence[str]) -> str:
    return f"工号、手机、邮箱分别对上了不同的人（{'、'.join(names)}）；请核对后再导"


def maybe_another(name: str, known: str, fits: Sequence[str], differs: Sequence[tuple[str, str, str]]) -> str:
    other = "；".join(f"{title}表里是 {said}，{known}的是 {before}" for title, said, before in differs)
    return f"“{name}”的{'、'.join(fits)}和已有的“{known}”一样，但姓名不同，{other}"


def another_skipped(why: str) -> str:
    return f"{why}；可能是两个人，先跳过：写错了就改好这一行再导，确实是同一个人就加 --duplicates update"


def another_updated(why: str) -> str:
    return f"{why}；按同一个人更新"


def account_taken(account: str, name: str) -> str:
    return f"账号 {account} 已经是 {name} 的；请核对"


def boss_is_no_manager(name: str) -> str:
    return f"{name} 的角色里没有“主管”；确认没有写错人"


def no_kind(said: str, like: str | None, names: Sequence[str]) -> str:
    return f"没有“{said}”这种表{f'；是不是 {like}？' if like else '；'}可以用：{'、'.join(names)}"


READING = "读文件"
CHECKING = "核对"
WRITING = "写入"
REVERTING = "撤回"
OTHER_IMPORT = "另一个导入正在进行；等它做完再试"
NOTHING_TO_REVERT = "没有可以撤回的导入"


def only_headings(name: str) -> str:
    return f"{name} 只有列名，没有内容可以导入"


def required(example: str) -> str:
    return f"不能空着；例如 {example}"


def too_many_cells(count: int) -> str:
    return f"比列名多出 {count} 格；内容里有逗号的要用英文引号括起来"


def repeated(line: int) -> str:
    return f"和第 {line} 行重复了；请删掉一行，或改正编号"


def repeats(line: int) -> str:
    return f"和第 {line} 行是同一个；这一行的内容接着更新"


def repeats_skipped(line: int) -> str:
    return f"和第 {line} 行是同一个，跳过；要用这一行接着更新，加 --duplicates update"


def changed_since(batch: int) -> str:
    return f"批次 {batch} 导入过这一行，之后有人改过，没有动；要按文件改回去，加 --again"


def _names(alike: Sequence[tuple[str, int | None, int]]) -> str:
    return "、".join(f"“{name}”（{f'第 {line} 行，' if line else ''}相似 {score}%）" for name, line, score in alike)


def alike_new(alike: Sequence[tuple[str, int | None, int]]) -> str:
    return f"和{_names(alike)}相似，按新的导入"


def alike_update(name: str) -> str:
    return f"和“{name}”相似，按它更新"


def alike_skipped(alike: Sequence[tuple[str, int | None, int]], *, in_file: bool) -> str:
    same = "删掉一行" if in_file else "加 --duplicates update"
    return f"和{_names(alike)}可能是同一个，先跳过；是同一个就{same}，不是就加 --duplicates new"


def no_batch(number: int) -> str:
    return f"没有批次 {number}；用 genjin import --list 看看有哪些"


def already_reverted(number: int) -> str:
    return f"批次 {number} 已经撤回过了"


def stopped(reason: str, rows: int, batch: int) -> str:
    return f"{reason}。批次 {batch} 写了 {rows:,} 行后停下了：再导一次同一个文件会接着写，要撤回就用 genjin import --revert {batch}"


KEPT = "有效"
UNDONE = "已撤销"
INWARD = "收到"
OUTWARD = "发出"
NOT_YET = ("approvals", "alerts")
XLSX_NEEDS_OUT = "Excel 文件要写明放在哪里：加 --out 文件.xlsx"
NOT_FOR_YOU = "这张表只有管理员能导出"


def event(kind: str) -> str:
    words = {"Voice": "语音", "Photo": "照片", "Video": "视频", "Document": "文件", "Location": "位置", "CardTap": "点了按钮"}
    return f"（{words.get(kind, kind)}）"


def unwritable(folder: str, reason: str) -> str:
    return f"写不了 {folder}：{reason}；原来的文件没有变。请换一个文件夹，或腾出空间再导"


def is_folder(path: str) -> str:
    return f"{path} 是文件夹；--out 后面写文件名"


def not_yet_exported(name: str) -> str:
    return f"{name} 还没有数据可以导出：这部分功能在后面的版本里"


EXPORTING = "导出"
EXAMPLE = "示例"
NOTHING_TO_WRITE = "没有要写入的内容"
DECLINED = "好的，没有写入"
NO_BATCHES = "还没有导入过"
ACTION = {"new": "新增", "update": "更新", "same": "不变", "skip": "跳过", "error": "有错"}
STATE = {
    "writing": "没写完（再导一次同一个文件会接着写）",
    "done": "已完成",
    "reverting": "没撤完（再撤一次会接着撤）",
    "reverted": "已撤回",
}


def exported(title: str, rows: int, path: str | None) -> str:
    return f"导出{title} {rows:,} 行{f'：{path}' if path else ''}（已记入审计日志）"


def seen_before(batch: int, state: str, rows: int) -> str:
    if state == "writing":
        return f"接着上次没写完的批次 {batch}（已写 {rows:,} 行）"
    return f"这个文件在批次 {batch} 已经导入过；没变的行不会再写"


def _change(title: str, before: object, after: object) -> str:
    return f"{title} {before} → {after}" if before is not None else f"{title} {after}"


def row(line: int, action: str, label: str, changes: Sequence[tuple[str, object, object]], remarks: Sequence[tuple[str, str]]) -> str:
    """One line of the report, with what changes and what is the matter below it."""
    what = f"：{'；'.join(_change(*one) for one in changes)}" if action in ("new", "update") and changes else ""
    said = "".join(f"\n    {f'{column}：' if column else ''}{text}" for column, text in remarks)
    return f"第 {line} 行 {ACTION[action]} {label}{what}{said}"


def summary(title: str, counts: Mapping[Any, int]) -> str:
    parts = [f"{ACTION[action]} {count:,} 行" for action, count in counts.items() if count]
    return f"{title}表合计：{'，'.join(parts)}"


def refused(errors: int, todo: int, *, dry_run: bool) -> str:
    rest = f"，或加 --skip-errors 先导其余 {todo:,} 行" if todo else ""
    return f"有 {errors:,} 行有错，{'正式导入时一行也不会写' if dry_run else '一行也没有写'}。照上面的提示改好再导{rest}"


def dry(todo: int, errors: int) -> str:
    skipped = f"，跳过有错的 {errors:,} 行" if errors else ""
    return f"只是试算，什么都没写。去掉 --dry-run 就会写入 {todo:,} 行{skipped}"


def confirm(counts: Mapping[Any, int]) -> str:
    return f"写入（新增 {counts['new']:,} 行，更新 {counts['update']:,} 行）？"


def written(batch: int, created: int, updated: int, late: int) -> str:
    rest = f"；{late:,} 行在写入时和刚才不一样了，没有写，见上面" if late else ""
    return f"导入完成：新增 {created:,} 行，更新 {updated:,} 行{rest}。批次 {batch}，要撤回就用 genjin import --revert {batch}"


def late(line: int, text: str) -> str:
    return f"第 {line} 行写入时情况变了，没有写：{text}"


def batch(number: int, kind: str, file: str, by: str, state: str, at: datetime, created: int, updated: int) -> str:
    return f"批次 {number}  {local(at):%Y-%m-%d %H:%M}  {kind}  {file}  {by}  新增 {created:,} 更新 {updated:,}  {STATE[state]}"


def reverted(number: int, undone: int, kept: Sequence[tuple[int, str]]) -> str:
    rest = "".join(f"\n    第 {line} 行 {label}" for line, label in kept[:50]) + (
        f"\n    还有 {len(kept) - 50} 行" if len(kept) > 50 else ""
    )
    said = f"；{len(kept):,} 行导入之后有人改过、或者已经有记录挂在上面，没有动：{rest}" if kept else ""
    return f"批次 {number} 已撤回 {undone:,} 行{said}"


def template_written(path: str) -> str:
    return f"空表在 {path}：把内容填在第一张工作表里，“{EXAMPLE}”那张不会导入"


def heading(title: str, required: bool) -> str:
    return f"{title}*" if required else title


def note(title: str, required: bool, hint: str, example: str) -> str:
    return "\n".join(part for part in ("必填" if required else "选填", hint, f"例如：{example}" if example else "") if part)


RULES = "规则"


def no_rule(line: int, said: str) -> str:
    return f"第 {line} 行：没有叫“{said}”的规则；先用 genjin export rules 导出一份，在那上面改"


def rule_line(line: int, name: str) -> str:
    return f"第 {line} 行 {name}"
