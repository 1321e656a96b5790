"""A75: requests that nobody finishes cost a small row each, and are gone after half an hour."""

from __future__ import annotations

from sqlalchemy import func, select

from idp import clock as clocks
from idp.extensions import db
from idp.jobs import purge
from idp.models import Interaction
from tests.support.factories import Factory
from tests.support.time_travel import Clock

REQUESTS = 250
LARGEST_ROW = 8 * 1024
"""Characters of the stored parameters; an address is refused above that."""


def test_abandoned_requests_are_small_and_purged(a: Factory, clock: Clock) -> None:
    rp = a.client()
    for _request in range(REQUESTS):
        response = a.app.test_client().get(rp.authorization_url(state="s" * 2000))
        assert response.status_code == 303
    with a.app.app_context():
        stored = list(db.session.scalars(select(Interaction.parameters)))
    assert len(stored) == REQUESTS
    assert max(len(str(parameters)) for parameters in stored) < LARGEST_ROW
    clock.advance(hours=25)

    with a.app.app_context():
        purge.run(clocks.now())
        left = db.session.scalar(select(func.count()).select_from(Interaction))

    assert left == 0
