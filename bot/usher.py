"""Lets people in: which user of a platform is which member, found by mobile, e-mail or employee number through the platform's directory.

An exact single match is taken. Whatever is doubtful (two members with the number, two users, a contradiction, somebody else's account)
is put before the admins once and waits for a person. The network is asked in jobs, outside of any transaction; what it answered is
checked against the table again inside the unit that uses it.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from bot import roster
from bot.chat.context import Mouth
from bot.chat.platform import Address, Colleague, Directory, Introductions, Platform, PrivateChats, WholeDirectory
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.domain.matching import Keys, alike, keys, keys_of
from bot.domain.member import Doubt, DoubtfulMatch, Member, Stranger
from bot.domain.values import MemberId, new_id
from bot.jobs import Job, Jobs, NewJob, Policy, Retry
from prompts import people
from storage.store import Store
from storage.transaction import Transaction

log = logging.getLogger(__name__)
PATIENCE = Policy(failures=12, together=1)
NAME_LENGTH = 80


class Usher:
    """The worker of the jobs ``match`` (a platform's directory) and ``introduce`` (one stranger)."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock, platforms: Mapping[str, Platform], mouth: Mouth) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._platforms = platforms
        self._mouth = mouth
        jobs.handle("match", self.match, PATIENCE, _tonight_again)
        jobs.handle("introduce", self.look_up, PATIENCE, self._unknown)

    def match_all(self, tx: Transaction, now: datetime) -> None:
        names = [name for name, platform in self._platforms.items() if isinstance(platform, Directory)]
        for name in names:
            key, lane = f"match:{name}:{now.isoformat()}", f"match:{name}"
            self._jobs.put(tx, [NewJob(kind="match", payload={"platform": name}, key=key, lane=lane)])

    def introduce(self, tx: Transaction, stranger: Stranger, now: datetime) -> None:
        key = f"introduce:{stranger.id}:{now.isoformat()}"
        self._jobs.put(tx, [NewJob(kind="introduce", payload={"id": stranger.id}, key=key, lane=f"match:{stranger.platform}")])

    def link(self, tx: Transaction, platform: str, user_id: str, member: Member, now: datetime, by_whom: MemberId | None = None) -> None:
        """``user_id`` is ``member`` from now on, and nobody else there; a stranger of that id is told."""
        before = tx.members.identity(platform, user_id)
        old = [i for i in tx.members.identities(member.id) if i.platform == platform and i.user_id != user_id]
        for identity in old:
            tx.members.forget_identity(platform, identity.user_id)
        stranger = tx.strangers.find(platform, user_id)
        chat = (before and before.chat) or (stranger and stranger.chat) or self._private_chat(platform, user_id)
        tx.members.identify(platform, user_id, member.id, chat)
        told = {"member": before.member_id if before else None, "users": [i.user_id for i in old]}
        tx.audit.note(now, by_whom, "member.identified", member.id, old=told, new={"platform": platform, "user": user_id})
        if stranger is not None:
            self._mouth.post(tx, Address(platform, chat), people.recognised(member), now)
            tx.members.welcomed(platform, user_id, now)

    async def match(self, job: Job) -> None:
        """Look up everybody who is nobody yet on a platform."""
        name = str(job.payload["platform"])
        await self._match(name)
        everybody = await self._everybody(name)

        def unit(tx: Transaction) -> None:
            roster.bring_in(tx, name, everybody, self._mouth, self._clock.now())
            self._jobs.complete(tx, job)

        await self._store.write(unit)

    async def look_up(self, job: Job) -> None:
        """Find out who a stranger is."""
        stranger = await self._store.read(lambda r: r.strangers.get(str(job.payload["id"])))
        found: Colleague | None = None
        if stranger is not None:
            found = await self._person(stranger)
            if found is None or not _keys(found):
                await self._match(stranger.platform)  # the platform does not say: but it may find this user by what a member carries

        def unit(tx: Transaction) -> None:
            if stranger is not None:
                self._settle_stranger(tx, stranger, found)
            self._jobs.complete(tx, job)

        await self._store.write(unit)

    async def _match(self, name: str) -> None:
        directory = self._platforms.get(name)
        if not isinstance(directory, Directory):
            return
        unmatched, everybody = await self._store.read(lambda r: (r.members.unmatched(name), list(r.members.org().members.values())))
        shared = _shared(everybody)
        for member in unmatched:
            users = await _users(directory, keys_of(member))
            if users:
                await self._store.write(lambda tx, m=member, u=users: self._settle(tx, name, m.id, u, shared))

    def _settle(self, tx: Transaction, platform: str, member_id: MemberId, users: Sequence[Colleague], shared: frozenset[str]) -> None:
        member = tx.members.get(member_id)
        if member is None or not member.active or any(i.platform == platform for i in tx.members.identities(member.id)):
            return
        now = self._clock.now()
        doubt = _doubt(tx, platform, member, users, several=bool(shared & set(_values(keys_of(member)))))
        if doubt is None:
            self.link(tx, platform, users[0].user_id, member, now)
        else:
            for user in users:
                self._ask(tx, platform, user, member, doubt, now)

    def _settle_stranger(self, tx: Transaction, stranger: Stranger, found: Colleague | None) -> None:
        now, platform = self._clock.now(), stranger.platform
        if tx.members.by_identity(platform, stranger.user_id) is not None:
            return
        user = found or Colleague(stranger.user_id)
        user = replace(user, name=(user.name or stranger.name)[:NAME_LENGTH])
        candidates = alike(_keys(user), (m for m in tx.members.org().members.values() if m.active))
        sure = len(candidates) == 1 and not any(i.platform == platform for i in tx.members.identities(candidates[0].id))
        if sure and user.active and _doubt(tx, platform, candidates[0], [user], several=False) is None:
            self.link(tx, platform, stranger.user_id, candidates[0], now)
            return
        for member in candidates:
            doubt = _doubt(tx, platform, member, [user], several=len(candidates) > 1) or Doubt.TAKEN
            self._ask(tx, platform, user, member, doubt, now)
        waiting = any(m.user_id == stranger.user_id for m in tx.strangers.open_matches(platform))
        known = replace(stranger, name=user.name, **{key: value for key, value in asdict(_keys(user)).items() if value})
        gone = tx.members.identity(platform, stranger.user_id)
        card = people.stranger(known, tx.members.get(gone.member_id) if gone else None)
        if waiting or self._mouth.tell_admins(tx, card, now):
            tx.strangers.save(replace(known, told_at=now))

    def _ask(self, tx: Transaction, platform: str, user: Colleague, member: Member, doubt: Doubt, now: datetime) -> None:
        match = DoubtfulMatch(
            id=new_id("w"),
            platform=platform,
            user_id=user.user_id,
            member_id=member.id,
            doubt=doubt,
            asked_at=now,
            name=user.name,
            mobile=user.mobile,
            email=user.email,
            employee_no=user.employee_no,
        )
        if tx.strangers.ask(match):
            self._mouth.tell_admins(tx, people.doubtful(match, member), now)

    async def _person(self, stranger: Stranger) -> Colleague | None:
        platform = self._platforms.get(stranger.platform)
        if not isinstance(platform, Introductions):
            return None
        try:
            return await platform.person(stranger.user_id)
        except PlatformError as error:
            if not error.final:
                raise Retry(str(error), error.retry_after) from error
            return None

    async def _everybody(self, name: str) -> Sequence[Colleague]:
        platform = self._platforms.get(name)
        if not isinstance(platform, WholeDirectory):
            return ()
        try:
            return await platform.everybody()
        except PlatformError as error:
            if not error.final:
                raise Retry(str(error), error.retry_after) from error
            log.warning("the directory does not show everybody platform=%s: %s", name, error)
            return ()

    def _unknown(self, tx: Transaction, job: Job, reason: str) -> None:
        """The platform did not answer: the admins are told what is known without it."""
        stranger = tx.strangers.get(str(job.payload["id"]))
        if stranger is not None:
            self._settle_stranger(tx, stranger, None)

    def _private_chat(self, platform: str, user_id: str) -> str:
        known = self._platforms.get(platform)
        return known.private_chat(user_id) if isinstance(known, PrivateChats) else user_id


async def _users(directory: Directory, wanted: Keys) -> list[Colleague]:
    """Everybody whom one of the keys finds, each once, with the keys that found them."""
    found: dict[str, Colleague] = {}
    for name, value in asdict(wanted).items():
        for user in await _found(directory, name, value) if value else ():
            if user.active:
                known = found.get(user.user_id, user)
                found[user.user_id] = replace(known, **{name: getattr(known, name) or value})
    return list(found.values())


async def _found(directory: Directory, name: str, value: str) -> Sequence[Colleague]:
    try:
        return await directory.find(**{name: value})
    except PlatformError as error:
        if error.final:  # this one cannot be asked for; the others can
            return ()
        raise Retry(str(error), error.retry_after) from error


def _doubt(tx: Transaction, platform: str, member: Member, users: Sequence[Colleague], *, several: bool) -> Doubt | None:
    if several:
        return Doubt.SEVERAL_MEMBERS
    if len(users) > 1:
        return Doubt.SEVERAL_USERS
    if _keys(users[0]).contradicts(keys_of(member)):
        return Doubt.CONTRADICTION
    return Doubt.TAKEN if tx.members.identity(platform, users[0].user_id) else None


def _keys(user: Colleague) -> Keys:
    return keys(user.mobile, user.email, user.employee_no)


def _values(wanted: Keys) -> list[str]:
    return [f"{name}:{value}" for name, value in asdict(wanted).items() if value]


def _shared(members: Iterable[Member]) -> frozenset[str]:
    """What more than one active member carries."""
    counts = Counter(value for member in members if member.active for value in _values(keys_of(member)))
    return frozenset(value for value, count in counts.items() if count > 1)


def _tonight_again(tx: Transaction, job: Job, reason: str) -> None:
    log.warning("the directory could not be asked platform=%s", job.payload["platform"])
