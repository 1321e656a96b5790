"""Messages to others that wait for their delivery."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTIFIER = sa.String(26)
OPAQUE = sa.String(64)
INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
WAITS = sa.text("delivered_at IS NULL AND dead_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "outbound_messages",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("about", OPAQUE, index=True),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", INSTANT, index=True),
        sa.Column("dead_at", INSTANT, index=True),
        sa.Column("last_error", sa.String(100)),
        sa.Index(
            "ix_outbound_messages_waiting",
            "next_try_at",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
    )


def downgrade() -> None:
    op.drop_table("outbound_messages")
