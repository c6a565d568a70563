"""Groups: chats that the app created, and webhooks. Neither carries buttons that call back."""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.platforms.wecom.emulator.cards import check_card, media_of, read_card
from tests.platforms.wecom.emulator.content import read_content
from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.files import MAGIC, MB, Files
from tests.platforms.wecom.emulator.ledger import Ledger, Shown
from tests.platforms.wecom.emulator.refusals import Rate, Refused, field, need

CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
CHAT_TYPES = {"text", "markdown", "image", "voice", "video", "file", "textcard", "news"}
HOOK_TYPES = {"text", "markdown", "markdown_v2", "image", "news", "file", "voice", "template_card"}


@dataclass(slots=True)
class Chat:
    """An app-created group. ``ours`` is False for one that another app created."""

    id: str
    name: str
    owner: str
    members: list[str]
    ours: bool = True


class Groups:
    """``appchat/*`` and ``webhook/send``."""

    def __init__(self, corp: Corp, ledger: Ledger, files: Files) -> None:
        self.corp, self.ledger, self.files = corp, ledger, files
        self.chats: dict[str, Chat] = {}
        self._created, self._updated = Rate(1000, 86400), Rate(1000, 3600)
        self._minute, self._day = Rate(200, 60), Rate(10_000, 86400)
        self._hooks = Rate(20, 60)

    def create(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST appchat/create."""
        self._allowed()
        members = self._users(body.get("userlist"))
        chat_id = body.get("chatid") or secrets.token_hex(16)
        need(isinstance(chat_id, str) and CHAT_ID.fullmatch(chat_id), 86001, "invalid chatid")
        need(chat_id not in self.chats, 86215, "chatid exists")
        owner = str(body.get("owner") or members[0]).casefold()
        need(2 <= len(members) <= 2000, 86006, "invalid member count")
        need(owner in members, 86207, "owner not in userlist")
        need(len(str(body.get("name", ""))) <= 50, 86004, "invalid name")
        need(self._created.take("", self.corp.now()), 45009, "api freq out of limit")
        self.chats[chat_id] = Chat(chat_id, str(body.get("name", "")), owner, members)
        return {"chatid": chat_id}

    def update(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST appchat/update."""
        self._allowed()
        chat = self._chat(body.get("chatid"))
        need(self._updated.take("", self.corp.now()), 45009, "api freq out of limit")
        gone = {str(u).casefold() for u in body.get("del_user_list", [])}
        members = [m for m in chat.members if m not in gone]
        members += [u for u in self._users(body.get("add_user_list", [])) if u not in members]
        need(2 <= len(members) <= 2000, 86006, "invalid member count")
        owner = str(body.get("owner") or chat.owner).casefold()
        need(owner in members, 86207, "owner not in userlist")
        chat.members, chat.owner, chat.name = members, owner, str(body.get("name") or chat.name)
        return {}

    def get(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET appchat/get."""
        chat = self._chat(query.get("chatid"))
        return {"chat_info": {"chatid": chat.id, "name": chat.name, "owner": chat.owner, "userlist": list(chat.members)}}

    def send(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST appchat/send: no msgid comes back, and no card goes out."""
        self._allowed()
        chat = self._chat(body.get("chatid"))
        kind = str(body.get("msgtype"))
        need(kind in CHAT_TYPES, 40008, "invalid message type")
        content: Mapping[str, Any] = field(body, kind, dict)
        text = read_content(kind, content, self.files)
        shown = Shown(f"group:{chat.id}", self.corp.now(), kind, content, text)
        counted = [(self._minute.take(m, self.corp.now()), self._day.take(m, self.corp.now())) for m in chat.members]
        # One screen stands for the whole group: what a single member misses, the group misses.
        (self.ledger.shown if all(a and b for a, b in counted) else self.ledger.dropped).append(shown)
        return {}

    def hook(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST webhook/send: the key is the only proof."""
        key = query.get("key", "")
        need(key in self.corp.webhooks, 93000, "invalid webhook url")
        kind = str(body.get("msgtype"))
        need(kind in HOOK_TYPES, 40008, "invalid message type")
        content: Mapping[str, Any] = field(body, kind, dict)
        text = self._hook_content(kind, content, key)
        need(self._hooks.take(key, self.corp.now()), 45009, "api freq out of limit")
        self.ledger.show(Shown(f"webhook:{key}", self.corp.now(), kind, content, text))
        return {}

    def _hook_content(self, kind: str, content: Mapping[str, Any], key: str) -> str:
        if kind == "template_card":
            check_card(content, link_only=True)
            for media_id in media_of(content):
                self.files.known(media_id, owner=key)
            return read_card(content)
        if kind == "image":
            return _picture(content)
        return read_content(kind, content, self.files, key, webhook=True)

    def _allowed(self) -> None:
        need(self.corp.whole_company, 48002, "api forbidden")

    def _chat(self, chat_id: object) -> Chat:
        need(isinstance(chat_id, str) and CHAT_ID.fullmatch(chat_id), 86001, "invalid chatid")
        chat = self.chats.get(str(chat_id))
        if chat is None:
            raise Refused(86003, "chatid not found")
        need(chat.ours, 86008, "chat not created by this app")
        return chat

    def _users(self, users: object) -> list[str]:
        need(isinstance(users, list), 86006, "invalid userlist")
        assert isinstance(users, list)
        keys = list(dict.fromkeys(str(u).casefold() for u in users))
        need(all(u in self.corp.people for u in keys), 86007, "invalid member")
        return keys


def _picture(content: Mapping[str, Any]) -> str:
    try:
        data = base64.b64decode(field(content, "base64", str), validate=True)
    except binascii.Error:
        raise Refused(40058, "image.base64 invalid") from None
    need(hashlib.md5(data).hexdigest() == content.get("md5"), 40058, "image.md5 mismatch")
    need(len(data) <= 2 * MB, 45001, "image size out of limit")
    need(data.startswith(MAGIC["image"]), 40005, "invalid file type")
    return "<image>"
