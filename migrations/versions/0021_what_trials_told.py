"""What a test sign-in told, for the program that began it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("trial_sign_ins", sa.Column("told", DOCUMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("trial_sign_ins", "told")
