"""From the emulator to the bot: sealed requests, delivered as WeCom delivers them, or as it should not."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.crypto import Seal

DEADLINE = 5.0
VERIFY_DEADLINE = 1.0
TRIES = 4


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as it lies on the wire."""

    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of it: the last try's status (None without an answer), how many tries, what was answered."""

    status: int | None
    tries: int
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        return self.status == 200


class Callbacks:
    """Delivers to ``corp.callback``. ``sent`` holds every plaintext with its first envelope, in order, so that each can come again.

    ``retries_refusals``: two official pages disagree on whether an answer other than 200 is followed by another try.
    """

    def __init__(self, corp: Corp, http: ClientSession) -> None:
        self.corp, self.http = corp, http
        self.sent: list[tuple[str, Envelope]] = []
        self.complaints: list[str] = []
        self.deadline = DEADLINE
        self.retries_refusals = True

    @property
    def seal(self) -> Seal:
        return Seal(self.corp.token, self.corp.aes_key, self.corp.corp_id)

    def envelope(
        self,
        plain: str,
        *,
        seal: Seal | None = None,
        receiver: str | None = None,
        to: str | None = None,
        agent: object = None,
        at: float | None = None,
    ) -> Envelope:
        """Seal a message. Everything that a good envelope has can be had wrong."""
        seal = seal or self.seal
        sealed = seal.encrypt(plain.encode(), receiver)
        outer = f"<xml><ToUserName><![CDATA[{to or self.corp.corp_id}]]></ToUserName>"
        outer += f"<AgentID><![CDATA[{self.corp.agent_id if agent is None else agent}]]></AgentID>"
        outer += f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return Envelope(self._signed(seal, sealed, at), outer.encode())

    def _signed(self, seal: Seal, sealed: str, at: float | None) -> dict[str, str]:
        timestamp, nonce = str(int(self.corp.now().timestamp() if at is None else at)), str(random.randrange(10**9, 10**10))
        return {"msg_signature": seal.sign(timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce}

    async def verify(self, *, receiver: str | None = None, seal: Seal | None = None, at: float | None = None) -> Delivered:
        """Save the address in the console: GET with an echostr that holds ``+``, ``/`` and ``=``; the answer must be its content, bare."""
        seal = seal or self.seal
        secret, sealed = "", ""
        while not {"+", "/", "="} <= set(sealed):
            secret = str(random.getrandbits(64))[: random.randrange(10, 20)]
            sealed = seal.encrypt(secret.encode(), receiver)
        query = self._signed(seal, sealed, at) | {"echostr": sealed}
        started = time.monotonic()
        async with self.http.get(self._address(), params=query, timeout=ClientTimeout(total=DEADLINE)) as answer:
            body = await answer.read()
            took = time.monotonic() - started
            good = answer.status == 200 and body == secret.encode() and took <= VERIFY_DEADLINE
            if answer.status == 200 and not good:
                self.complaints.append(f"verification answered wrongly or after {took:.1f} s")
            return Delivered(200 if good else answer.status if answer.status != 200 else None, 1, body)

    async def deliver(self, plain: str) -> Delivered:
        """Deliver with up to three more tries: the same plaintext, each time newly sealed."""
        done = Delivered(None, 0)
        for number in range(1, TRIES + 1):
            envelope = self.envelope(plain)
            if number == 1:
                self.sent.append((plain, envelope))
            done = await self.post(envelope)
            done = Delivered(done.status, number, done.body)
            if done.accepted or (done.status is not None and not self.retries_refusals):
                break
        return done

    async def post(self, envelope: Envelope) -> Delivered:
        """One request, exactly as it is."""
        try:
            async with self.http.post(
                self._address(),
                params=envelope.query,
                data=BytesIO(envelope.body),
                headers={"Content-Type": "text/xml"},
                timeout=ClientTimeout(total=self.deadline),
            ) as answer:
                return Delivered(answer.status, 1, await answer.read())
        except (ClientError, OSError, TimeoutError):
            return Delivered(None, 1)

    async def again(self, number: int = -1, *, resealed: bool = False) -> Delivered:
        """Deliver one of the ``sent`` a second time: unchanged, or sealed and signed anew."""
        plain, envelope = self.sent[number]
        return await self.post(self.envelope(plain) if resealed else envelope)

    async def at_once(self, *plains: str) -> list[Delivered]:
        """Deliver several side by side, each once."""
        envelopes = [self.envelope(plain) for plain in plains]
        self.sent += zip(plains, envelopes, strict=True)
        return list(await asyncio.gather(*(self.post(e) for e in envelopes)))

    def opened(self, body: bytes) -> ElementTree.Element | None:
        """The passive reply in an answer; None when there is none. A reply that WeCom could not open is complained of."""
        if body in (b"", b"success"):
            return None
        try:
            outer = ElementTree.fromstring(body)
            found = {child.tag: child.text or "" for child in outer}
            sealed = found["Encrypt"]
            if self.seal.sign(found["TimeStamp"], found["Nonce"], sealed) != found["MsgSignature"]:
                raise ValueError("bad signature")
            return ElementTree.fromstring(self.seal.decrypt(sealed))
        except (ElementTree.ParseError, KeyError, ValueError) as error:
            self.complaints.append(f"answer that WeCom cannot read: {error!r} {body[:80]!r}")
            return None

    def _address(self) -> str:
        if self.corp.callback is None:
            raise LookupError("no callback address is saved: set emulator.corp.callback")
        return self.corp.callback
