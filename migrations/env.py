"""How Alembic runs our migrations: on the connection and in the transaction of `idp.schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlalchemy import JSON

from idp.models import Base
from idp.models.base import UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Our column types by names that each migration defines, so old ones never change meaning."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "INSTANT"
    if kind == "type" and isinstance(item, JSON):
        return "DOCUMENT"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    # SQLite cannot alter a table: it copies. Its DDL is transactional after BEGIN, which was said.
    render_as_batch=True,
    transactional_ddl=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
