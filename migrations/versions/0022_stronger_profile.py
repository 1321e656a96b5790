"""Pushed requests, keys that tokens are bound to, and what clients say about both."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SWITCHES = (
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
)


def upgrade() -> None:
    op.create_table(
        "pushed_requests",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("digest", name="pk_pushed_requests"),
    )
    op.create_index("ix_pushed_requests_expires_at", "pushed_requests", ["expires_at"])
    op.add_column("authorization_codes", sa.Column("dpop_jkt", sa.String(43)))
    op.add_column("refresh_tokens", sa.Column("dpop_jkt", sa.String(43)))
    op.add_column(
        "clients",
        sa.Column(
            "access_token_signed_response_alg",
            sa.String(10),
            nullable=False,
            server_default="ES256",
        ),
    )
    op.add_column("clients", sa.Column("authorization_signed_response_alg", sa.String(10)))
    for name in SWITCHES:
        op.add_column(
            "clients", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("clients") as batch_op:
        for name in reversed(SWITCHES):
            batch_op.drop_column(name)
        batch_op.drop_column("authorization_signed_response_alg")
        batch_op.drop_column("access_token_signed_response_alg")
    for table in ("refresh_tokens", "authorization_codes"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("dpop_jkt")
    op.drop_index("ix_pushed_requests_expires_at", "pushed_requests")
    op.drop_table("pushed_requests")
