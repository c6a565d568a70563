"""Everything that is kept about one person: to be given to them, or to be taken away so that the company's records stay."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, delete, false, func, null, or_, select, tuple_, update

from bot.domain.customer import Contact
from bot.domain.member import Member
from bot.domain.values import MemberId
from storage.repositories.audit import Audit
from storage.repositories.inbox import FORGOTTEN
from storage.repositories.retention import SAID
from storage.repositories.rows import many
from storage.tables import (
    activity,
    approval_decision,
    audit,
    consent,
    contact,
    customer,
    doubtful_match,
    draft,
    identity,
    import_row,
    inbox,
    job,
    media,
    member,
    outbox,
    piece,
    question,
    quote,
    reading,
    stand_in,
    stranger,
)

LEFT = "已注销"
REMOVED = "（已删除）"
OWN_MEDIA = ("voice", "photo", "video")
Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Erased:
    """What a deletion removed, and the hashes of files that nobody may need any more."""

    counts: Mapping[str, int]
    files: Sequence[str]


class Persons:
    """Finds, gives out and erases."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def members(self, wanted: str) -> list[Member]:
        """Those with this id, name, employee number, e-mail or mobile number."""
        fields = (member.c.id, member.c.name, member.c.employee_no, member.c.email, member.c.mobile)
        return many(Member, self._db.execute(select(member).where(or_(*(field == wanted for field in fields))).order_by(member.c.id)))

    def contacts(self, name: str, phone: str) -> list[tuple[Contact, str]]:
        """The contacts of this name and telephone number, each with the customer's name."""
        query = select(contact, customer.c.name.label("firm")).join(customer)
        rows = self._db.execute(query.where(contact.c.name == name, contact.c.phone == phone).order_by(contact.c.id))
        return [(Contact(**{c.name: row._mapping[c] for c in contact.c}), row.firm) for row in rows]

    def identities(self, member_id: MemberId) -> list[Identity]:
        """(platform, user, chat)."""
        rows = self._db.execute(select(identity).where(identity.c.member_id == member_id))
        return [(row.platform, row.user_id, row.chat) for row in rows]

    def everything(self, person: Member) -> Iterator[tuple[str, Iterator[Mapping[str, Any]]]]:
        """What is kept about a member: a name for each kind, and its rows."""
        known = self.identities(person.id)
        mine = {
            table.name: select(table).where(table.c.member_id == person.id)
            for table in (identity, consent, activity, piece, question, draft)
        }
        queries: dict[str, Select[Any]] = {
            "member": select(member).where(member.c.id == person.id),
            **mine,
            "media": select(media).where(media.c.id.in_(_media_of(person.id))),
            "reading": select(reading).where(reading.c.media_id.in_(_media_of(person.id))),
            "stand_in": select(stand_in).where(or_(stand_in.c.member_id == person.id, stand_in.c.deputy_id == person.id)),
            "received": select(inbox).where(_sent_by(known)),
            "said": select(outbox).where(_said_to(known)),
            "quote": select(quote).where(quote.c.owner_id == person.id),
            "approval_decision": select(approval_decision).where(approval_decision.c.by == person.id),
            "audit": select(audit).where(or_(audit.c.member_id == person.id, audit.c.subject == person.id)),
        }
        for name, query in queries.items():
            yield name, (dict(row._mapping) for row in self._db.execute(query.execution_options(yield_per=500)))

    def files(self, member_id: MemberId) -> list[tuple[str, str]]:
        """(hash, name) of every kept file that a member sent."""
        rows = self._db.execute(select(media.c.sha256, media.c.name).where(media.c.state == "kept", media.c.id.in_(_media_of(member_id))))
        return [(row.sha256, row.name) for row in rows]

    def erase_member(self, person: Member, at: datetime) -> Erased:
        """Anonymise a member: visits stay, who made them is gone, with identities, voice, pictures and positions."""
        known = self.identities(person.id)
        gone = media.c.id.in_(_media_of(person.id)) & media.c.state.in_(("kept", "wanted")) & media.c.sent_as.in_(OWN_MEDIA)
        files = [sha for (sha,) in self._db.execute(select(media.c.sha256).where(gone, media.c.sha256.is_not(None)))]
        mine, nobody = activity.c.member_id == person.id, f"left:{person.id}"
        users = tuple_(identity.c.platform, identity.c.user_id).in_([(p, u) for p, u, _ in known])
        strange = tuple_(stranger.c.platform, stranger.c.user_id).in_([(p, u) for p, u, _ in known])
        words = [w for w in (person.name, person.mobile, person.email, person.employee_no, *(u for _, u, _ in known)) if w]
        heard = reading.c.media_id.in_(_media_of(person.id))
        places = (piece.c.member_id == person.id) & (piece.c.kind == "location")
        counts = {
            "files": self._run(update(media).where(gone).values(state="removed", problem=REMOVED, name="")),
            "readings": self._run(update(reading).where(heard).values(text="", fields={}, origin={})),
            "places": self._run(update(piece).where(places).values(text=REMOVED, data={"removed": REMOVED}, redacted_at=at)),
            "pieces": self._run(update(piece).where(piece.c.member_id == person.id).values(data=_without_chat(), event_id="")),
            "records": self._run(update(activity).where(mine).values(chat=nobody, details=func.json_remove(activity.c.details, "$.place"))),
            "events": self._run(update(inbox).where(_sent_by(known)).values(payload=FORGOTTEN, state="done", held_for=None, answer=None)),
            "messages": self._run(update(outbox).where(_said_to(known)).values(payload=SAID, chat=nobody, ref=None)),
            "drafts": self._run(delete(draft).where(draft.c.member_id == person.id)),
            "questions": self._run(delete(question).where(question.c.member_id == person.id)),
            "deputies": self._run(delete(stand_in).where(or_(stand_in.c.member_id == person.id, stand_in.c.deputy_id == person.id))),
            "matches": self._run(delete(doubtful_match).where(doubtful_match.c.member_id == person.id)),
            "strangers": self._run(delete(stranger).where(strange)),
            "identities": self._run(delete(identity).where(users, identity.c.member_id == person.id)),
            "jobs": self._run(delete(job).where(job.c.state == "done", _worked_for(known))),
            "imports": self._forget_imports([person.id, *words]),
        }
        blank = {"name": LEFT, "mobile": None, "email": None, "employee_no": None, "active": False, "roles": ()}
        self._run(update(member).where(member.c.id == person.id).values(blank))
        counts["audit"] = Audit(self._db).redact([person.id], words, at)
        return Erased({name: count for name, count in counts.items() if count}, files)

    def erase_contact(self, person: Contact, at: datetime) -> Erased:
        """Remove a customer's contact and take name and numbers out of the customer's records."""
        words = [w for w in (person.phone, person.wechat, person.email, person.name) if w]
        told = or_(*(activity.c.text.contains(w, autoescape=True) for w in words), *(_has(activity.c.contacts, w) for w in words))
        counts = {"records": 0, "pieces": 0, "events": 0}
        events: list[str] = []
        for row in self._db.execute(select(activity).where(activity.c.customer_id == person.customer_id, told)).all():
            names = tuple(REMOVED if name == person.name else name for name in row.contacts)
            details = {k: v for k, v in row.details.items() if v not in words}
            new = {"text": _blanked(row.text, words), "contacts": names, "details": details}
            counts["records"] += self._run(update(activity).where(activity.c.id == row.id).values(new))
        query = select(piece).join(activity, piece.c.activity_id == activity.c.id).where(activity.c.customer_id == person.customer_id)
        for row in self._db.execute(query).all():
            if (text := _blanked(row.text, words)) != row.text:
                counts["pieces"] += self._run(update(piece).where(piece.c.id == row.id).values(text=text))
                events.append(row.event_id)
        numbers = [json.dumps(w)[1:-1] for w in (person.phone, person.wechat, person.email) if w]
        named = or_(false(), *(outbox.c.payload.contains(n, autoescape=True) for n in numbers))
        came = or_(inbox.c.event_id.in_(events), *(inbox.c.payload.contains(n, autoescape=True) for n in numbers))
        counts["events"] = self._run(update(inbox).where(came, inbox.c.state != "new").values(payload=FORGOTTEN, state="done", answer=None))
        counts["messages"] = self._run(update(outbox).where(named, outbox.c.state == "sent").values(payload=SAID))
        counts["imports"] = self._forget_imports([str(person.id), *words[:-1]])
        written_to = (draft.c.customer_id == person.customer_id, draft.c.contact == person.name)
        counts["drafts"] = self._run(delete(draft).where(*written_to))
        self._run(delete(contact).where(contact.c.id == person.id))
        counts["audit"] = Audit(self._db).redact([person.id], words, at)
        return Erased({name: count for name, count in counts.items() if count}, [])

    def _forget_imports(self, words: Sequence[str]) -> int:
        told = [_has(import_row.c.old, w) for w in words] + [import_row.c.label == w for w in words]
        return self._run(update(import_row).where(or_(*told)).values(old=null(), label=REMOVED))

    def _run(self, statement: Any) -> int:  # noqa: ANN401  (an UPDATE or a DELETE)
        return int(self._db.execute(statement).rowcount)


