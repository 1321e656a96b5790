"""Password hashes that came from elsewhere, files of people, subjects that have gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.String(length=26)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
QUICK = sa.text("scheme = 'imported-quick'")


def upgrade() -> None:
    op.add_column("passwords", sa.Column("recipe", sa.Text(), nullable=True))
    op.create_index(
        "ix_passwords_imported_quick",
        "passwords",
        ["id"],
        sqlite_where=QUICK,
        postgresql_where=QUICK,
    )
    _create_imports()
    _create_parts_of_imports()
    op.create_table(
        "retired_subjects",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_retired_subjects")),
    )


def _create_imports() -> None:
    op.create_table(
        "user_imports",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("layout", DOCUMENT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("rows", "created", "existing", "refused")
        ),
        sa.Column("expected", DOCUMENT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_imports")),
    )
    op.create_index(op.f("ix_user_imports_expires_at"), "user_imports", ["expires_at"])


def _create_parts_of_imports() -> None:
    _create_part("chunks", "number", sa.Column("content_sealed", sa.LargeBinary(), nullable=False))
    _create_part("keys", "digest", sa.Column("row", sa.Integer(), nullable=False))
    op.create_table(
        "user_import_problems",
        sa.Column("import_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("problems", DOCUMENT, nullable=False),
        _belongs_to_import("problems"),
        sa.PrimaryKeyConstraint("import_id", "state", "row", name=op.f("pk_user_import_problems")),
    )


def _create_part(name: str, key: str, content: "sa.Column[object]") -> None:
    kind = sa.Integer() if key == "number" else sa.LargeBinary(length=16)
    op.create_table(
        f"user_import_{name}",
        sa.Column("import_id", ROW_ID, nullable=False),
        sa.Column(key, kind, autoincrement=False, nullable=False),
        content,
        _belongs_to_import(name),
        sa.PrimaryKeyConstraint("import_id", key, name=op.f(f"pk_user_import_{name}")),
    )


def _belongs_to_import(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["import_id"],
        ["user_imports.id"],
        name=op.f(f"fk_user_import_{name}_import_id_user_imports"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("retired_subjects")
    for name in ("problems", "keys", "chunks"):
        op.drop_table(f"user_import_{name}")
    op.drop_table("user_imports")
    # A hash that cannot be checked without its recipe is none: its owner gets a password link.
    op.execute("DELETE FROM passwords WHERE scheme LIKE 'imported-%'")
    op.drop_index("ix_passwords_imported_quick", "passwords")
    op.drop_column("passwords", "recipe")
