"""The HTTP edge: blueprints and per-request hooks, in order."""

from __future__ import annotations

from flask import Flask

from idp.database.turns import Turns
from idp.web import (
    account,
    admin,
    api,
    arrival,
    brand,
    dev,
    device,
    errors,
    health,
    home,
    interaction,
    language,
    pages,
    preferences,
    protocol,
    registration,
    request_cycle,
    sign_out,
    well_known,
    why,
)
from idp.web.kept_answers import KeptAnswers
from idp.web.machine_door import MachineDoor
from idp.web.single_sign_on_door import SingleSignOnDoor

PARTS = (
    health,
    home,
    brand,
    preferences,
    well_known,
    protocol,
    registration,
    interaction,
    device,
    account,
    admin,
    api,
    sign_out,
    arrival,
    why,
)


def install(app: Flask) -> None:
    """Wire hooks and routes. The order of hooks stands in `request_cycle`."""
    language.install(app)
    pages.install(app)
    errors.install(app)
    request_cycle.install(app)
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    dev.install(app)
    database_url = app.extensions["idp.settings"].database_url
    turns = Turns() if database_url.startswith("sqlite") else None
    app.wsgi_app = MachineDoor(app, turns)  # type: ignore[method-assign]
    app.wsgi_app = SingleSignOnDoor(app, turns)  # type: ignore[method-assign]
    app.wsgi_app = KeptAnswers(app)  # type: ignore[method-assign]
