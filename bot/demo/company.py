"""Who works at the demonstration company and whom it sells to, read from the TOML files beside this module."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from bot.domain.customer import Contact
from bot.domain.member import Group, Member
from bot.domain.values import ContactId, CustomerId, GroupId, MemberId
from config.sections import Retention
from prompts import privacy
from storage.repositories.consents import Consent
from storage.transaction import Transaction

PLATFORM = "sandbox"
REGION_FILES = ("customers_east.toml", "customers_south.toml", "customers_north.toml")


@dataclass(frozen=True, slots=True)
class Firm:
    """A customer before it has a history. ``spoken`` are the short names that mean no other customer;
    ``user`` is the owner's account in the sandbox; ``at`` a made-up place in the address's town."""

    id: CustomerId
    name: str
    aliases: tuple[str, ...]
    spoken: tuple[str, ...]
    industry: str
    region: str
    address: str
    at: tuple[float, float] | None
    user: str
    owner: Member
    contacts: tuple[Contact, ...]


def read(name: str) -> dict[str, Any]:
    """A data file of the demonstration company."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def private_chat(user: str) -> str:
    """The sandbox's name of a person's own chat with the bot."""
    return f"p:{user}"


def people(tx: Transaction, now: datetime) -> Mapping[str, Member]:
    """Write colleagues, their identities, consents and the groups; user id → member. One of them is ``new`` and is asked first."""
    data = read("people.toml")
    staff = {row["user"]: _member(row, number) for number, row in enumerate(data["member"], 1)}
    for user, member in staff.items():
        tx.members.save(member)
        tx.members.identify(PLATFORM, user, member.id, private_chat(user))
    for row in data["member"]:
        if not row.get("new"):
            tx.consents.add(Consent(staff[row["user"]].id, privacy.version(Retention()), agreed=True, at=now))
    for row in data["group"]:
        tx.members.save_group(Group(id=GroupId(row["chat"].replace(":", "_")), platform=PLATFORM, **row))
    return staff


def customers(staff: Mapping[str, Member]) -> list[Firm]:
    """All customers, in the order of the files."""
    rows = [(data["region"], row) for data in map(read, REGION_FILES) for row in data["customer"]]
    shared = Counter(alias for _, row in rows for alias in row["aliases"])
    return [_firm(number, region, row, staff[row["owner"]], shared) for number, (region, row) in enumerate(rows, 1)]


def _member(row: Mapping[str, Any], number: int) -> Member:
    return Member(
        id=member_id(row["user"]),
        name=row["name"],
        roles=tuple(row["roles"]),
        manager_id=member_id(row["manager"]) if "manager" in row else None,
        region=row.get("region"),
        product_line=row.get("product_line"),
        email=f"{row['user']}@demo.invalid",
        employee_no=f"D{number:03d}",
    )


def member_id(user: str) -> MemberId:
    """The id that a user of the sandbox has as a member."""
    return MemberId(f"m_{user}")


def _firm(number: int, region: str, row: Mapping[str, Any], owner: Member, shared: Counter[str]) -> Firm:
    return Firm(
        id=customer_id(number),
        name=row["name"],
        aliases=tuple(row["aliases"]),
        spoken=tuple(alias for alias in row["aliases"] if shared[alias] == 1),
        industry=row["industry"],
        region=region,
        address=row["address"],
        at=tuple(row["at"]) if "at" in row else None,
        user=row["owner"],
        owner=owner,
        contacts=tuple(_contact(number, place, person) for place, person in enumerate(row["contacts"], 1)),
    )


def _contact(customer: int, place: int, row: Mapping[str, str]) -> Contact:
    return Contact(
        id=ContactId(f"p_demo{customer:02d}{place}"),
        customer_id=customer_id(customer),
        name=row["name"],
        title=row.get("title"),
        department=row.get("department"),
        focus=row.get("focus"),
        phone=f"1380000{customer:03d}{place}",  # a number that belongs to nobody
    )


def customer_id(number: int) -> CustomerId:
    """The id of the customer at a place in the files, from 1."""
    return CustomerId(f"c_demo{number:02d}")
