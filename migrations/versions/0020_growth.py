"""Indexes and partitions for what grows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


HAS_ROLE = sa.text("role IS NOT NULL")


def upgrade() -> None:
    _count_events_by_hour()
    _find_among_millions()


def downgrade() -> None:
    op.drop_table("tallies")
    op.drop_index("ix_users_role", "users")
    op.drop_index("ix_audit_events_client_id_type_id", "audit_events")
    op.drop_index("ix_audit_events_reference_id", "audit_events")
    op.drop_table("event_counts")


def _find_among_millions() -> None:
    """A reference, the rare events of a busy app, the few who administer; and what is counted."""
    op.create_index("ix_audit_events_reference_id", "audit_events", ["reference", "id"])
    op.create_index(
        "ix_audit_events_client_id_type_id", "audit_events", ["client_id", "type", "id"]
    )
    op.create_index(
        "ix_users_role",
        "users",
        ["role"],
        sqlite_where=HAS_ROLE,
        postgresql_where=HAS_ROLE,
    )
    op.create_table(
        "tallies",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tallies")),
    )


def _count_events_by_hour() -> None:
    op.create_table(
        "event_counts",
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "type", name=op.f("pk_event_counts")),
    )
