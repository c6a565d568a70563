"""The command line ``genjin``: every command's help in one place, the work behind lazy imports so that each starts fast."""

import asyncio
import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_parse import parse
from bot.domain.clock import SHANGHAI
from bot.domain.errors import GenjinError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="跟进 Genjin：销售团队的聊天助手。", pretty_exceptions_enable=False)
app.command(help="读懂一句销售话，打印结构化记录。")(parse)
db = typer.Typer(no_args_is_help=True, help="数据库：升级。")
app.add_typer(db, name="db")
dead = typer.Typer(no_args_is_help=True, help="没能处理或没能发出的消息。")
app.add_typer(dead, name="dead")
rules_app = typer.Typer(no_args_is_help=True, help="规则：检查、查看。")
app.add_typer(rules_app, name="rules")

ConfigOption = Annotated[Path | None, typer.Option("--config", help="配置文件，默认 config/genjin.toml")]
AtOption = Annotated[str | None, typer.Option("--at", help="假设现在是这个时刻，例如 2026-03-19T08:20；不写时区就是北京时间")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只打印，不写库、不发送")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读的 JSON")]


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr and exit 1."""
    try:
        app()
    except GenjinError as error:
        print(f"genjin：{error}", file=sys.stderr)
        sys.exit(1)


@app.command(help="演示：自带一家虚构公司的聊天页面，不需要账号，不连外网。")
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口，0 为任选一个空闲的")] = 8700,
    folder: Annotated[Path | None, typer.Option("--dir", help="数据放在哪里；不写就用临时文件夹，退出即删")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="丢掉上次的演示数据，从头来")] = False,
) -> None:
    from bot.run import run_demo

    _log()
    asyncio.run(run_demo(port, folder, fresh=fresh))


@app.command(help="正式运行：平台接入、任务、定时都在这一个进程里。")
def serve(config: ConfigOption = None) -> None:
    from bot.run import run_service
    from config.settings import load_settings

    _log()
    asyncio.run(run_service(load_settings(config)))


@app.command(help="《昨日断点清单》：打印或推送到主管群。")
def digest(
    at: AtOption = None,
    group: Annotated[str | None, typer.Option(help="只看这个群（名称或编号）")] = None,
    dry_run: DryRun = False,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    from bot.bytime import push_digest

    _print(push_digest(config, _instant(at), group, dry_run=dry_run), as_json)


@app.command(help="那一刻到期的一切：提醒、定时推送、到点放行的消息。")
def due(at: AtOption = None, dry_run: DryRun = False, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.bytime import run_due

    _print(run_due(config, _instant(at), dry_run=dry_run), as_json)


@db.command("upgrade", help="把数据库升级到这个版本。")
def db_upgrade(config: ConfigOption = None) -> None:
    from bot.app import open_store
    from config.settings import load_settings

    settings = load_settings(config)
    open_store(settings.database.url).close()
    print(f"数据库已是最新：{settings.database.url}")


@dead.command("list", help="列出死信。")
def dead_list(config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import listed

    _print(listed(config), as_json)


@dead.command("show", help="看一条死信的全文。")
def dead_show(name: str, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import shown

    _print([shown(config, name)], as_json)


@dead.command("retry", help="重新处理一条，或全部（all）。")
def dead_retry(name: str, config: ConfigOption = None) -> None:
    from bot.deadletters import retry

    print(f"重新排队 {retry(config, name)} 条")


@rules_app.command("check", help="检查一个规则文件。")
def rules_check(file: Path) -> None:
    from config.rules import load_rules

    load_rules(file)
    print(f"{file} 没有问题")


@rules_app.command("show", help="现在用的规则。")
def rules_show(config: ConfigOption = None) -> None:
    from config.rules import DEFAULT
    from config.settings import load_settings

    print((load_settings(config).rules.file or DEFAULT).read_text(encoding="utf-8"), end="")


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--at 要写成 2026-03-19T08:20 这样，现在是 {text!r}") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def _print(rows: list[dict[str, object]], as_json: bool) -> None:
    """Rows carry ``text`` for people; machines get all of it, a line a row."""
    for row in rows:
        print(json.dumps(row, ensure_ascii=False) if as_json else row["text"])


def _log() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
