"""A page for people: everybody's screen side by side, words to send, buttons to tap. On loopback, for trying things out."""

import html
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from tests.platforms.wecom.emulator.ledger import Shown

if TYPE_CHECKING:
    from tests.platforms.wecom.emulator.server import Emulator

HEAD = """<!doctype html><meta charset="utf-8"><title>企业微信模拟器</title><style>
body{font:14px sans-serif;margin:1em;background:#eee}main{display:flex;gap:1em;flex-wrap:wrap}
section{background:#fff;width:22em;padding:.7em}
pre{white-space:pre-wrap;background:#f6f6f6;padding:.5em;margin:.4em 0;font:inherit}.mine{background:#cfe8ff;margin-left:3em}
form{display:inline}input[name=text]{width:14em}.gone{color:#a00}</style>
<h1>企业微信模拟器</h1><p><a href="/">刷新</a></p><main>"""


class Page:
    """``GET /`` shows, ``POST /say`` and ``POST /tap`` act as one of the members."""

    def __init__(self, emulator: "Emulator") -> None:
        self.emulator = emulator

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self.show), web.post("/say", self.say), web.post("/tap", self.tap)]

    async def show(self, request: web.Request) -> web.StreamResponse:
        emulator = self.emulator
        people = {person.key: f"{person.name}（{person.id}）" for person in emulator.corp.people.values()}
        groups = {m.screen: m.screen for m in emulator.ledger.shown if m.screen not in people}
        parts = [HEAD, *(self._screen(name, title, name in people) for name, title in (people | groups).items()), "</main>"]
        parts += [f'<p class="gone">丢弃（{m.screen}）：{html.escape(m.text)}</p>' for m in emulator.ledger.dropped]
        parts += [f'<p class="gone">{html.escape(words)}</p>' for words in emulator.complaints]
        return web.Response(text="".join(parts), content_type="text/html")

    async def say(self, request: web.Request) -> web.StreamResponse:
        """Text, and a picture when one was chosen."""
        fields: dict[str, str] = {}
        picture = b""
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "photo":
                picture = bytes(await part.read())
            elif isinstance(part, BodyPartReader):
                fields[str(part.name)] = await part.text()
        phone = self.emulator.bot_phone(fields["user"]) if "bot" in fields else self.emulator.phone(fields["user"])
        if picture:
            await phone.photo(picture)
        if fields.get("text"):
            await phone.say(fields["text"])
        raise web.HTTPSeeOther("/")

    async def tap(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        card = self.emulator.ledger.shown[int(str(form["number"]))]
        user = card.screen.removeprefix("bot:")
        phone = self.emulator.bot_phone(user) if user != card.screen else self.emulator.phone(user)
        await phone.tap(card, str(form["label"]))
        raise web.HTTPSeeOther("/")

    def _screen(self, name: str, title: str, person: bool) -> str:
        shown = [self._message(number, m) for number, m in enumerate(self.emulator.ledger.shown) if m.screen == name and not m.recalled]
        say = f'<form method="post" action="/say" enctype="multipart/form-data"><input type="hidden" name="user" value="{name}">'
        say += '<input name="text" placeholder="说点什么"><input type="file" name="photo">'
        say += '<label><input type="checkbox" name="bot">给机器人</label><button>发送</button></form>'
        return f"<section><h2>{html.escape(title)}</h2>{''.join(shown)}{say if person else ''}</section>"

    def _message(self, number: int, message: Shown) -> str:
        buttons = "".join(
            f'<form method="post" action="/tap"><input type="hidden" name="number" value="{number}">'
            f'<button name="label" value="{html.escape(label)}">{html.escape(label)}</button></form>'
            for label in message.buttons | message.menu
        )
        return f'<pre class="{"mine" if message.mine else ""}">{html.escape(message.text)}</pre>{buttons}'
