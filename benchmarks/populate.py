"""`python -m benchmarks.populate`: fill an empty, migrated PostgreSQL with a deployment that grew.

The audit log is chained as if it had been sealed, so `idp audit verify` holds. Nobody can sign in.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import text

from benchmarks.scale import bulk, clients, events, people
from config import Settings
from idp import clock, create_app
from idp.extensions import db
from idp.models import User


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when the database is not one to fill."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.populate", description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--passing", type=int, default=400_000, help="sessions, proofs, tokens")
    told = parser.parse_args(arguments)
    app = create_app(Settings())
    if problem := _problem(app):
        print(problem, file=sys.stderr)
        return 1
    began = time.monotonic()
    _fill(app, told)
    print(f"{time.monotonic() - began:.0f} s in all", file=sys.stderr)
    return 0


def _problem(app: Flask) -> str | None:
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return "IDP_DATABASE_URL must name a PostgreSQL: rows are loaded by COPY."
        with db.engine.connect() as connection:
            if bulk.count(connection, User.__tablename__):
                return "There are people in this database already. Use an empty, migrated one."
    return None


def _fill(app: Flask, told: argparse.Namespace) -> None:
    now = clock.now()
    with app.app_context():
        engine = db.engine
        apps = clients.load(app, told.clients)
        ids = people.load(engine, told.users, now)
        people.load_what_passes(engine, ids, told.passing, now)
        events.load(engine, ids, apps, told.events, now)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Also sets the visibility map, which time and autovacuum would have done.
            connection.execute(text("VACUUM ANALYZE"))


if __name__ == "__main__":
    sys.exit(main())
