"""Clients, what they were granted, what was issued to them, and the keys that sign it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTIFIER = sa.String(26)
OPAQUE = sa.String(64)
INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = (
    "cache_versions",
    "clients",
    "denied_tokens",
    "signing_keys",
    "authorization_codes",
    "client_secrets",
    "grants",
    "token_families",
    "refresh_tokens",
)


def upgrade() -> None:
    op.create_table(
        "cache_versions",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "clients",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("client_id", sa.String(255), nullable=False, unique=True),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("application_type", sa.String(10), nullable=False),
        sa.Column("profile", sa.String(10), nullable=False),
        sa.Column("token_endpoint_auth_method", sa.String(40)),
        sa.Column("grant_types", DOCUMENT, nullable=False),
        sa.Column("response_types", DOCUMENT, nullable=False),
        sa.Column("redirect_uris", DOCUMENT, nullable=False),
        sa.Column("post_logout_redirect_uris", DOCUMENT, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("id_token_signed_response_alg", sa.String(10), nullable=False),
        sa.Column("default_max_age", sa.Integer()),
        sa.Column("default_acr_values", DOCUMENT, nullable=False),
        sa.Column("require_auth_time", sa.Boolean(), nullable=False),
        sa.Column("min_acr", sa.String(255)),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("pkce_waived", sa.Boolean(), nullable=False),
        sa.Column("rotate_refresh_tokens", sa.Boolean(), nullable=False),
        sa.Column("refresh_grace", sa.Integer(), nullable=False),
        sa.Column("access_token_lifetime", sa.Integer()),
        sa.Column("metadata", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
    )
    op.create_table(
        "denied_tokens",
        sa.Column("jti", OPAQUE, primary_key=True),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", OPAQUE, primary_key=True),
        sa.Column("alg", sa.String(10), nullable=False),
        sa.Column("public_jwk", DOCUMENT, nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("activates_at", INSTANT, nullable=False),
        sa.Column("retires_at", INSTANT),
        sa.Column("retired_at", INSTANT),
        sa.Index(
            "uq_signing_keys_alg_newest",
            "alg",
            unique=True,
            sqlite_where=sa.text("retires_at IS NULL"),
            postgresql_where=sa.text("retires_at IS NULL"),
        ),
    )
    op.create_table(
        "authorization_codes",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("session_id", IDENTIFIER, index=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(43)),
        sa.Column("nonce", sa.Text()),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("approval", DOCUMENT, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("consumed_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
    )
    op.create_table(
        "client_secrets",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "client_id",
            IDENTIFIER,
            sa.ForeignKey("clients.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
    )
    op.create_table(
        "grants",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id", IDENTIFIER, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "client_id",
            sa.String(255),
            sa.ForeignKey("clients.client_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("claims", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.UniqueConstraint("user_id", "client_id"),
    )
    op.create_table(
        "token_families",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("code_digest", sa.LargeBinary(32), unique=True),
        sa.Column("client_id", sa.String(255), nullable=False, index=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("session_id", IDENTIFIER, index=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("approval", DOCUMENT, nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_because", sa.String(30)),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column(
            "family_id",
            IDENTIFIER,
            sa.ForeignKey("token_families.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("predecessor", sa.LargeBinary(32), index=True),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("consumed_at", INSTANT),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
