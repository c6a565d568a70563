"""What WeCom's error codes mean: which are final, which pass, and what an administrator does about them."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import PlatformError
from prompts import wecom as words

TOKEN = frozenset({40001, 40014, 41001, 42001})
BUSY = frozenset({-1, 50002})
# Codes that block for a while, with the seconds to stay away.
PAUSES: Mapping[int, float] = {45009: 60, 45011: 60, 45033: 5, 45047: 60}
# Wrong settings: somebody mends them in the console, and then the message goes.
SETTINGS = frozenset({40001, 40013, 40056, 48002, 50001, 50003, 60020, 301002})
SETTINGS_PAUSE = 60.0
_ADDRESS = re.compile(r"from ip: ?([0-9a-fA-F.:]+)")


class Refusal(PlatformError):
    """WeCom answered with an error code."""

    def __init__(self, path: str, code: int, message: str = "") -> None:
        self.code = code
        self.address = found[1].rstrip(".:") if (found := _ADDRESS.search(message)) else ""
        pause = PAUSES.get(code, SETTINGS_PAUSE if code in SETTINGS or code in TOKEN else None)
        passes = code in BUSY or pause is not None
        super().__init__(f"wecom {path} {code}：{words.code(code, self.address)}", retry_after=pause, final=not passes)


def checked(path: str, answer: Any) -> dict[str, Any]:  # noqa: ANN401
    """The answer if it says ok. Raises :class:`Refusal`, and PlatformError for what is no answer of WeCom's."""
    if not isinstance(answer, dict) or not isinstance(code := answer.get("errcode", 0), int):
        raise PlatformError(f"wecom {path}: answer is not WeCom's JSON")
    if code:
        raise Refusal(path, code, str(answer.get("errmsg", "")))
    return answer
