"""Log lines for people or machines that never carry what somebody wrote, a telephone number or a secret.

An exception of a library may quote what it choked on, so of those only the type and the places in the code are written; the text of our own
errors is ours. Whatever else comes through is searched for telephone numbers and for the secrets of the settings.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from bot.domain.errors import GenjinError

_PHONE = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])")
_FIELD = re.compile(r"(?<!\S)([a-z_]+)=(\S+)")
Info = tuple[type[BaseException], BaseException, TracebackType | None]


class Safe(logging.Formatter):
    """``text`` for people, ``json`` (one object a line, ``incident=…`` and the like as fields of their own) for machines."""

    def __init__(self, style: Literal["text", "json"], secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._json = style == "json"
        self._secrets = sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        message = self._clean(record.getMessage())
        trace = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        if not self._json:
            line = f"{self.formatTime(record)} {record.levelname} {record.name} {message}"
            return f"{line}\n{trace}" if trace else line
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        known: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name, "message": message}
        fields = {name: value for name, value in _FIELD.findall(message) if name not in known}
        return json.dumps({**known, **fields, **({"trace": trace} if trace else {})}, ensure_ascii=False)

    def formatException(self, ei: Info) -> str:  # type: ignore[override]
        return self._clean("\n".join(_told(ei[1])))

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _PHONE.sub(r"\1****\2", text)


def _told(error: BaseException) -> list[str]:
    """An exception and what caused it: places in the code, the type, and the words only when they are ours."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_told(cause), "which led to:"] if cause else []
    frames = [f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in traceback.extract_tb(error.__traceback__)]
    words = f": {error}" if isinstance(error, GenjinError) else f": {error.strerror}" if isinstance(error, OSError) else ""
    return [*before, *frames, f"{type(error).__name__}{words}"]


def set_up(style: Literal["text", "json"] = "text", level: str = "INFO", secrets: Sequence[str] = ()) -> None:
    """Log to stderr; stdout stays for results."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Safe(style, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)


def note_loop_error(_: object, context: Mapping[str, Any]) -> None:
    """asyncio's own message quotes the exception; ours does not. For ``loop.set_exception_handler``."""
    logging.getLogger("asyncio").error("unhandled in the event loop: %s", _kind(context), exc_info=context.get("exception"))


def _kind(context: Mapping[str, Any]) -> str:
    error = context.get("exception")
    return type(error).__name__ if error else "no exception"
