"""Indexes of the audit log are filled when rows are sealed, not by the request that records them.

With millions of events these can be made beforehand, without holding anybody up: see
docs/operations/upgrades.md.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SEALED = sa.text("sequence IS NOT NULL")
_BEFORE = {
    "uq_audit_events_sequence": ["sequence"],
    "ix_audit_events_happened_at": ["happened_at"],
    "ix_audit_events_user_id_id": ["user_id", "id"],
    "ix_audit_events_client_id_id": ["client_id", "id"],
    "ix_audit_events_client_id_type_id": ["client_id", "type", "id"],
    "ix_audit_events_type_id": ["type", "id"],
    "ix_audit_events_actor_id": ["actor", "id"],
    "ix_audit_events_address_id": ["address", "id"],
    "ix_audit_events_sid_id": ["sid", "id"],
    "ix_audit_events_reference_id": ["reference", "id"],
}


def upgrade() -> None:
    for name, columns in _BEFORE.items():
        op.create_index(
            _of_sealed(name, columns),
            "audit_events",
            columns,
            unique=name.startswith("uq_"),
            sqlite_where=SEALED,
            postgresql_where=SEALED,
            if_not_exists=True,
        )
    for name in _BEFORE:
        op.drop_index(name, "audit_events")


def downgrade() -> None:
    for name, columns in _BEFORE.items():
        op.create_index(name, "audit_events", columns, unique=name.startswith("uq_"))
    for name, columns in _BEFORE.items():
        op.drop_index(_of_sealed(name, columns), "audit_events")


def _of_sealed(name: str, columns: list[str]) -> str:
    return f"{name[:2]}_audit_events_sealed_{'_'.join(columns)}"
