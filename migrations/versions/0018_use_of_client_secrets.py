"""When each secret of a client was last used, forms that have made something, and test sign-ins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("client_secrets", sa.Column("last_used_at", INSTANT, nullable=True))
    op.add_column(
        "client_secrets", sa.Column("last_used_from", sa.String(length=64), nullable=True)
    )
    op.create_table(
        "form_submissions",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_form_submissions")),
    )
    op.create_index(op.f("ix_form_submissions_expires_at"), "form_submissions", ["expires_at"])
    op.create_table(
        "trial_sign_ins",
        sa.Column("state_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("asked", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.client_id"],
            name=op.f("fk_trial_sign_ins_client_id_clients"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_trial_sign_ins_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_trial_sign_ins")),
    )
    op.create_index(op.f("ix_trial_sign_ins_expires_at"), "trial_sign_ins", ["expires_at"])
    op.create_index(op.f("ix_trial_sign_ins_client_id"), "trial_sign_ins", ["client_id"])
    op.create_index(op.f("ix_trial_sign_ins_user_id"), "trial_sign_ins", ["user_id"])


def downgrade() -> None:
    op.drop_table("trial_sign_ins")
    op.drop_table("form_submissions")
    op.drop_column("client_secrets", "last_used_from")
    op.drop_column("client_secrets", "last_used_at")
