"""Resets of second factors that wait for their time or a second administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.String(length=26)
ACTOR = sa.String(length=300)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "factor_resets",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_by", ACTOR, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("effective_at", INSTANT, nullable=False),
        sa.Column("approved_by", ACTOR, nullable=True),
        sa.Column("link_expires_at", INSTANT, nullable=True),
        sa.Column("interaction_id", sa.String(length=64), nullable=True),
        sa.Column("opens_by_password", sa.Boolean(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_factor_resets_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_resets")),
    )
    op.create_index(op.f("ix_factor_resets_user_id"), "factor_resets", ["user_id"])
    op.create_index(op.f("ix_factor_resets_ended_at"), "factor_resets", ["ended_at"])
    op.create_index(
        "uq_factor_resets_open",
        "factor_resets",
        ["user_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("factor_resets")
