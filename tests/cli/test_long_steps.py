"""What the guide to upgrades would have done beforehand is taken by the migration."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from idp import extensions, schema
from tests.support.databases import EngineKind

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.POSTGRESQL], indirect=True)

GUIDE = Path("docs/operations/upgrades.md")


def test_indexes_of_the_audit_log_that_are_there_already_are_kept(app, empty_database_url):
    settings = app.extensions["idp.settings"].model_copy(
        update={"database_url": empty_database_url}
    )
    engine = sa.create_engine(settings.database_url, **extensions.engine_options(settings))
    extensions.prepare(engine)
    try:
        schema.upgrade(engine, "0022")
        made = _make_beforehand(engine)
        schema.upgrade(engine)

        assert schema.differences(engine) == []
        assert len(made) == 10
        assert _indexes(engine).items() >= made.items()
    finally:
        engine.dispose()


def _make_beforehand(engine):
    """The commands of the guide, by hand instead of by a shell."""
    told = GUIDE.read_text(encoding="utf-8")
    unique, each = re.findall(r"psql -c ['\"](.*?)['\"]\n", told, re.DOTALL)
    columns = re.search(r"for columns in (.*); do", told).group(1).split()
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        before = _indexes(connection)
        connection.execute(sa.text(unique))
        for one in columns:
            named = each.replace("${columns//,/_}", one.replace(",", "_"))
            connection.execute(sa.text(named.replace("$columns", one)))
        return {name: oid for name, oid in _indexes(connection).items() if name not in before}


def _indexes(connectable):
    """By name the object that it is: one that is made anew has another."""
    wanted = sa.text("SELECT indexrelid::regclass::text, indexrelid FROM pg_index")
    if isinstance(connectable, sa.Engine):
        with connectable.connect() as connection:
            return _indexes(connection)
    return {row[0]: row[1] for row in connectable.execute(wanted)}
