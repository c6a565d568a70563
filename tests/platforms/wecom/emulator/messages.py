"""``message/send``, ``update_template_card`` and ``recall``: what the app says to single people."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.platforms.wecom.emulator.cards import CALLBACK_CARDS, check_card, media_of, read_card, updatable
from tests.platforms.wecom.emulator.content import read_content
from tests.platforms.wecom.emulator.corp import Corp, Person
from tests.platforms.wecom.emulator.files import Files
from tests.platforms.wecom.emulator.ledger import Ledger, Shown
from tests.platforms.wecom.emulator.refusals import Rate, need
from tests.platforms.wecom.emulator.refusals import field as part

CODE_LIFE = timedelta(hours=72)
RECALL = timedelta(hours=24)
LONGEST_CHECK = 4 * 3600
TYPES = {"text", "markdown", "image", "voice", "video", "file", "textcard", "news", "template_card"}


@dataclass(slots=True)
class Code:
    """A response code: good once, for 72 hours, for one task."""

    task: str
    at: datetime
    used: bool = False


@dataclass(slots=True)
class Task:
    """A card that was sent: to whom, and what each of them sees."""

    copies: dict[str, Shown] = field(default_factory=dict)


class Messages:
    """The app's own messages. ``requests`` counts what came in, refused or not."""

    def __init__(self, corp: Corp, ledger: Ledger, files: Files) -> None:
        self.corp, self.ledger, self.files = corp, ledger, files
        self.tasks: dict[str, Task] = {}
        self.codes: dict[str, Code] = {}
        self._sent: dict[str, datetime] = {}
        self._repeats: dict[str, tuple[datetime, str]] = {}
        self._minute, self._hour = Rate(30, 60), Rate(1000, 3600)
        self._days: dict[str, int] = {}

    def send(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST message/send."""
        self.corp.check_agent(body.get("agentid"))
        kind = body.get("msgtype")
        need(kind in TYPES, 40008, "invalid message type")
        need(body.get("touser") or body.get("toparty") or body.get("totag"), 82001, "touser, toparty and totag all empty")
        people, answer = self._recipients(body)
        content = self._content(str(kind), body)
        if (known := self._repeated(body)) is not None:
            # Doubt D5: only errcode 0 is certain. The harsher reading: no response code comes a second time.
            return answer | {"msgid": known}
        task = str(content.get("task_id", "")) if kind == "template_card" else ""
        if task:
            need(task not in self.tasks, 42014, "task_id repeated")
            self.tasks[task] = Task()
        self._within_the_day(len(people))
        msgid = secrets.token_urlsafe(48)
        self._sent[msgid] = self.corp.now()
        self._remember(body, msgid)
        for person in people:
            self._show(person, str(kind), content, msgid, task)
        answer["msgid"] = msgid
        if kind == "template_card" and updatable(content):
            answer["response_code"] = self.new_code(task)
        return answer

    def update(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST message/update_template_card."""
        need(body.get("agentid") == self.corp.agent_id, 42015, "agentid mismatch")
        users, parties = body.get("userids", []), body.get("partyids", [])
        need(isinstance(users, list) and len(users) <= 1000 and isinstance(parties, list) and len(parties) <= 100, 40032, "too many")
        need(users or parties or body.get("atall") == 1, 82001, "nobody to update for")
        button, card = body.get("button"), body.get("template_card")
        need(bool(button) != bool(card), 40058, "either button or template_card")
        if card:
            check_card(card, update=True)
        else:
            need(isinstance(button, Mapping) and button.get("replace_name"), 42020, "button.replace_name missing")
        code = self.codes.get(str(body.get("response_code", "")))
        # The page lists no codes for these; 42022 is the task cards' "already used".
        need(code and not code.used and self.corp.now() < code.at + CODE_LIFE, 42022, "response_code used, expired or unknown")
        assert code is not None
        code.used = True
        copies = self.tasks[code.task].copies
        wanted = set(copies) if body.get("atall") == 1 else {u.casefold() for u in users} | self._members(parties)
        for user in wanted & set(copies):
            change(copies[user], card, (button or {}).get("replace_name", ""))
        return {"invaliduser": sorted({u.casefold() for u in users} - set(copies))}

    def recall(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST message/recall."""
        msgid = str(body.get("msgid", ""))
        at = self._sent.get(msgid)
        need(at is not None, 40066, "invalid msgid")
        need(at is not None and self.corp.now() < at + RECALL, 41063, "too late to recall")
        for shown in self.ledger.shown:
            shown.recalled = shown.recalled or shown.msgid == msgid
        return {}

    def new_code(self, task: str) -> str:
        """A fresh response code, as each send and each tap brings one."""
        code = secrets.token_urlsafe(48)
        self.codes[code] = Code(task, self.corp.now())
        return code

    def _content(self, kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        content: Mapping[str, Any] = part(body, kind, dict)
        if kind == "template_card":
            check_card(content)
            needs_callback = content["card_type"] in CALLBACK_CARDS or "action_menu" in content
            need(self.corp.callback or not needs_callback, 40058, "no callback url is set, card cannot be sent")
            for media_id in media_of(content):
                self.files.known(media_id)
        elif kind in ("image", "voice", "video", "file"):
            self.files.known(content.get("media_id"), kind)
        return content

    def _recipients(self, body: Mapping[str, Any]) -> tuple[list[Person], dict[str, Any]]:
        for name, most in (("touser", 1000), ("toparty", 100), ("totag", 100)):
            need(isinstance(body.get(name, ""), str), 40031, f"{name} must be text")
            need(len(body.get(name, "").split("|")) <= most, 40032, f"{name} too long")
        everyone = [p for p in self.corp.people.values() if p.visible and p.status == 1]
        if body.get("touser") == "@all":
            return [p for p in everyone if p.licensed], {"invaliduser": "", "invalidparty": "", "invalidtag": ""}
        asked = list(dict.fromkeys(u.casefold() for u in body.get("touser", "").split("|") if u))
        fit = {p.key: p for p in everyone}
        invalid = [u for u in asked if u not in fit]
        parties = [p for p in body.get("toparty", "").split("|") if p]
        bad_parties = [p for p in parties if not p.isdigit() or int(p) not in self.corp.departments]
        members = self._members([int(p) for p in parties if p not in bad_parties])
        found = [fit[u] for u in dict.fromkeys([*asked, *sorted(members)]) if u in fit]
        unlicensed = [p.key for p in found if not p.licensed]
        people = [p for p in found if p.licensed]
        need(people, 81013, "user, party and tag all invalid")
        answer = {"invaliduser": "|".join(invalid), "invalidparty": "|".join(bad_parties), "invalidtag": body.get("totag", "")}
        return people, answer | ({"unlicenseduser": "|".join(unlicensed)} if unlicensed else {})

    def _members(self, parties: list[int]) -> set[str]:
        return {p.key for p in self.corp.people.values() if p.visible and p.status == 1 and set(p.department) & set(parties)}

    def _repeated(self, body: Mapping[str, Any]) -> str | None:
        if body.get("enable_duplicate_check") != 1:
            return None
        seconds = min(int(body.get("duplicate_check_interval", 1800)), LONGEST_CHECK)
        at, msgid = self._repeats.get(_canonical(body), (None, ""))
        return msgid if at is not None and self.corp.now() < at + timedelta(seconds=seconds) else None

    def _remember(self, body: Mapping[str, Any], msgid: str) -> None:
        if body.get("enable_duplicate_check") == 1:
            self._repeats[_canonical(body)] = (self.corp.now(), msgid)

    def _within_the_day(self, people: int) -> None:
        day = self.corp.now().date().isoformat()
        self._days[day] = self._days.get(day, 0) + people
        need(self._days[day] <= 200 * len(self.corp.people), 45009, "api freq out of limit")

    def _show(self, person: Person, kind: str, content: Mapping[str, Any], msgid: str, task: str) -> None:
        text = read_card(content) if kind == "template_card" else read_content(kind, content, self.files)
        shown = Shown(person.key, self.corp.now(), kind, content, text, msgid, task)
        # Both windows are counted; what is over the limit vanishes without a word.
        within = [self._minute.take(person.key, self.corp.now()), self._hour.take(person.key, self.corp.now())]
        if not all(within):
            self.ledger.dropped.append(shown)
            return
        self.ledger.show(shown)
        if task:
            self.tasks[task].copies[person.key] = shown


def change(shown: Shown, card: Mapping[str, Any] | None, greyed: str) -> None:
    """Change one person's copy: another card in its place, or grey words where its buttons were."""
    if card:
        shown.become(card, read_card(card))
        return
    lines = shown.text.splitlines()
    kept = [line for line in lines if not (line.startswith("[") and line.endswith("]"))]
    shown.become(shown.content, "\n".join([*kept, f"({greyed})"]), greyed)


def _canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False)
