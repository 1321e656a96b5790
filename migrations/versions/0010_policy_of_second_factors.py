"""Second factors are never asked for, optional or required: for a user, at an app."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
POLICY = sa.String(length=10)


def upgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("second_factor_policy", POLICY, nullable=True))
        table.add_column(sa.Column("second_factor_due_at", INSTANT, nullable=True))
    op.execute("UPDATE users SET second_factor_policy = 'required' WHERE second_factor_required")
    with op.batch_alter_table("users") as table:
        table.drop_column("second_factor_required")
    with op.batch_alter_table("clients") as table:
        table.add_column(sa.Column("second_factor_policy", POLICY, nullable=True))
    with op.batch_alter_table("sessions") as table:
        table.add_column(
            sa.Column(
                "second_factor_waived", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
    with op.batch_alter_table("sessions") as table:
        table.alter_column("second_factor_waived", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sessions") as table:
        table.drop_column("second_factor_waived")
    with op.batch_alter_table("clients") as table:
        table.drop_column("second_factor_policy")
    with op.batch_alter_table("users") as table:
        table.add_column(
            sa.Column(
                "second_factor_required", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
    with op.batch_alter_table("users") as table:
        table.alter_column(
            "second_factor_required", existing_type=sa.Boolean(), server_default=None
        )
    op.execute(
        "UPDATE users SET second_factor_required = (second_factor_policy = 'required') "
        "WHERE second_factor_policy IS NOT NULL"
    )
    with op.batch_alter_table("users") as table:
        table.drop_column("second_factor_due_at")
        table.drop_column("second_factor_policy")
