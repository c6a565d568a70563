"""People, their identities on the platforms, and the groups the bot writes to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, or_, select, update

from bot.domain.member import Group, Identity, Member, Org, StandIn
from bot.domain.values import MemberId
from storage.repositories.rows import by, insert, many, one, save
from storage.tables import chat_group, identity, member, stand_in

BEHIND = (
    select(member)
    .join(identity)
    .where(identity.c.platform == bindparam("platform"), identity.c.user_id == bindparam("user"), member.c.active)
)
IN_CHAT = (
    select(member).join(identity).where(identity.c.platform == bindparam("platform"), identity.c.chat == bindparam("chat"), member.c.active)
)
AT = by(chat_group, "platform", "chat")
IDENTITY = by(identity, "platform", "user_id")
DEPUTY = by(stand_in, "deputy_id").order_by(stand_in.c.from_on, stand_in.c.member_id)
CHATS = by(identity, "member_id").order_by(identity.c.platform)
REACHED = CHATS.join(member).where(member.c.active)


class Members:
    """The people of the company."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, person: Member) -> None:
        save(self._db, member, person)

    def get(self, member_id: MemberId) -> Member | None:
        return one(Member, self._db.execute(by(member, "id"), {"id": member_id}).first())

    def org(self) -> Org:
        """Everybody, who reports to whom and who stands in for whom."""
        return Org(lambda: many(Member, self._db.execute(select(member).order_by(member.c.id))), self.stand_ins)

    def save_stand_in(self, agreed: StandIn) -> None:
        """Agree that somebody stands in; the same two from the same day on are the same agreement."""
        save(self._db, stand_in, agreed)

    def stand_ins(self, deputy: MemberId) -> list[StandIn]:
        """For whom a member is the deputy, past and future ones included."""
        return many(StandIn, self._db.execute(DEPUTY, {"deputy_id": deputy}))

    def agreements(self, member_id: MemberId) -> list[StandIn]:
        """Who stands in, or stood in, for a member."""
        return many(StandIn, self._db.execute(by(stand_in, "member_id").order_by(stand_in.c.from_on), {"member_id": member_id}))

    def deputies(self) -> dict[MemberId, MemberId]:
        """Member → the deputy until further notice, of all who have one; the newest where there are several."""
        lasting = select(stand_in).where(stand_in.c.until_on.is_(None)).order_by(stand_in.c.from_on)
        return {row.member_id: row.deputy_id for row in self._db.execute(lasting)}

    def end_stand_in(self, agreed: StandIn) -> None:
        """Take an agreement back."""
        same = (stand_in.c.member_id == agreed.member_id, stand_in.c.deputy_id == agreed.deputy_id, stand_in.c.from_on == agreed.from_on)
        self._db.execute(delete(stand_in).where(*same))

    def named(self, name: str) -> list[Member]:
        """The active members of exactly this name."""
        return many(Member, self._db.execute(select(member).where(member.c.name == name, member.c.active)))

    def identify(self, platform: str, user: str, member_id: MemberId, chat: str) -> None:
        """Note that ``user`` of ``platform`` is this member and talks to the bot in ``chat``."""
        new = insert(identity).values(platform=platform, user_id=user, member_id=member_id, chat=chat)
        self._db.execute(new.on_conflict_do_update(index_elements=["platform", "user_id"], set_={"member_id": member_id, "chat": chat}))

    def identity(self, platform: str, user: str) -> Identity | None:
        return one(Identity, self._db.execute(IDENTITY, {"platform": platform, "user_id": user}).first())

    def identities(self, member_id: MemberId) -> list[Identity]:
        """Who a member is on every platform."""
        return many(Identity, self._db.execute(CHATS, {"member_id": member_id}))

    def forget_identity(self, platform: str, user: str) -> None:
        """The user is not that member any more."""
        self._db.execute(delete(identity).where(identity.c.platform == platform, identity.c.user_id == user))

    def welcomed(self, platform: str, user: str, at: datetime) -> None:
        """Note that the user was told what the bot can do."""
        self._db.execute(update(identity).where(identity.c.platform == platform, identity.c.user_id == user).values(welcomed_at=at))

    def unmatched(self, platform: str) -> list[Member]:
        """Active members who are nobody on a platform yet and carry something to find them by."""
        there = exists().where(identity.c.member_id == member.c.id, identity.c.platform == platform)
        findable = or_(member.c.mobile.is_not(None), member.c.email.is_not(None), member.c.employee_no.is_not(None))
        return many(Member, self._db.execute(select(member).where(member.c.active, findable, ~there).order_by(member.c.id)))

    def by_identity(self, platform: str, user: str) -> Member | None:
        """The active member behind a platform's user."""
        return one(Member, self._db.execute(BEHIND, {"platform": platform, "user": user}).first())

    def in_private_chat(self, platform: str, chat: str) -> Member | None:
        """The active member who talks to the bot in that chat."""
        return one(Member, self._db.execute(IN_CHAT, {"platform": platform, "chat": chat}).first())

    def chats(self, member_id: MemberId) -> Sequence[tuple[str, str]]:
        """(platform, chat) of every private chat of an active member; who has left is told nothing."""
        return [(row.platform, row.chat) for row in self._db.execute(REACHED, {"member_id": member_id})]

    def users(self, platform: str) -> Sequence[tuple[str, Member]]:
        """(user, member) for all identities on a platform."""
        columns = [identity.c.user_id.label("user_id"), *member.c]
        rows = self._db.execute(select(*columns).join(member).where(identity.c.platform == platform).order_by(identity.c.user_id))
        return [(row.user_id, Member(**{c.name: row._mapping[c.name] for c in member.c})) for row in rows]

    def save_group(self, group: Group) -> None:
        save(self._db, chat_group, group)

    def groups(self, purpose: str | None = None) -> list[Group]:
        """The groups that serve a purpose; all without one."""
        query = select(chat_group).order_by(chat_group.c.id)
        return many(Group, self._db.execute(query if purpose is None else query.where(chat_group.c.purpose == purpose)))

    def group_at(self, platform: str, chat: str) -> Group | None:
        return one(Group, self._db.execute(AT, {"platform": platform, "chat": chat}).first())
