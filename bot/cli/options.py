"""Options and printing that all commands share."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.domain.clock import SHANGHAI

if TYPE_CHECKING:
    from config.settings import Settings

ConfigOption = Annotated[Path | None, typer.Option("--config", help="配置文件，默认 config/genjin.toml")]
AtOption = Annotated[str | None, typer.Option("--at", help="假设现在是这个时刻，例如 2026-03-19T08:20；不写时区就是北京时间")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只打印，不写库、不发送")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读的 JSON")]


def instant(text: str | None) -> datetime | None:
    """``--at`` as an aware instant. Raises typer.BadParameter."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--at 要写成 2026-03-19T08:20 这样，现在是 {text!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def show(rows: list[dict[str, object]], as_json: bool) -> None:
    """Rows carry ``text`` for people; machines get all of it, a line a row."""
    for row in rows:
        print(json.dumps(row, ensure_ascii=False) if as_json else row["text"])


def log_to_stderr(settings: "Settings | None" = None) -> None:
    """Logs for a service in the foreground; stdout stays for results."""
    from bot.logs import set_up
    from config.settings import secret_values

    if settings is None:
        set_up()
    else:
        set_up(settings.log.format, settings.log.level, secret_values(settings))
