"""A bot that does nothing but answer: for the emulator's own tests."""

import asyncio
from dataclasses import dataclass, field
from xml.etree import ElementTree

from aiohttp import web

from tests.platforms.wecom.emulator.crypto import Seal


@dataclass(slots=True)
class Listener:
    """Opens what comes and keeps it; ``answers`` are given one by one, the last one stays. None is no answer at all."""

    seal: Seal
    answers: list[web.Response | None] = field(default_factory=list)
    got: list[dict[str, str]] = field(default_factory=list)
    raw: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.raw.append((dict(request.query), body))
        sealed = ElementTree.fromstring(body).findtext("Encrypt") or ""
        signed = self.seal.sign(request.query["timestamp"], request.query["nonce"], sealed)
        assert signed == request.query["msg_signature"]
        self.got.append({child.tag: child.text or "" for child in ElementTree.fromstring(self.seal.decrypt(sealed))})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0] if self.answers else web.Response()
        if answer is None:
            await asyncio.sleep(3600)
        return answer or web.Response()

    def reply(self, plain: str) -> web.Response:
        """A passive reply."""
        sealed = self.seal.encrypt(plain.encode())
        signature = self.seal.sign("1773799200", "n", sealed)
        inner = f"<Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature><TimeStamp>1773799200</TimeStamp><Nonce>n</Nonce>"
        return web.Response(text=f"<xml>{inner}</xml>")
