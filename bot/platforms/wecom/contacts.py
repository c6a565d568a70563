"""The company's directory as WeCom shows it to an app of today: no mobile, no e-mail, and everything else only inside the visible range."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.chat.platform import Colleague
from bot.domain.clock import Clock
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.errors import Refusal
from bot.platforms.wecom.inbound import user_id

# Not there, not for us to see, or not written as WeCom wants it.
NOBODY = frozenset({40003, 40030, 46004, 60011, 60111, 60104, 301061, 301062})
KNOWN_FOR = timedelta(minutes=10)
_ACCOUNT = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}")
_NUMBER = ("工号", "员工编号", "员工号")
_LEFT = (2, 5)


class Contacts:
    """Looks people up. Raises PlatformError."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._everybody: tuple[datetime, Sequence[Colleague]] | None = None

    async def find(self, *, mobile: str = "", email: str = "", employee_no: str = "") -> list[Colleague]:
        """Everybody who carries one of these."""
        if mobile:
            return await self._by("user/getuserid", {"mobile": mobile}, mobile=mobile)
        if email:
            found: list[Colleague] = []
            for kind in (1, 2):  # the company's address, then a private one
                found = found or await self._by("user/get_userid_by_email", {"email": email, "email_type": kind}, email=email)
            return found
        return await self._by_number(employee_no) if employee_no else []

    async def person(self, user: str) -> Colleague | None:
        """The person behind a user id."""
        try:
            return _colleague(await self._api.get("user/get", {"userid": user}))
        except Refusal as refusal:
            if refusal.code in NOBODY:
                return None
            raise

    async def everybody(self) -> Sequence[Colleague]:
        """All whom the app may see, each with the leader: the direct one, else the department's."""
        now = self._clock.now()
        if self._everybody is None or now - self._everybody[0] > KNOWN_FOR:
            self._everybody = now, await self._list()
        return self._everybody[1]

    async def _by(self, path: str, body: Mapping[str, object], *, mobile: str = "", email: str = "") -> list[Colleague]:
        try:
            found = await self._api.post(path, body)
        except Refusal as refusal:
            if refusal.code in NOBODY:
                return []
            raise
        return [Colleague(user_id(str(found["userid"])), mobile=mobile, email=email)] if found.get("userid") else []

    async def _by_number(self, number: str) -> list[Colleague]:
        """Where the account is the employee number, and where the number stands among a member's own fields."""
        same = await self.person(number) if _ACCOUNT.fullmatch(number) else None
        found = [one for one in await self.everybody() if one.employee_no.upper() == number.upper()]
        return found or ([same] if same else [])

    async def _list(self) -> list[Colleague]:
        departments = _rows((await self._api.get("department/list")).get("department"))
        leaders = {row.get("id"): [str(one) for one in row.get("department_leader") or []] for row in departments}
        above = {row.get("id"): row.get("parentid") for row in departments}
        found: dict[str, Colleague] = {}
        for row in departments:
            listed = await self._api.get("user/list", {"department_id": str(row.get("id"))})
            for user in _rows(listed.get("userlist")):
                if user.get("userid"):
                    one = _colleague(user, _leader(user, row.get("id"), leaders, above))
                    found.setdefault(one.user_id, one)
        return list(found.values())


def _colleague(row: Mapping[str, Any], leader: str = "") -> Colleague:
    """What a row tells; a field that an app does not get is simply not there."""
    direct = [str(one) for one in row.get("direct_leader") or []]
    return Colleague(
        user_id=user_id(str(row["userid"])),
        name=str(row.get("name") or ""),
        mobile=str(row.get("mobile") or ""),
        email=str(row.get("biz_mail") or row.get("email") or ""),
        employee_no=_employee_no(row),
        active=row.get("status", 1) not in _LEFT,
        manager=user_id(direct[0] if direct else leader),
    )


def _leader(user: Mapping[str, Any], department: object, leaders: Mapping[object, list[str]], above: Mapping[object, object]) -> str:
    """The nearest department leader who is somebody else."""
    own, seen = user_id(str(user["userid"])), set()
    while department in leaders and department not in seen:
        seen.add(department)
        if others := [one for one in leaders[department] if user_id(one) != own]:
            return others[0]
        department = above.get(department)
    return ""


def _employee_no(row: Mapping[str, Any]) -> str:
    attributes = _rows((row.get("extattr") or {}).get("attrs"))
    return next((str((a.get("text") or {}).get("value") or a.get("value") or "") for a in attributes if a.get("name") in _NUMBER), "")


def _rows(found: object) -> list[Mapping[str, Any]]:
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
