"""The provider as tests build it: their profile, a migrated database, a key ring."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import config
import idp
from idp import schema, sealing, traces
from idp.clients import secret_use
from idp.extensions import db, transaction
from idp.signing import rotation
from tests.support import once, run
from tests.support.databases import Databases
from tests.support.time_travel import standing_still

ISSUER = "https://idp.example"


class IssuerClient(FlaskClient):
    """Visits the issuer's own origin, as `__Host-` cookies want it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        issuer = self.application.extensions["idp.settings"].issuer
        kwargs.setdefault("base_url", issuer)
        return super().open(*args, **kwargs)


def settings_for(database_url: str, run_dir: Path, **overrides: Any) -> config.Settings:
    """The testing profile on this database, with the key ring of the test run."""
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "database_url": database_url,
        "keys_dir": keys_dir(run_dir),
        "database_pool_size": 8,
    }
    return config.testing(**(values | overrides))


def keys_dir(run_dir: Path) -> Path:
    """One key ring for all workers: what a template database holds is sealed under it."""
    folder = run_dir / "keys"
    sealing.load_or_create(folder)
    return folder


def build(settings: config.Settings) -> Flask:
    """The application, with a client that knows where it lives."""
    app = idp.create_app(settings)
    app.testing = True
    app.test_client_class = IssuerClient
    app.jinja_env.bytecode_cache = once.templates()
    return app


def migrate(database_url: str, run_dir: Path) -> None:
    """Bring an empty database to where a deployment starts: all tables, and its first keys."""
    with standing_still():
        app = build(settings_for(database_url, run_dir))
        with app.app_context():
            schema.upgrade(db.engine)
            with transaction():
                rotation.ensure_keys()
        dispose(app)


@cache
def databases() -> Databases:
    """Of this run, migrated as a deployment is; one per worker, which uses what it has again."""
    return Databases(run.folder(), lambda url: migrate(url, run.folder()))


def dispose(app: Flask) -> None:
    """Close every connection, so that the database can be thrown away."""
    with app.app_context():
        traces.flush()  # or their timers would open another connection in a moment
        secret_use.flush()
        db.session.remove()
        db.engine.dispose()


def environment(settings: config.Settings) -> dict[str, str]:
    """The same settings as environment variables, for a server in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    brand = settings.brand.model_dump(mode="json", exclude_none=True)
    named = {f"IDP_BRAND__{name.upper()}": value for name, value in brand.items()}
    return (
        inherited
        | named
        | {
            "IDP_ENVIRONMENT": settings.environment,
            "IDP_ISSUER": settings.issuer,
            "IDP_DATABASE_URL": settings.database_url,
            "IDP_DATABASE_POOL_SIZE": str(settings.database_pool_size),
            "IDP_KEYS_DIR": str(settings.keys_dir),
            "IDP_MAIL_URL": settings.effective_mail_url,
            "IDP_THROTTLING": settings.throttling,
            "IDP_LOG_LEVEL": settings.log_level,
            "IDP_ACCOUNTS__REGISTRATION": settings.accounts.registration,
            "IDP_ACCOUNTS__VERIFIED_ADDRESS_REQUIRED": str(
                settings.accounts.verified_address_required
            ),
            "IDP_PASSWORDS__BCRYPT_COST": str(settings.passwords.bcrypt_cost),
            "IDP_SERVER__WORKER_STAYS": str(settings.server.worker_stays),
        }
    )
