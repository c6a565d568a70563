"""``/wecom/callback``: from an encrypted body to an event that is on the disk, and only then an empty 200."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from aiohttp import web

from bot import metrics
from bot.chat.incoming import Alarm, CardTap, Event, Photo
from bot.chat.platform import Receive
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError, StorageError
from bot.platforms.wecom import limits
from bot.platforms.wecom.gate import Gate, Opened, Refused
from bot.platforms.wecom.inbound import NAME, Camera, Tapped, said
from bot.platforms.wecom.taps import tap_of
from storage.repositories.wecom import ResponseCode, SentPart
from storage.store import Store
from storage.transaction import Transaction

log = logging.getLogger(__name__)
Download = Callable[[str], AsyncIterator[bytes]]


class Callbacks:
    """Answers WeCom's verification, messages and events."""

    def __init__(self, gate: Gate, store: Store, clock: Clock, download: Download) -> None:
        self._gate = gate
        self._store = store
        self._clock = clock
        self._download = download

    async def verify(self, request: web.Request) -> web.Response:
        """The console saves the address only if it gets back what it encrypted, and nothing else, within a second."""
        try:
            return web.Response(text=self._gate.echo(request.query))
        except Refused as refusal:
            return self._refused(refusal, request)

    async def take(self, request: web.Request, receive: Receive) -> web.Response:
        """A message or an event."""
        try:
            opened = self._gate.open(request.query, await _body(request))
            await self._accept(opened, receive)
        except Refused as refusal:
            return self._refused(refusal, request)
        except StorageError as error:
            log.error("wecom callback cannot be kept: %s", error)
            return web.Response(status=503)
        return web.Response()

    async def _accept(self, opened: Opened, receive: Receive) -> None:
        try:
            found = said(opened, self._clock.now())
        except (ValueError, TypeError, AttributeError, KeyError):
            # Whole in form and without sense (a place that is off the globe): sending it again would not mend it.
            found = None
        if found is None:
            metrics.INBOX.labels(NAME, "unknown", "ignored").inc()
            log.info("wecom callback of a kind that nobody needs: %s", type(opened.message).__name__)
            return
        oldest = limits.TAP_AGE if isinstance(found, Tapped) else limits.MESSAGE_AGE
        if self._gate.age(opened) > oldest and not await self._known(found.event_id):
            raise Refused("stale")
        event = await self._settled(found)
        if event is None:
            return
        await receive(event)
        if isinstance(event, Alarm):
            log.warning("wecom says about the app: %s", event.text)

    async def _settled(self, found: "Event | Tapped | Camera") -> Event | None:
        if isinstance(found, Camera):
            await self._store.write(lambda tx: tx.wecom.shot(found.user, found.md5s, found.at))
            return None
        if isinstance(found, Tapped):
            return await self._store.write(lambda tx: _tap(tx, found))
        return await self._looked_at(found) if isinstance(found, Photo) else found

    async def _looked_at(self, photo: Photo) -> Photo:
        """The photo, vouched for if its bytes are what the camera took a moment ago.

        Only then is it looked at before the answer: WeCom waits five seconds, and a photo that takes too long is simply not vouched for.
        """
        since = self._clock.now() - limits.SHOT_AGE
        shots = await self._store.read(lambda r: r.wecom.shots(photo.sender.id, since))
        if not shots:
            return photo
        md5 = hashlib.md5(usedforsecurity=False)
        try:
            async with asyncio.timeout(limits.SHOT_SECONDS):
                async for chunk in self._download(photo.media.ref):
                    md5.update(chunk)
        except (PlatformError, TimeoutError):
            return photo
        return replace(photo, camera=md5.hexdigest() in shots)

    async def _known(self, event_id: str) -> bool:
        return await self._store.read(lambda r: r.inbox.of_event(NAME, event_id)) is not None

    def _refused(self, refusal: Refused, request: web.Request) -> web.Response:
        metrics.REFUSED.labels(NAME, refusal.why).inc()
        log.warning("wecom callback refused: %s from %s", refusal.why, request.remote)
        return web.Response(status=refusal.status)


def _tap(tx: Transaction, tapped: Tapped) -> CardTap:
    task: SentPart | None = tx.wecom.task(tapped.task_id)
    if task is not None and tapped.code:
        user = tapped.head["sender"].id
        tx.wecom.keep_code(ResponseCode(tapped.code, tapped.task_id, user, tapped=True, at=tapped.head["received_at"]))
    return tap_of(task, tapped)


async def _body(request: web.Request) -> bytes:
    """The body; one that is too large is refused before it is read, or where it grows too large."""
    if (request.content_length or 0) > limits.LARGEST_CALLBACK:
        raise Refused("too large", 413)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limits.LARGEST_CALLBACK:
            raise Refused("too large", 413)
    return bytes(body)
