"""Every table, as SQLAlchemy Core. The migrations in ``storage/migrations`` build the same; a test holds the two together."""

from storage.tables.approvals import approval, approval_decision, approval_seat, approval_step, quote, quote_line
from storage.tables.base import metadata
from storage.tables.customers import alias, contact, customer, lead
from storage.tables.exchange import import_batch, import_row, name_change
from storage.tables.people import chat_group, consent, doubtful_match, identity, member, stand_in, stranger
from storage.tables.records import activity, audit, media, piece, question
from storage.tables.rules import rules_version
from storage.tables.senses import fingerprint, reading
from storage.tables.trade import contract, nps, opportunity, payment, price, stock_report
from storage.tables.wecom import wecom_code, wecom_sent, wecom_shot
from storage.tables.words import draft
from storage.tables.work import fact, inbox, job, outbox, timer

__all__ = [
    "activity",
    "alias",
    "approval",
    "approval_decision",
    "approval_seat",
    "approval_step",
    "audit",
    "chat_group",
    "consent",
    "contact",
    "contract",
    "customer",
    "doubtful_match",
    "draft",
    "fact",
    "fingerprint",
    "identity",
    "import_batch",
    "import_row",
    "inbox",
    "job",
    "lead",
    "media",
    "member",
    "metadata",
    "name_change",
    "nps",
    "opportunity",
    "outbox",
    "payment",
    "piece",
    "price",
    "question",
    "quote",
    "quote_line",
    "reading",
    "rules_version",
    "stand_in",
    "stock_report",
    "stranger",
    "timer",
    "wecom_code",
    "wecom_sent",
    "wecom_shot",
]
