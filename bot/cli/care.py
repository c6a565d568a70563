"""Commands for whoever looks after the installation: the database, what could not be handled."""

import typer

from bot.cli.options import AsJson, ConfigOption, show

db = typer.Typer(no_args_is_help=True, help="数据库：升级。")
dead = typer.Typer(no_args_is_help=True, help="没能处理或没能发出的消息。")


@db.command(help="把数据库升级到这个版本。")
def upgrade(config: ConfigOption = None) -> None:
    from bot.app import open_store
    from config.settings import load_settings

    settings = load_settings(config)
    open_store(settings.database.url).close()
    print(f"数据库已是最新：{settings.database.url}")


@dead.command("list", help="列出死信。")
def list_(config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import listed

    show(listed(config), as_json)


@dead.command("show", help="看一条死信的全文。")
def show_(name: str, config: ConfigOption = None, as_json: AsJson = False) -> None:
    from bot.deadletters import shown

    show([shown(config, name)], as_json)


@dead.command(help="重新处理一条，或全部（all）。")
def retry(name: str, config: ConfigOption = None) -> None:
    from bot.deadletters import retry

    print(f"重新排队 {retry(config, name)} 条")
