"""The command line ``genjin``: every command's help in one place, the work behind lazy imports so that each starts fast."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.care import db, dead, doctor
from bot.cli.data import export, import_
from bot.cli.options import AsJson, AtOption, ConfigOption, DryRun, instant, log_to_stderr, show
from bot.cli.parse import parse
from bot.cli.privacy import privacy
from bot.cli.read import read
from bot.cli.rules import rules
from bot.cli.senses import speech, transcribe
from bot.cli.settings import config
from bot.domain.errors import GenjinError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="跟进 Genjin：销售团队的聊天助手。", pretty_exceptions_enable=False)
app.command(help="读懂一句销售话，打印结构化记录。")(parse)
app.command("import", help="导入表格（Excel 或 CSV）：先核对再写入，可以撤回。")(import_)
app.command(help="导出表格：jsonl、csv 或 xlsx；记入审计日志。")(export)
app.command(help="把录音听写成文字。")(transcribe)
app.add_typer(speech, name="speech")
app.command(help="体检：数据库、磁盘、时钟、配置、模型、节假日、服务；哪里不对，怎么修。")(doctor)
app.command(help="读图片和文档：回单、报价单、水印照片、名片，打印各项内容。")(read)
app.add_typer(db, name="db")
app.add_typer(dead, name="dead")
app.add_typer(privacy, name="privacy")
app.add_typer(rules, name="rules")
app.add_typer(config, name="config")


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

    log_to_stderr()
    asyncio.run(run_demo(port, folder, fresh=fresh))


@app.command(help="正式运行：平台接入、任务、定时都在这一个进程里。")
def serve(config: ConfigOption = None) -> None:
    from bot.run import run_service
    from config.settings import load_settings

    settings = load_settings(config)
    log_to_stderr(settings)
    asyncio.run(run_service(settings))


@app.command(help="《昨日断点清单》：打印或推送到主管群。")
def digest(
    at: AtOption = None,
    group: Annotated[str | None, typer.Option(help="只看这个群（名称或编号）")] = None,
    again: Annotated[bool, typer.Option("--again", help="今天推过了也再推一次")] = False,
    dry_run: DryRun = False,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    from bot.bytime import push_digest

    show(push_digest(config, instant(at), group, dry_run=dry_run, again=again), as_json)


@app.command(help="那一刻到期的一切：提醒、定时推送、到点放行的消息。")
def due(at: AtOption = None, dry_run: DryRun = False, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.bytime import run_due

    show(run_due(config, instant(at), dry_run=dry_run), as_json)
