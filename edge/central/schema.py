"""The centre's tables. Rows of offices are kept as they came; what is derived from them can be made again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

VERSION = 1

metadata = MetaData()

meta = Table(
    "meta", metadata, Column("key", String(32), primary_key=True), Column("value", String(128), nullable=False)
)

office = Table(
    "office",
    metadata,
    Column("office", String(64), primary_key=True),
    Column("title", String(200), nullable=False, default=""),
    Column("epoch", String(64), nullable=False, default=""),
    Column("version", String(64), nullable=False, default=""),
    Column("config_hash", String(128), nullable=False, default=""),
    Column("state", String(16), nullable=False, default=""),  # as the office or its last will said it
    Column("reason", String(32), nullable=False, default=""),
    Column("seen_at", String(27), nullable=False, default=""),  # when the centre last heard it itself
    Column("live", LargeBinary, nullable=False, default=b""),  # last LiveState, some seconds old at most
)

event = Table(
    "event",
    metadata,
    Column("office", String(64), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("stream", String(64), primary_key=True),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(64), nullable=False),  # "" and type "?" when the row is of no known shape
    Column("type", String(64), nullable=False),
    Column("at", String(27), nullable=False),
    Column("received_at", String(27), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

position = Table(
    "position",
    metadata,
    Column("office", String(64), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("stream", String(64), primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("hash", String(64)),  # of the last row; null when it is not known
    Column("broken_at", BigInteger, nullable=False, default=0),  # first row that does not fit the chain, or 0
    Column("pruned", BigInteger, nullable=False, default=0),  # rows that the office no longer had
    Column("received_at", String(27), nullable=False),
)

kpi = Table(
    "kpi",
    metadata,
    Column("office", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # kpi_day, kpi_quarter
    Column("start", String(27), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),  # as ``edge.contracts.kpi`` spells it
    sqlite_with_rowid=False,
)

command = Table(
    "command",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("office", String(64), nullable=False),
    Column("type", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # issued, sent, accepted, done, failed, refused
    Column("code", String(64), nullable=False, default=""),
    Column("issued_at", String(27), nullable=False),
    Column("expires_at", String(27), nullable=False),
    Column("changed_at", String(27), nullable=False),
    Column("issued_by", String(64), nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Index("command_by_office", "office", "id"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("login", String(128), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("roles", String(64), nullable=False),  # blank-separated
    Column("password", String(200), nullable=False),
    Column("enabled", Integer, nullable=False, default=1),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(26), ForeignKey("staff.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("seen_at", String(27), nullable=False),
)
