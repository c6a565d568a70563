"""What a unit of work can reach: the repositories, all on one connection."""

from functools import cached_property

from sqlalchemy import Connection

from storage.repositories.activities import Activities
from storage.repositories.aliases import Aliases
from storage.repositories.approvals import Approvals, Quotes
from storage.repositories.audit import Audit
from storage.repositories.batches import Batches, NameChanges
from storage.repositories.consents import Consents
from storage.repositories.customers import Customers
from storage.repositories.drafts import Drafts
from storage.repositories.facts import Facts
from storage.repositories.handovers import Handovers
from storage.repositories.inbox import InboxRows
from storage.repositories.jobs import JobRows
from storage.repositories.leads import Leads
from storage.repositories.media import MediaRows
from storage.repositories.members import Members
from storage.repositories.nearby import Nearby
from storage.repositories.outbox import OutboxRows
from storage.repositories.persons import Persons
from storage.repositories.proof import Proof
from storage.repositories.questions import Questions
from storage.repositories.readings import Readings
from storage.repositories.retention import Retention
from storage.repositories.rules import RulesVersions
from storage.repositories.strangers import Strangers
from storage.repositories.timers import Timers
from storage.repositories.trade import Contracts, NpsScores, Opportunities, Payments, Prices, StockReports
from storage.repositories.wecom import WecomRows


class Reader:
    """Every repository, on one connection; on a read connection the database itself refuses writes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def members(self) -> Members:
        return Members(self.connection)

    @cached_property
    def strangers(self) -> Strangers:
        return Strangers(self.connection)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers(self.connection)

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.connection)

    @cached_property
    def aliases(self) -> Aliases:
        return Aliases(self.connection)

    @cached_property
    def nearby(self) -> Nearby:
        return Nearby(self.connection)

    @cached_property
    def leads(self) -> Leads:
        return Leads(self.connection)

    @cached_property
    def activities(self) -> Activities:
        return Activities(self.connection)

    @cached_property
    def media(self) -> MediaRows:
        return MediaRows(self.connection)

    @cached_property
    def readings(self) -> Readings:
        return Readings(self.connection)

    @cached_property
    def questions(self) -> Questions:
        return Questions(self.connection)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.connection)

    @cached_property
    def consents(self) -> Consents:
        return Consents(self.connection)

    @cached_property
    def inbox(self) -> InboxRows:
        return InboxRows(self.connection)

    @cached_property
    def outbox(self) -> OutboxRows:
        return OutboxRows(self.connection)

    @cached_property
    def timers(self) -> Timers:
        return Timers(self.connection)

    @cached_property
    def jobs(self) -> JobRows:
        return JobRows(self.connection)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.connection)

    @cached_property
    def rules(self) -> RulesVersions:
        return RulesVersions(self.connection)

    @cached_property
    def proof(self) -> Proof:
        return Proof(self.connection)

    @cached_property
    def persons(self) -> Persons:
        return Persons(self.connection)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.connection)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.connection)

    @cached_property
    def wecom(self) -> WecomRows:
        return WecomRows(self.connection)

    @cached_property
    def opportunities(self) -> Opportunities:
        return Opportunities(self.connection)

    @cached_property
    def contracts(self) -> Contracts:
        return Contracts(self.connection)

    @cached_property
    def payments(self) -> Payments:
        return Payments(self.connection)

    @cached_property
    def prices(self) -> Prices:
        return Prices(self.connection)

    @cached_property
    def stock_reports(self) -> StockReports:
        return StockReports(self.connection)

    @cached_property
    def nps(self) -> NpsScores:
        return NpsScores(self.connection)

    @cached_property
    def quotes(self) -> Quotes:
        return Quotes(self.connection)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.connection)

    @cached_property
    def batches(self) -> Batches:
        return Batches(self.connection)

    @cached_property
    def name_changes(self) -> NameChanges:
        return NameChanges(self.connection)


class Transaction(Reader):
    """A reader that may write. ``wake`` is set when the unit left work for the job engine."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.wake = False
