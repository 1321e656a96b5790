"""The identity provider. `create_app` is the wiring, in order, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import config
from config import Environment
from idp import branding, cli, extensions, logs, oauth, sealing, traces, web
from idp.web.application import Application

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """An app for these settings. Raises `config.SettingsRefused` or `sealing.KeyRingError`."""
    chosen = settings or config.load()
    logs.configure(chosen)
    app = Application("idp", static_url_path="/static")
    app.debug = chosen.debug
    # Nothing may sign a cookie session: Flask refuses without a key, and we set none.
    app.config["SECRET_KEY"] = None
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["idp.brand"] = branding.load(chosen)
    extensions.install(app, chosen, key_ring(chosen))

    traces.install(app)
    oauth.install(app)
    web.install(app)
    cli.install(app)
    return app


def key_ring(settings: Settings) -> sealing.KeyRing:
    """The deployment's ring; only outside production is a missing one made on first use."""
    if settings.environment is Environment.PRODUCTION:
        return sealing.load(settings.keys_dir)
    return sealing.load_or_create(settings.keys_dir)
