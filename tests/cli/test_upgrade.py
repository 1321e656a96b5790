"""From the schema of the first migration to the newest, with rows in it that real use has made."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from idp import extensions, schema
from tests.support import provider
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer, claims

pytestmark = pytest.mark.each_engine

MADE_ANEW = {"alembic_version", "audit_chain"}
"""Tables whose rows a migration makes itself."""
REMOVED_SINCE = {"users": {"second_factor_required": False}}
"""Columns of old revisions, with what rows of then could hold."""


@pytest.fixture
def used(app, a, clock):
    """A deployment in which somebody has signed in to an app that holds a refresh token."""
    user = a.user()
    phone = a.phone(user)
    a.recovery_codes(user)
    a.passkey(user)
    clock.advance(minutes=1)
    rp = a.client()
    return rp, phone, _sign_in(app, rp, phone)["refresh_token"]


def test_it_loses_nothing_and_signs_the_same_people_in(app, used, empty_database_url, clock):
    rp, phone, refresh_token = used
    with app.app_context():
        source = extensions.db.engine
    settings = app.extensions["idp.settings"].model_copy(
        update={"database_url": empty_database_url}
    )

    with _engine(settings) as target:
        _grow_up(source, target)
        assert schema.is_current(target)
        assert schema.differences(target) == []
        assert _counts(target) == _counts(source)

    upgraded = provider.build(settings)
    try:
        clock.advance(minutes=1)
        there = replace(rp, client=upgraded.test_client())
        assert there.refresh(refresh_token).status_code == 200
        assert claims(_sign_in(upgraded, there, phone)["id_token"])["amr"] == ["pwd", "otp", "mfa"]
    finally:
        provider.dispose(upgraded)


def _sign_in(app, rp, phone):
    browser = Browser(app.test_client(), rp.issuer)
    browser.open(rp.authorization_url(scope="openid offline_access", prompt="consent"))
    browser.submit(username=EMAIL, password=PASSWORD).submit(code=phone.code()).press("Allow")
    return rp.exchange(answer(browser.left_for)["code"]).get_json()


@contextmanager
def _engine(settings):
    built = sa.create_engine(settings.database_url, **extensions.engine_options(settings))
    extensions.prepare(built)
    yield built
    built.dispose()


def _grow_up(source, target):
    """One revision after another; each table is filled as soon as it is there, with as much as its
    columns of then could hold.
    """
    filled = set(MADE_ANEW)
    for revision in schema.revisions():
        schema.upgrade(target, revision)
        there = sa.MetaData()
        there.reflect(target)
        for table in there.sorted_tables:
            if table.name not in filled:
                _fill(source, target, table)
                filled.add(table.name)


def _fill(source, target, table):
    here = sa.MetaData()
    here.reflect(source, only=lambda name, _: name == table.name)
    if table.name not in here.tables:
        return
    names = [name for name in table.columns.keys() if name in here.tables[table.name].c]  # noqa: SIM118
    columns = [sa.literal_column(f'"{name}"').label(name) for name in names]
    then = REMOVED_SINCE.get(table.name, {})
    kept = sa.table(table.name, *(sa.column(name) for name in [*names, *then]))
    with source.connect() as reading, target.begin() as writing:
        rows = reading.execute(sa.select(*columns).select_from(sa.table(table.name)))
        for row in rows.mappings().all():
            held = {name: _plain(value) for name, value in row.items()}
            writing.execute(sa.insert(kept).values(held | then))


def _plain(value):
    return Jsonb(value) if isinstance(value, dict | list) else value


def _counts(engine):
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
            for name in sa.inspect(engine).get_table_names()
            if name not in MADE_ANEW
        }
