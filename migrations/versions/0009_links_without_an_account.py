"""Mailed links that are about an address rather than an account; the language of people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=320), nullable=True))
        batch_op.add_column(
            sa.Column("details", DOCUMENT, nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.alter_column("user_id", existing_type=sa.String(length=26), nullable=True)
        batch_op.create_index(batch_op.f("ix_mailed_links_address"), ["address"], unique=False)
    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.alter_column("details", existing_type=DOCUMENT, server_default=None)
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locale", sa.String(length=35), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "locale")
    op.execute("DELETE FROM mailed_links WHERE user_id IS NULL")
    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailed_links_address"))
        batch_op.alter_column("user_id", existing_type=sa.String(length=26), nullable=False)
        batch_op.drop_column("details")
        batch_op.drop_column("address")
