"""Asking an OpenAI-compatible address: one question, one retry, one time limit; no redirects, no address but the configured one."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.llm.answer import Answer
from bot.llm.asking import body, mended
from config.sections import Llm

BIGGEST = 256 * 1024
LONGEST_PAUSE = 600.0
_NO_SCHEMA = (400, 404, 415, 422)
_FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)

Messages = list[dict[str, str]]
Spend = Callable[[], Awaitable[bool]]


class NoAnswer(Exception):
    """The address gave nothing to use.

    Args:
        reason: for logs; a word of ours or a status, never text of the message or of the answer.
        pause: seconds for which the address asked to be left alone.
        broken: whether this speaks against the address (a refusal or a spent budget does not).
    """

    def __init__(self, reason: str, *, pause: float = 0.0, broken: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.pause, self.broken = reason, pause, broken


@dataclass(frozen=True, slots=True)
class _Replied:
    status: int
    content: bytes
    retry_after: str


class Client:
    """Talks to the configured address. It learns once that an address knows no JSON schema."""

    def __init__(self, settings: Llm) -> None:
        self._settings = settings
        self._url = f"{settings.base_url.rstrip('/')}/chat/completions"
        self._headers = {"Authorization": f"Bearer {key}"} if (key := settings.key) else {}
        self._strict = True

    async def ask(self, messages: Messages, spend: Spend) -> Answer:
        """The answer, or NoAnswer. ``spend`` is asked before every request whether one more is paid for."""
        try:
            async with asyncio.timeout(self._settings.timeout), self._session() as session:
                return await self._tried(session, messages, spend)
        except TimeoutError as error:
            raise NoAnswer("timeout") from error
        except aiohttp.ClientError as error:
            raise NoAnswer(type(error).__name__) from None  # its text may tell the address and what was sent

    async def _tried(self, session: aiohttp.ClientSession, messages: Messages, spend: Spend) -> Answer:
        reply = await self._post(session, messages, spend, strict=self._strict)
        if reply.status in _NO_SCHEMA and self._strict:
            reply = await self._post(session, messages, spend, strict=False)
            self._strict = reply.status != 200
        elif reply.status >= 500:
            return _last(_content(await self._post(session, messages, spend, strict=self._strict)))
        words = _content(reply)
        try:
            return _parsed(words)
        except ValueError:
            return _last(_content(await self._post(session, mended(messages, words), spend, strict=self._strict)))

    async def _post(self, session: aiohttp.ClientSession, messages: Messages, spend: Spend, *, strict: bool) -> _Replied:
        if not await spend():
            raise NoAnswer("budget", broken=False)
        request = body(self._settings.model, messages, strict=strict)
        async with session.post(self._url, json=request, allow_redirects=False) as response:
            content = b""
            async for chunk in response.content.iter_chunked(16 * 1024):
                content += chunk
                if len(content) > BIGGEST:
                    raise NoAnswer("too long")
            return _Replied(response.status, content, response.headers.get("Retry-After", ""))

    def _session(self) -> aiohttp.ClientSession:
        # One for each question: questions are rare, and nothing stays open between them. No proxy out of the environment, no cookies.
        return aiohttp.ClientSession(headers=self._headers, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


def _content(reply: _Replied) -> str:
    """The words of the reply's only choice."""
    if reply.status != 200:
        pause = min(float(reply.retry_after), LONGEST_PAUSE) if re.fullmatch(r"\d{1,6}", reply.retry_after) else 0.0
        raise NoAnswer(f"status {reply.status}", pause=pause)
    try:
        message: Any = json.loads(reply.content)["choices"][0]["message"]
        words = message.get("content")
        refused = bool(message.get("refusal"))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NoAnswer("not a completion") from None
    if refused or not isinstance(words, str) or not words.strip():
        raise NoAnswer("refused", broken=False)
    return words


def _parsed(words: str) -> Answer:
    """Raises ValueError for anything but one JSON object of the agreed shape."""
    fenced = _FENCE.match(words)
    return Answer.model_validate_json(fenced[1] if fenced else words)


def _last(words: str) -> Answer:
    try:
        return _parsed(words)
    except ValidationError:
        raise NoAnswer("invalid answer") from None
