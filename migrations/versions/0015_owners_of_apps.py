"""People who own or look after an app."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROW_ID = sa.String(length=26)


def upgrade() -> None:
    op.create_table(
        "client_people",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=True),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("added_by", sa.String(length=300), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.client_id"],
            name=op.f("fk_client_people_client_id_clients"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_client_people_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_people")),
        sa.UniqueConstraint(
            "client_id", "user_id", name=op.f("uq_client_people_client_id_user_id")
        ),
    )
    op.create_index(op.f("ix_client_people_client_id"), "client_people", ["client_id"])
    op.create_index(op.f("ix_client_people_user_id"), "client_people", ["user_id"])


def downgrade() -> None:
    op.drop_table("client_people")
