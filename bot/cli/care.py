"""Commands for whoever looks after the installation: the database, what could not be handled."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson, ConfigOption, show

db = typer.Typer(no_args_is_help=True, help="数据库：升级、备份、恢复。")
dead = typer.Typer(no_args_is_help=True, help="没能处理或没能发出的消息。")


@db.command(help="把数据库升级到这个版本。")
def upgrade(config: ConfigOption = None) -> None:
    from bot.app import open_store
    from config.settings import load_settings

    settings = load_settings(config)
    open_store(settings.database.url).close()
    print(f"数据库已是最新：{settings.database.url}")


@db.command(help="在线备份：数据库和媒体文件，一个文件；服务不用停。")
def backup(
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件；不写就放在数据库旁边的 backups/")] = None,
    config: ConfigOption = None,
) -> None:
    from bot.care.backup import backup
    from bot.domain.clock import SystemClock
    from config.settings import load_settings

    made = backup(load_settings(config), out, SystemClock().now(), _progress)
    print(f"已备份：{made.path}（{made.size / 2**20:.1f} MB，{sum(made.manifest.tables.values())} 行，{made.manifest.media} 个文件）")
    if made.manifest.missing:
        print(f"注意：有 {len(made.manifest.missing)} 个文件在媒体文件夹里找不到或已损坏，没有备进去", file=sys.stderr)


@db.command(help="从备份恢复：先停掉服务；原来的数据改名为 .before-restore 留着。")
def restore(
    file: Path,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    config: ConfigOption = None,
) -> None:
    from bot.care.restore import restore
    from bot.domain.clock import local
    from config.settings import load_settings

    settings = load_settings(config)
    if not yes:
        typer.confirm(f"用 {file} 换下现在的数据（{settings.database.url}）？", abort=True)
    done = restore(settings, file, _progress)
    print(f"已恢复 {local(done.manifest.made_at):%Y-%m-%d %H:%M} 的备份，已逐表逐文件核对。现在可以启动 genjin serve。")
    if done.before:
        print(f"原来的数据在 {done.before}（媒体在媒体文件夹的 {done.before.suffix} 里）；确认没问题后可以删掉")


def _progress(what: str, done: int, total: int) -> None:
    """A line that counts, where somebody looks."""
    if sys.stderr.isatty():
        name = {"database": "数据库", "media": "媒体文件"}[what]
        print(f"\r{name} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


@dead.command("list", help="列出死信。")
def list_(config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import listed

    rows = listed(config)
    show(rows, as_json)
    if not rows:
        print("没有死信。", file=sys.stderr if as_json else sys.stdout)


@dead.command("show", help="看一条死信的全文。")
def show_(name: str, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import shown

    show([shown(config, name)], as_json)


@dead.command(help="重新处理一条，或全部（all）。")
def retry(name: str, config: ConfigOption = None) -> None:
    from bot.deadletters import retry

    print(f"重新排队 {retry(config, name)} 条")


def doctor(
    platform: Annotated[str | None, typer.Argument(help="只查一个平台：wecom、feishu、dingtalk")] = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """What is wrong with the installation; exit 1 when anything is bad."""
    from bot.care.doctor import PLATFORMS, examine, patient_of
    from bot.domain.check import State
    from bot.domain.clock import SystemClock
    from config.settings import load_settings

    if platform is not None and platform not in PLATFORMS:
        raise typer.BadParameter(f"这个版本没有 {platform} 的检查；有的是：{'、'.join(PLATFORMS) or '（还没有）'}")
    checks = examine(patient_of(load_settings(config), SystemClock().now(), config), platform)
    rows: list[dict[str, object]] = [
        {"name": c.name, "state": c.state.name.lower(), "what": c.what, "mend": c.mend, "text": _line(c.state, c.name, c.what, c.mend)}
        for c in checks
    ]
    show(rows, as_json)
    if any(check.state is State.BAD for check in checks):
        raise typer.Exit(1)


def _line(state: str, name: str, what: str, mend: str) -> str:
    return f"{state.ljust(2, '　')}  {name}：{what}" + (f"\n      → {mend}" if mend else "")
