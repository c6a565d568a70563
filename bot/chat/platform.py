"""The seam to a chat platform: five things that WeCom, Feishu, DingTalk and the sandbox can all do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.chat.incoming import Event
from bot.chat.outgoing import Outgoing

Receive = Callable[[Event], Awaitable[bool]]
"""Accepts an event durably: True when it is new, False when it was known; raises StorageError when it could not be kept."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send: a platform and a chat there."""

    platform: str
    chat: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person as a platform's directory shows them; what it does not tell is empty. ``manager`` is the user id of who stands above."""

    user_id: str
    name: str = ""
    mobile: str = ""
    email: str = ""
    employee_no: str = ""
    active: bool = True
    manager: str = ""


@runtime_checkable
class Directory(Protocol):
    """A platform whose members can be looked up. Raises :class:`PlatformError`."""

    async def find(self, *, mobile: str = "", email: str = "", employee_no: str = "") -> Sequence[Colleague]:
        """Everybody who carries one of these; nobody is found by name. We ask for one of them at a time."""
        ...


@runtime_checkable
class WholeDirectory(Protocol):
    """A platform that shows everybody at once, with who stands above whom. Optional; raises :class:`PlatformError`."""

    async def everybody(self) -> Sequence[Colleague]:
        """All members whom we may see."""
        ...


@runtime_checkable
class Introductions(Protocol):
    """A platform that tells who is behind a user's id. Optional; raises :class:`PlatformError`."""

    async def person(self, user_id: str) -> Colleague | None:
        """The person as far as the platform tells, None when it knows nobody of that id."""
        ...


@runtime_checkable
class PrivateChats(Protocol):
    """A platform whose private chats are not called by the user's id. Optional: without it the chat is the id itself, as on WeCom."""

    def private_chat(self, user_id: str) -> str:
        """The chat in which the bot reaches a person, also one who never wrote to it."""
        ...


@runtime_checkable
class SignIn(Protocol):
    """A platform through which people sign in to our pages."""

    def sign_in_address(self, back: str, state: str) -> str:
        """Where to send the browser; the platform brings it back to ``back`` with ``state`` and a code."""
        ...

    async def signed_in(self, code: str) -> str | None:
        """The platform's id of the member behind a code; None for outsiders. Raises :class:`PlatformError`."""
        ...


@dataclass(frozen=True, slots=True)
class Kit:
    """What a page needs to ask a platform's own browser for a position.

    ``scripts`` are https addresses to load, in this order; ``config`` is handed to the script as JSON (``appId``, ``timestamp``,
    ``nonceStr``, ``signature`` of the page's address; ``corpId``, ``agentId`` where the newer script wants them; ``datum`` is what to ask
    for, ``wgs84`` unless said otherwise).
    """

    scripts: tuple[str, ...]
    config: Mapping[str, Any]


@runtime_checkable
class PageKit(Protocol):
    """A platform whose own browser gives pages a better position than the web does."""

    async def page_kit(self, url: str) -> Kit | None:
        """The kit, signed for the page at ``url``; None where it is not set up. Raises :class:`PlatformError`."""
        ...


@runtime_checkable
class LongConnection(Protocol):
    """A platform that keeps a connection open. Optional."""

    @property
    def connection(self) -> str:
        """For /readyz: ``ok``, what is wrong, or nothing where no connection is configured."""
        ...


class Platform(Protocol):
    """One chat platform. ``send`` and ``update`` raise :class:`PlatformError`."""

    name: str

    def mount(self, app: Any, receive: Receive) -> None:  # noqa: ANN401  (aiohttp's Application; chat knows no web server)
        """Add the platform's routes to the web application."""
        ...

    async def run(self, receive: Receive) -> None:
        """Hold the long connection, where there is one, until cancelled."""
        ...

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        """Send and return the platform's reference; ``key`` is the same at every try of one message."""
        ...

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a message that was sent."""
        ...

    def carries_buttons(self, chat: str) -> bool:
        """Whether a card's buttons can be tapped in this chat; where not, the card needs a way to its page."""
        ...

    def download(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of a file that somebody sent."""
        ...
