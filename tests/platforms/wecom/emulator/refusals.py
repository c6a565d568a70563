"""How WeCom says no, and how it counts."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any


class Refused(Exception):
    """An ``errcode`` other than 0."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words

    def body(self, ip: str, now: datetime) -> dict[str, Any]:
        """As the server words it: with a tail that names the caller's address."""
        more = f"https://open.work.weixin.qq.com/devtool/query?e={self.code}"
        hint = f"hint: [{int(now.timestamp())}_28_0123456789abcdef], from ip: {ip}, more info at {more}"
        return {"errcode": self.code, "errmsg": f"{self.words}, {hint}"}


class Rate:
    """At most ``most`` in any ``seconds`` for each key."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.window = timedelta(seconds=seconds)
        self._taken: dict[str, deque[datetime]] = {}

    def take(self, key: str, now: datetime) -> bool:
        """Count one more; whether it is within the limit."""
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= now - self.window:
            taken.popleft()
        if len(taken) >= self.most:
            return False
        taken.append(now)
        return True


def need(good: object, code: int, words: str) -> None:
    """Refuse unless."""
    if not good:
        raise Refused(code, words)


def cut(text: str, size: int) -> str:
    """The first ``size`` bytes, without half a character."""
    return text.encode()[:size].decode(errors="ignore")


def field(body: Mapping[str, Any], name: str, kind: type, *, code: int = 40058) -> Any:  # noqa: ANN401
    """A field that must be there with that type."""
    value = body.get(name)
    need(isinstance(value, kind) and not (kind is int and isinstance(value, bool)), code, f"{name} invalid or missing")
    return value


def web_address(value: object) -> None:
    """Refuse what has no scheme."""
    need(isinstance(value, str) and value.startswith(("http://", "https://")) and len(value.encode()) <= 2048, 45034, "url without scheme")
