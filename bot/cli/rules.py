"""``genjin rules``: the thresholds that sales operations change."""

from pathlib import Path

import typer

from bot.cli.options import ConfigOption

rules = typer.Typer(no_args_is_help=True, help="规则：检查、查看。")


@rules.command(help="检查一个规则文件。")
def check(file: Path) -> None:
    from config.rules import load_rules

    load_rules(file)
    print(f"{file} 没有问题")


@rules.command(help="现在用的规则。")
def show(config: ConfigOption = None) -> None:
    from config.rules import DEFAULT
    from config.settings import load_settings

    print((load_settings(config).rules.file or DEFAULT).read_text(encoding="utf-8"), end="")
