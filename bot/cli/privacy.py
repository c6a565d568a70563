"""``genjin privacy``: what people may ask for about their own data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigOption, DryRun

privacy = typer.Typer(no_args_is_help=True, help="个人信息：导出或删除一个人的数据。")
Yes = Annotated[bool, typer.Option("--yes", help="不再询问")]
KINDS = {
    "files": "语音、照片和视频",
    "readings": "识别结果",
    "places": "位置",
    "records": "跟进记录（保留，去掉个人标识）",
    "pieces": "原话（保留，去掉个人标识）",
    "events": "收到的原始消息",
    "messages": "发给他的消息",
    "identities": "平台账号",
    "imports": "导入留底",
    "left_customers": "没有负责人的客户",
    "left_leads": "没有负责人的线索",
    "left_opportunities": "没有负责人的商机",
    "audit": "审计日志（留下发生过什么，去掉内容）",
}


@privacy.command(help="导出一个同事的全部数据（姓名、工号、邮箱或手机号）。")
def export(member: str, out: Annotated[Path, typer.Option("--out", help="写到哪个 zip 文件")], config: ConfigOption = None) -> None:
    from bot.care.person import export
    from config.settings import load_settings

    given = export(load_settings(config), member, out)
    print(f"已导出 {given.rows} 行、{given.files} 个文件：{given.path}。里面是个人信息，请当面交给本人")


@privacy.command(help="注销一个同事：记录留给公司，人变成“已注销”，语音、照片、位置和账号删除。")
def delete(
    member: str,
    dry_run: DryRun = False,
    yes: Yes = False,
    leave_customers: Annotated[bool, typer.Option("--leave-customers", help="名下的客户不交接，变成没有负责人")] = False,
    config: ConfigOption = None,
) -> None:
    from bot.care.person import delete_member
    from config.settings import load_settings

    settings = load_settings(config)
    name, counts = delete_member(settings, member, dry_run=True, leave_customers=leave_customers)
    if dry_run or not yes:
        print(f"将注销 {name}：{_told(counts)}。")
    if dry_run:
        return
    if not yes:
        typer.confirm("删除后不能恢复，确定吗？", abort=True)
    name, counts = delete_member(settings, member, dry_run=False, leave_customers=leave_customers)
    print(f"已注销：{_told(counts)}。文件由运行中的服务删除；旧备份里还有，请按备份的保存期限清理")


@privacy.command("delete-contact", help="删除客户的一个联系人：姓名和电话都要对上。")
def delete_contact(
    name: str,
    phone: Annotated[str, typer.Option("--phone", help="登记的电话")],
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
) -> None:
    from bot.care.person import delete_contact
    from config.settings import load_settings

    settings = load_settings(config)
    firms, counts = delete_contact(settings, name, phone, dry_run=True)
    if dry_run or not yes:
        print(f"将删除 {name}（{firms}）：{_told(counts)}。")
    if dry_run:
        return
    if not yes:
        typer.confirm("删除后不能恢复，确定吗？", abort=True)
    delete_contact(settings, name, phone, dry_run=False)
    print(f"已删除：{_told(counts)}。旧备份里还有，请按备份的保存期限清理")


def _told(counts: Mapping[str, int]) -> str:
    return "，".join(f"{KINDS[kind]} {count}" for kind, count in counts.items() if kind in KINDS) or "没有别的数据"
