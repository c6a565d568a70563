"""``genjin config``: the settings as this machine sees them."""

from typing import Annotated

import typer

from bot.cli.options import AsJson, ConfigOption, show

config = typer.Typer(no_args_is_help=True, help="配置：查看、检查。")
SOURCES = {"environment": "环境变量", "file": "配置文件", "default": "默认"}


@config.command("show", help="现在用的配置和每一项的来处；密钥不显示。")
def show_(
    config: ConfigOption = None,
    as_json: AsJson = False,
    changed: Annotated[bool, typer.Option("--changed", help="只看不是默认值的")] = False,
) -> None:
    from config.settings import described, load_settings

    rows = described(load_settings(config), config)
    kept = [row for row in rows if not changed or row["source"] != "default"]
    show([{**row, "text": f"{row['key']} = {row['value']}    # {SOURCES[row['source']]}"} for row in kept], as_json)


@config.command(help="检查配置，写错的一项用一句话说出来。")
def check(config: ConfigOption = None) -> None:
    from bot.app import rules_of, worktime_of
    from config.settings import load_settings, settings_file
    from storage.engines import database_url

    settings = load_settings(config)
    database_url(settings.database.url)
    rules_of(settings)
    worktime_of(settings)
    path = settings_file(config)
    print(f"{path} 没有问题" if path else "没有配置文件，用的都是默认值和环境变量，没有问题")
