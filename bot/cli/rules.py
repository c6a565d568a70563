"""``genjin rules``: the thresholds that sales operations change."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson, ConfigOption, DryRun, show

rules = typer.Typer(no_args_is_help=True, help="规则：检查、查看、生效、退回、试算。")
NoteOption = Annotated[str, typer.Option("--note", help="为什么改，留在版本记录里")]
Number = Annotated[int | None, typer.Option("--version", min=1, help="只看这一版")]


@rules.command(help="检查一个规则文件，写错的逐条说出来。")
def check(file: Path) -> None:
    from config.rules import load_rules

    load_rules(file)
    print(f"{file} 没有问题")


@rules.command("show", help="现在用的规则和它的版本。")
def show_(
    config: ConfigOption = None,
    version: Number = None,
    history: Annotated[bool, typer.Option("--history", help="列出所有版本和每版改了什么")] = False,
    as_json: AsJson = False,
) -> None:
    from bot.rulebook import in_force, past

    show(past(config) if history else [in_force(config, version)], as_json)


@rules.command(help="让一个规则文件生效；文件里没写的规则不变。")
def apply(file: Path, note: NoteOption = "", dry_run: DryRun = False, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.rulebook import applied

    show([applied(config, file, note, dry_run=dry_run)], as_json)


@rules.command(help="退回上一版。")
def rollback(config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.rulebook import rolled_back

    show([rolled_back(config)], as_json)


@rules.command("try", help="试算：改过的规则在过去的记录上会多提醒谁、少提醒谁；不改任何东西。")
def try_(
    file: Path,
    since: Annotated[str, typer.Option("--since", help="从多久以前算起，例如 90d")] = "90d",
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    from bot.rulebook import tried

    show([tried(config, file, _days(since))], as_json)


def _days(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,4})\s*(?:d|天)", text.strip())
    if not match:
        raise typer.BadParameter(f"--since 要写成 90d 这样，现在是 {text!r}")
    return timedelta(days=int(match[1]))
