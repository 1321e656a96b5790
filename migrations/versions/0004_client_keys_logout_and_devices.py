"""Client keys, algorithms, logout and request URIs; devices; tokens to register by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "initial_access_tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("policy", DOCUMENT, nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_initial_access_tokens")),
    )
    with op.batch_alter_table("initial_access_tokens", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_initial_access_tokens_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "used_assertions",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_assertions")),
    )
    with op.batch_alter_table("used_assertions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_used_assertions_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "device_authorizations",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("resource", DOCUMENT, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("session_id", sa.String(length=26), nullable=True),
        sa.Column("approval", DOCUMENT, nullable=True),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("polled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("allowed_at", INSTANT, nullable=True),
        sa.Column("denied_at", INSTANT, nullable=True),
        sa.Column("consumed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_device_authorizations_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_device_authorizations")),
        sa.UniqueConstraint(
            "user_code_digest", name=op.f("uq_device_authorizations_user_code_digest")
        ),
    )
    with op.batch_alter_table("device_authorizations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_device_authorizations_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_device_authorizations_user_id"), ["user_id"], unique=False
        )

    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("userinfo_signed_response_alg", sa.String(length=10), nullable=True)
        )
        batch_op.add_column(
            sa.Column("request_object_signing_alg", sa.String(length=10), nullable=True)
        )
        batch_op.add_column(
            sa.Column("token_endpoint_auth_signing_alg", sa.String(length=10), nullable=True)
        )
        batch_op.add_column(sa.Column("jwks", DOCUMENT, nullable=True))
        batch_op.add_column(sa.Column("jwks_uri", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("subject_type", sa.String(length=10), nullable=False, server_default="public")
        )
        batch_op.add_column(sa.Column("sector_identifier_uri", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("request_uris", DOCUMENT, nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("backchannel_logout_uri", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "backchannel_logout_session_required",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            )
        )
        batch_op.add_column(sa.Column("frontchannel_logout_uri", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "frontchannel_logout_session_required",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            )
        )
        batch_op.add_column(
            sa.Column("registration_token_digest", sa.LargeBinary(length=32), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.drop_column("registration_token_digest")
        batch_op.drop_column("frontchannel_logout_session_required")
        batch_op.drop_column("frontchannel_logout_uri")
        batch_op.drop_column("backchannel_logout_session_required")
        batch_op.drop_column("backchannel_logout_uri")
        batch_op.drop_column("request_uris")
        batch_op.drop_column("sector_identifier_uri")
        batch_op.drop_column("subject_type")
        batch_op.drop_column("jwks_uri")
        batch_op.drop_column("jwks")
        batch_op.drop_column("token_endpoint_auth_signing_alg")
        batch_op.drop_column("request_object_signing_alg")
        batch_op.drop_column("userinfo_signed_response_alg")

    with op.batch_alter_table("device_authorizations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_authorizations_user_id"))
        batch_op.drop_index(batch_op.f("ix_device_authorizations_expires_at"))

    op.drop_table("device_authorizations")
    with op.batch_alter_table("used_assertions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_assertions_expires_at"))

    op.drop_table("used_assertions")
    with op.batch_alter_table("initial_access_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_initial_access_tokens_expires_at"))

    op.drop_table("initial_access_tokens")
