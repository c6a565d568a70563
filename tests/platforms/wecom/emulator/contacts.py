"""The directory, signing in, and tickets for pages."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tests.platforms.wecom.emulator.corp import Corp, Department, Outsider, Person
from tests.platforms.wecom.emulator.refusals import Rate, Refused, need

TICKET_LIFE = timedelta(seconds=7200)
# A bot may know a member by an encrypted id of its own.
OPEN = "wo_open_"


class Contacts:
    """What the app may know of people. ``browser`` is who sits in front of the browser that is sent to sign in."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.browser: Person | Outsider = Outsider()
        self._tickets: dict[str, tuple[str, datetime]] = {}
        self._rates = {"corp": Rate(400, 3600), "app": Rate(100, 3600)}

    def user(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET user/get: an app of today gets no mobile and no e-mail."""
        person = self.corp.person(query.get("userid", ""))
        need(person.visible, 60011, "no privilege to access/modify contact/party/agent")
        leader = self.corp.people.get(person.leader.casefold())
        return {
            "userid": person.key,
            "name": person.name,
            "department": list(person.department),
            "order": [0] * len(person.department),
            "position": person.position,
            "is_leader_in_dept": [int(person.leads_department)] * len(person.department),
            "direct_leader": [leader.key] if leader and leader.visible else [],
            "main_department": person.department[0],
            "status": person.status,
            "alias": "",
            "telephone": "",
            "extattr": {"attrs": []},
        }

    def users(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET user/list and user/simplelist of one department, without those below it."""
        department = self._department(query.get("department_id", ""))
        members = [p for p in self.corp.people.values() if p.visible and department.id in p.department]
        return {"userlist": [self.user({"userid": p.id}, {}) for p in members]}

    def departments(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET department/list: the department and everything below it; all without an id."""
        top = query.get("id")
        wanted = {self._department(top).id} if top else {d.id for d in self.corp.departments.values() if d.parent == 0}
        while below := {d.id for d in self.corp.departments.values() if d.parent in wanted} - wanted:
            wanted |= below
        return {"department": [_as_row(self.corp.departments[number]) for number in sorted(wanted)]}

    def department_ids(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET department/simplelist."""
        rows = self.departments(query, body)["department"]
        return {"department_id": [{key: row[key] for key in ("id", "parentid", "order")} for row in rows]}

    def department(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET department/get."""
        return {"department": _as_row(self._department(query.get("id", "")))}

    def by_mobile(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST user/getuserid."""
        return self._find("mobile", body.get("mobile"))

    def by_email(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST user/get_userid_by_email."""
        return self._find("email", body.get("email"))

    def who(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET auth/getuserinfo."""
        who = self.corp.redeem(query.get("code", ""))
        return {"openid": who.openid, "external_userid": ""} if isinstance(who, Outsider) else {"userid": who.key}

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """GET /connect/oauth2/authorize: back to the page with a code, without a question (snsapi_base)."""
        asked = request.query
        fits = asked.get("appid") == self.corp.corp_id and asked.get("response_type") == "code" and asked.get("scope") == "snsapi_base"
        need(fits and asked.get("agentid", str(self.corp.agent_id)) == str(self.corp.agent_id), 50001, "redirect_url not authorized")
        back = asked.get("redirect_uri", "")
        need(back.startswith(("http://", "https://")) and len(asked.get("state", "")) <= 128, 50001, "redirect_url not authorized")
        more = f"code={self.corp.new_code(self.browser)}&state={asked.get('state', '')}"
        raise web.HTTPFound(back + ("&" if "?" in back else "?") + more)

    def corp_ticket(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET get_jsapi_ticket."""
        return self._ticket("corp")

    def app_ticket(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET ticket/get?type=agent_config."""
        need(query.get("type") == "agent_config", 40058, "type invalid")
        return self._ticket("app")

    def agent(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET agent/get: the app and who may see it."""
        need(query.get("agentid") == str(self.corp.agent_id), 40056, "invalid agentid")
        users = [{"userid": p.key} for p in self.corp.people.values() if p.visible and not self.corp.whole_company]
        return {
            "agentid": self.corp.agent_id,
            "name": "跟进",
            "close": 0 if self.corp.enabled else 1,
            "allow_userinfos": {"user": users},
            "allow_partys": {"partyid": [1] if self.corp.whole_company else []},
            "allow_tags": {"tagid": []},
            "redirect_domain": "",
            "report_location_flag": 1,
            "isreportenter": 1,
        }

    def callback_ips(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """GET getcallbackip."""
        return {"ip_list": ["127.0.0.1"]}

    def opened(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """POST batch/openuserid_to_userid: ids that are plain already count as invalid."""
        asked = body.get("open_userid_list")
        need(isinstance(asked, list) and 0 < len(asked) <= 1000, 40058, "open_userid_list invalid")
        assert isinstance(asked, list)
        known = {open_id: self.corp.people.get(str(open_id).removeprefix(OPEN)) for open_id in asked if str(open_id).startswith(OPEN)}
        found = [{"open_userid": open_id, "userid": person.key} for open_id, person in known.items() if person and person.visible]
        return {"userid_list": found, "invalid_open_userid_list": [i for i in asked if i not in {f["open_userid"] for f in found}]}

    def _find(self, name: str, value: object) -> dict[str, Any]:
        for person in self.corp.people.values():
            if value and getattr(person, name) == value and person.visible and person.status != 5:
                return {"userid": person.key}
        raise Refused(46004, "user not exist")

    def _department(self, number: str) -> Department:
        department = self.corp.departments.get(int(number)) if number.isdigit() else None
        if department is None:
            raise Refused(60123, "invalid party id")
        return department

    def _ticket(self, kind: str) -> dict[str, Any]:
        need(self._rates[kind].take("", self.corp.now()), 45009, "api freq out of limit")
        ticket, ends = self._tickets.get(kind, ("", self.corp.now()))
        if self.corp.now() >= ends:
            ticket, ends = secrets.token_urlsafe(64), self.corp.now() + TICKET_LIFE
            self._tickets[kind] = (ticket, ends)
        return {"ticket": ticket, "expires_in": int((ends - self.corp.now()).total_seconds())}


def _as_row(department: Department) -> dict[str, Any]:
    leaders = [leader.casefold() for leader in department.leaders]
    row = {"id": department.id, "name": department.name, "name_en": "", "parentid": department.parent, "order": 100000000}
    return row | {"department_leader": leaders}
