"""What all tables share: the catalogue of names, the kinds of id."""

from sqlalchemy import BigInteger, Integer, MetaData, String, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives rowids to INTEGER PRIMARY KEY only; other databases want eight bytes.
Serial = BigInteger().with_variant(Integer, "sqlite")
Id = String(40)
OPEN = text("state = 'open'")
