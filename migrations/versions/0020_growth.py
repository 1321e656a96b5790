"""Indexes and partitions for what grows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _count_events_by_hour()


def downgrade() -> None:
    op.drop_table("event_counts")


def _count_events_by_hour() -> None:
    op.create_table(
        "event_counts",
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "type", name=op.f("pk_event_counts")),
    )
