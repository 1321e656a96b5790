"""What became of clients' requests, for a day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "request_traces",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=True),
        sa.Column("endpoint", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_traces")),
    )
    op.create_index(op.f("ix_request_traces_reference"), "request_traces", ["reference"])
    op.create_index(op.f("ix_request_traces_happened_at"), "request_traces", ["happened_at"])
    op.create_index("ix_request_traces_client_id_id", "request_traces", ["client_id", "id"])


def downgrade() -> None:
    op.drop_table("request_traces")
