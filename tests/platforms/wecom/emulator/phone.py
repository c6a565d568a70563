"""A member's phone: what is sent from it reaches the bot as a callback, what is tapped too."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.platforms.wecom.emulator.callbacks import Delivered
from tests.platforms.wecom.emulator.corp import Person
from tests.platforms.wecom.emulator.ledger import Shown
from tests.platforms.wecom.emulator.messages import change
from tests.platforms.wecom.emulator.refusals import cut

if TYPE_CHECKING:
    from tests.platforms.wecom.emulator.server import Emulator

LISTS = {"HorizontalContentList", "JumpList", "ButtonList", "OptionList", "SelectList", "ActionList", "VerticalContentList"}
# The same fields are spelt in two ways.
SPELT = {"KeyName": "keyname", "UserId": "userid", "AppId": "appid", "PagePath": "pagepath"}
NUMBERS = {"type", "style", "desc_color", "mode"}
NO_DATA = b"#!AMR\n" + 50 * b"\x7c"
SPEECH = b"#!AMR\n" + 50 * (b"\x04" + bytes(12))


class Phone:
    """One member in the app's chat. ``xml_*`` make the plaintext only; the others deliver it and show it on the member's screen."""

    def __init__(self, emulator: "Emulator", person: Person) -> None:
        self.emulator = emulator
        self.corp = emulator.corp
        self.person = person

    @property
    def screen(self) -> list[Shown]:
        """What the bot showed here."""
        return self.emulator.ledger.told(self.person.key)

    def card(self, words: str = "") -> Shown:
        """The newest card on the screen (whose text contains ``words``)."""
        return next(m for m in reversed(self.screen) if m.kind == "template_card" and words in m.text)

    def xml(self, kind: str, *, agent: int | None = None, at: int | None = None, msg_id: int | None = None, **elements: object) -> str:
        """A message's plaintext. Elements that are strings become CDATA, mappings nest, lists repeat."""
        head = {"ToUserName": self.corp.corp_id, "FromUserName": self.person.id, "CreateTime": self._at(at), "MsgType": kind}
        tail = {"MsgId": self.corp.msg_id() if msg_id is None else msg_id, "AgentID": self._agent(agent)}
        return as_xml({**head, **elements, **tail})

    def event(self, event: str, *, agent: int | None = None, at: int | None = None, **elements: object) -> str:
        """An event's plaintext: it has no MsgId."""
        head = {"ToUserName": self.corp.corp_id, "FromUserName": self.person.id, "CreateTime": self._at(at), "MsgType": "event"}
        return as_xml({**head, "Event": event, **elements, "AgentID": self._agent(agent)})

    async def say(self, words: str) -> Delivered:
        """Send text."""
        self._mine("text", words)
        return await self._deliver(self.xml("text", Content=words))

    async def photo(self, data: bytes, *, camera: bool = False) -> Delivered:
        """Send a picture; from the menu's camera-only entry an event with its md5 comes first."""
        if camera:
            pictures = {"Count": 1, "PicList": {"item": {"PicMd5Sum": hashlib.md5(data).hexdigest()}}}
            await self._deliver(self.event("pic_sysphoto", EventKey="photo", SendPicsInfo=pictures))
        self._mine("image", "<image>")
        return await self._deliver(self.xml_photo(data))

    def xml_photo(self, data: bytes) -> str:
        media_id = self.emulator.files.keep("image", data)
        return self.xml("image", PicUrl="https://wework.qpic.cn/invented/0", MediaId=media_id)

    async def voice(self, data: bytes = SPEECH) -> Delivered:
        """Send a recording."""
        self._mine("voice", "<voice>")
        return await self._deliver(self.xml("voice", MediaId=self.emulator.files.keep("voice", data), Format="amr"))

    async def video(self, data: bytes) -> Delivered:
        """Send a film."""
        files = self.emulator.files
        media, thumb = files.keep("video", data), files.keep("image", b"\xff\xd8\xff thumb")
        self._mine("video", "<video>")
        return await self._deliver(self.xml("video", MediaId=media, ThumbMediaId=thumb))

    async def location(self, lat: float, lng: float, label: str = "") -> Delivered:
        """Send a place that was chosen on the map (GCJ-02)."""
        self._mine("location", f"<{label}>")
        return await self._deliver(self.xml("location", Location_X=lat, Location_Y=lng, Scale=15, Label=label, AppType="wxwork"))

    async def link(self, title: str, url: str) -> Delivered:
        """Send a link."""
        self._mine("link", title)
        return await self._deliver(self.xml("link", Title=title, Description="", Url=url, PicUrl=""))

    async def file(self, data: bytes, name: str) -> Delivered:
        """Send a file: not in the documented list, but it may come."""
        self._mine("file", name)
        return await self._deliver(self.xml("file", MediaId=self.emulator.files.keep("file", data, name), FileName=name))

    async def enter(self) -> Delivered:
        """Open the app."""
        return await self._deliver(self.event("enter_agent", EventKey=""))

    async def subscribe(self) -> Delivered:
        """Come into the app's visible range."""
        return await self._deliver(self.event("subscribe", EventKey=""))

    async def report(self, lat: float, lng: float, precision: float = 15.0) -> Delivered:
        """The position that the phone reports on entering the app (measured)."""
        return await self._deliver(self.event("LOCATION", Latitude=lat, Longitude=lng, Precision=precision, AppType="wxwork"))

    async def click(self, key: str) -> Delivered:
        """Tap an entry of the app's menu."""
        return await self._deliver(self.event("click", EventKey=key))

    async def tap(self, card: Shown, label: str, chosen: Mapping[str, Sequence[str]] | None = None) -> Delivered:
        """Tap the button with that label; what the bot answers at once changes this person's card only."""
        key = (card.buttons | card.menu)[label]
        return await self._deliver(self.xml_tap(card, key, chosen), card)

    def xml_tap(
        self, card: Shown, key: str, chosen: Mapping[str, Sequence[str]] | None = None, *, code: str | None = None, at: int | None = None
    ) -> str:
        """A tap's plaintext with a fresh response code; ``key`` may be anything, as for a client that was tampered with."""
        items = [{"QuestionKey": question, "OptionIds": {"OptionId": list(ids)}} for question, ids in (chosen or {}).items()]
        elements: dict[str, Any] = {
            "EventKey": key,
            "TaskId": card.task,
            "CardType": card.content.get("card_type", "button_interaction"),
            "ResponseCode": code or self.emulator.messages.new_code(card.task),
        }
        if chosen is not None:
            elements["SelectedItems"] = {"SelectedItem": items}
        return self.event("template_card_menu_event" if key in card.menu.values() else "template_card_event", at=at, **elements)

    async def _deliver(self, plain: str, card: Shown | None = None) -> Delivered:
        done = await self.emulator.callbacks.deliver(plain)
        if done.accepted:
            self._passive(self.emulator.callbacks.opened(done.body), card)
        return done

    def _passive(self, reply: ElementTree.Element | None, card: Shown | None) -> None:
        if reply is None:
            return
        kind = reply.findtext("MsgType")
        if kind == "text":
            words = cut(reply.findtext("Content") or "", 2048)
            self.emulator.ledger.show(Shown(self.person.key, self.corp.now(), "text", {"content": words}, words))
        elif kind == "update_button" and card:
            change(card, None, reply.findtext("Button/ReplaceName") or "")
        elif kind == "update_template_card" and card and (found := reply.find("TemplateCard")) is not None:
            change(card, as_card(found), "")
        else:
            self.emulator.complaints.append(f"passive reply of type {kind} does nothing here")

    def _mine(self, kind: str, words: str) -> None:
        self.emulator.ledger.show(Shown(self.person.key, self.corp.now(), kind, {}, words, mine=True))

    def _at(self, at: int | None) -> int:
        return int(self.corp.now().timestamp()) if at is None else at

    def _agent(self, agent: int | None) -> int:
        return self.corp.agent_id if agent is None else agent


def as_xml(elements: Mapping[str, object], root: str = "xml") -> str:
    """Elements as WeCom writes them."""
    return f"<{root}>{''.join(_element(name, value) for name, value in elements.items())}</{root}>"


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return as_xml(value, name)
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if isinstance(value, str):
        return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def as_card(element: ElementTree.Element) -> dict[str, Any]:
    """A card of a passive reply, from its XML to the JSON that the other way in uses."""
    card: dict[str, Any] = {}
    for child in element:
        name = SPELT.get(child.tag) or "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(child.tag))
        value = as_card(child) if len(child) else int(child.text or 0) if name in NUMBERS else child.text or ""
        if child.tag in LISTS:
            card.setdefault(name, []).append(value)
        else:
            card[name] = value
    return card
