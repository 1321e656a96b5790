"""People, how they sign in, throttles and audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTIFIER = sa.String(26)
OPAQUE = sa.String(64)
INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = (
    "audit_events",
    "buckets",
    "users",
    "authentication_events",
    "email_addresses",
    "heartbeats",
    "interactions",
    "mailed_links",
    "passwords",
    "recovery_code_sets",
    "sessions",
    "totp_credentials",
    "totp_misses",
    "recovery_codes",
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("happened_at", INSTANT, nullable=False, index=True),
        sa.Column("type", sa.String(40), nullable=False, index=True),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("user_id", IDENTIFIER),
        sa.Column("client_id", sa.String(255)),
        sa.Column("sid", OPAQUE),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(255), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.Index("ix_audit_events_client_id_id", "client_id", "id"),
        sa.Index("ix_audit_events_user_id_id", "user_id", "id"),
    )
    op.create_table(
        "buckets",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("window_started_at", INSTANT, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
    )
    op.create_table(
        "users",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("sub", OPAQUE, nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("claims", DOCUMENT, nullable=False),
        sa.Column("role", sa.String(20)),
        sa.Column("second_factor_required", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
    )
    op.create_table(
        "authentication_events",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("credential_id", IDENTIFIER, nullable=False),
        sa.Column("interaction_id", OPAQUE, index=True),
        sa.Column("session_id", IDENTIFIER),
        sa.Column("proven_at", INSTANT, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Index("ix_authentication_events_session_id_proven_at", "session_id", "proven_at"),
        sa.Index("ix_authentication_events_proven_at", "proven_at"),
    )
    op.create_table(
        "email_addresses",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("canonical", sa.String(320), nullable=False, unique=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", INSTANT),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("beat_at", INSTANT, nullable=False),
    )
    op.create_table(
        "interactions",
        sa.Column("id", OPAQUE, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(32), index=True),
        sa.Column("client_id", sa.String(255)),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("requirement", DOCUMENT, nullable=False),
        sa.Column("return_to", sa.Text()),
        sa.Column("purpose", sa.String(40)),
        sa.Column("user_id", IDENTIFIER, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("session_id", IDENTIFIER),
        sa.Column("session_set_aside", sa.Boolean(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("account_chosen_at", INSTANT),
        sa.Column("enrolling_since", INSTANT),
        sa.Column("enrolment_declined_at", INSTANT),
        sa.Column("consented_at", INSTANT),
        sa.Column("finished_at", INSTANT),
    )
    op.create_table(
        "mailed_links",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("consumed_at", INSTANT),
    )
    op.create_table(
        "passwords",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("scheme", sa.String(30), nullable=False),
        sa.Column("hash", sa.String(120), nullable=False),
        sa.Column("pepper_key_id", sa.String(8), nullable=False, index=True),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    op.create_table(
        "recovery_code_sets",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("codes_sealed", sa.LargeBinary()),
        sa.Column("bound_to", OPAQUE, unique=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("pending_until", INSTANT, index=True),
        sa.Column("confirmed_at", INSTANT),
    )
    op.create_table(
        "sessions",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column("sid", OPAQUE, nullable=False, unique=True),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, index=True),
        sa.Column("ended_at", INSTANT),
    )
    op.create_table(
        "totp_credentials",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id",
            IDENTIFIER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("algorithm", sa.String(10), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False, index=True),
        sa.Column("bound_to", OPAQUE, unique=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("pending_until", INSTANT, index=True),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
    )
    op.create_table(
        "totp_misses",
        sa.Column("bound_to", OPAQUE, primary_key=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps_off", sa.Integer(), nullable=False),
        sa.Column("missed_at", INSTANT, nullable=False, index=True),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id", IDENTIFIER, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "set_id",
            IDENTIFIER,
            sa.ForeignKey("recovery_code_sets.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("digest_key_id", sa.String(8), nullable=False),
        sa.Column("consumed_at", INSTANT),
        sa.UniqueConstraint("user_id", "digest"),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