def _media_of(member_id: MemberId) -> Select[Any]:
    return select(piece.c.media_id).where(piece.c.member_id == member_id, piece.c.media_id.is_not(None))


def _sent_by(known: Sequence[Identity]) -> ColumnElement[bool]:
    heads = [(platform, f'"sender":{{"id":{json.dumps(user)},') for platform, user, _ in known]
    return or_(false(), *(and_(inbox.c.platform == p, inbox.c.payload.contains(head, autoescape=True)) for p, head in heads))


def _said_to(known: Sequence[Identity]) -> ColumnElement[bool]:
    return or_(false(), *(and_(outbox.c.platform == p, outbox.c.chat == chat) for p, _, chat in known))


def _worked_for(known: Sequence[Identity]) -> ColumnElement[bool]:
    lanes = [f"{way}:{platform}:{chat}" for platform, _, chat in known for way in ("in", "out")]
    return or_(job.c.lane.in_(lanes), *(_has(job.c.payload, chat) for _, _, chat in known))


def _has(column: Any, word: str) -> ColumnElement[bool]:  # noqa: ANN401
    return cast(column, Text).contains(json.dumps(word), autoescape=True)


def _without_chat() -> Any:  # noqa: ANN401
    return func.json_remove(piece.c.data, "$.chat")


def _blanked(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, REMOVED)
    return text
