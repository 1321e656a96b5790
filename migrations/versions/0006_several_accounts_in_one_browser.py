"""Several accounts may be signed in in one browser, and may be kept; the cookie is theirs
together.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen_at", INSTANT, nullable=True))
        batch_op.add_column(
            sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("resumed_at", INSTANT, nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_sessions_token_digest"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_sessions_token_digest_user_id"), ["token_digest", "user_id"]
        )
    op.execute("UPDATE sessions SET chosen_at = started_at")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.alter_column("chosen_at", existing_type=INSTANT, nullable=False)
        batch_op.alter_column("kept", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("keep_signed_in", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.alter_column("keep_signed_in", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_column("keep_signed_in")
    # Whoever shares a cookie with another account signs in again.
    op.execute(
        "DELETE FROM sessions WHERE token_digest IN "
        "(SELECT token_digest FROM sessions GROUP BY token_digest HAVING count(*) > 1)"
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_sessions_token_digest_user_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_sessions_token_digest"), ["token_digest"])
        batch_op.drop_column("resumed_at")
        batch_op.drop_column("kept")
        batch_op.drop_column("chosen_at")
