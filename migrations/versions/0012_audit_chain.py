"""The audit log as a chain, found by whom, from where and in which session; people by prefix."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
START = bytes(32)
"""What the first row is chained to."""
_LOOK_UPS = ("type", "actor", "address", "sid")


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("audit_events", sa.Column("chain", sa.LargeBinary(length=32), nullable=True))
    op.create_index(op.f("uq_audit_events_sequence"), "audit_events", ["sequence"], unique=True)
    unsealed = sa.text("sequence IS NULL")
    op.create_index(
        "ix_audit_events_unsealed",
        "audit_events",
        ["id"],
        sqlite_where=unsealed,
        postgresql_where=unsealed,
    )
    op.drop_index(op.f("ix_audit_events_type"), "audit_events")
    for column in _LOOK_UPS:
        op.create_index(f"ix_audit_events_{column}_id", "audit_events", [column, "id"])
    _create_head()
    _make_people_searchable()


def _create_head() -> None:
    head = op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("anchor_sequence", sa.BigInteger(), nullable=False),
        sa.Column("anchor_chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    start = {"id": 1, "sequence": 0, "chain": START, "anchor_sequence": 0, "anchor_chain": START}
    op.bulk_insert(head, [start])


def _make_people_searchable() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    bytewise = "C" if on_postgresql else None
    key = sa.String(length=100, collation=bytewise)
    op.add_column("users", sa.Column("name_key", key, nullable=False, server_default=""))
    op.execute("UPDATE users SET name_key = lower(substr(name, 1, 100))")
    op.create_index(op.f("ix_users_name_key"), "users", ["name_key"])
    if on_postgresql:
        # SQLite compares by the bytes anyway.
        op.alter_column("email_addresses", "canonical", type_=sa.String(length=320, collation="C"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "email_addresses", "canonical", type_=sa.String(length=320, collation="default")
        )
    op.drop_index(op.f("ix_users_name_key"), "users")
    op.drop_column("users", "name_key")
    op.drop_table("audit_chain")
    for column in reversed(_LOOK_UPS):
        op.drop_index(f"ix_audit_events_{column}_id", "audit_events")
    op.create_index(op.f("ix_audit_events_type"), "audit_events", ["type"])
    op.drop_index("ix_audit_events_unsealed", "audit_events")
    op.drop_index(op.f("uq_audit_events_sequence"), "audit_events")
    op.drop_column("audit_events", "chain")
    op.drop_column("audit_events", "sequence")
