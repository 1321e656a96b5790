"""Groups, their members, and custom claims with a schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    collation = "C" if op.get_bind().dialect.name == "postgresql" else None
    _create_groups(collation)
    _create_claim_definitions(collation)
    op.add_column(
        "users", sa.Column("custom_claims", DOCUMENT, nullable=False, server_default="{}")
    )
    for column in ("allowed_groups", "id_token_claims"):
        op.add_column("clients", sa.Column(column, DOCUMENT, nullable=False, server_default="[]"))


def _create_groups(collation: str | None) -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=64, collation=collation), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("roles", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_group_members_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_group_members_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_user_id"), "group_members", ["user_id"])


def _create_claim_definitions(collation: str | None) -> None:
    op.create_table(
        "claim_definitions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=128, collation=collation), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("schema", DOCUMENT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_definitions")),
        sa.UniqueConstraint("name", name=op.f("uq_claim_definitions_name")),
    )


def downgrade() -> None:
    for column in ("id_token_claims", "allowed_groups"):
        op.drop_column("clients", column)
    op.drop_column("users", "custom_claims")
    op.drop_table("claim_definitions")
    op.drop_table("group_members")
    op.drop_table("groups")
