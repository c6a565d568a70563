"""Deals and money: opportunities, contracts, payments, prices, and what the market reports."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from bot.domain.understood import Stage
from storage.tables.base import Id, metadata
from storage.types import Fen, Instalments, Shares, Utc, Word

opportunity = Table(
    "opportunity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("owner_id", Id, index=True),
    Column("product_line", String(40)),
    Column("stage", Word(Stage), nullable=False),
    Column("amount", Fen),
    Column("close_on", Date),
    Index("uq_opportunity_name", "customer_id", "name", unique=True),
)

contract = Table(
    "contract",
    metadata,
    Column("id", Id, primary_key=True),
    Column("no", String(80), nullable=False, unique=True),
    Column("customer_id", ForeignKey("customer.id"), nullable=False, index=True),
    Column("amount", Fen, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("plan", Instalments, nullable=False),
)

payment = Table(
    "payment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contract_id", ForeignKey("contract.id"), nullable=False, index=True),
    Column("amount", Fen, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("serial", String(80), unique=True),
)

price = Table(
    "price",
    metadata,
    Column("model", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("unit", String(20), nullable=False),
    Column("base_price", Fen, nullable=False),
    Column("material_cost", Fen),
    Column("labour_cost", Fen),
    Column("floats", Shares, nullable=False),
)

stock_report = Table(
    "stock_report",
    metadata,
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("week", Date, primary_key=True),
    Column("bought", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    Column("stock", Integer, nullable=False),
    Column("competitor_new", Integer, nullable=False),
)

nps = Table(
    "nps",
    metadata,
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("score", Integer, nullable=False),
)
