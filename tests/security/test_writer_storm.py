"""A102: 64 writers at once on one SQLite file, from two processes: nobody gets a 5xx, nothing that
was answered is missing, and no count is lost.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from idp.extensions import db
from idp.models import Bucket, Interaction
from tests.security.conftest import Running
from tests.support.databases import EngineKind
from tests.support.race import at_once

pytestmark = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

WRITERS = 64
"""Half of them in the server's process, half of them here."""
ROUNDS = 3
WRONG = 28
"""As many as may send a wrong secret within a minute, and are counted."""


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"database_pool_size": 40}


def test_a_storm_of_writers_loses_nothing(running: Running) -> None:
    app, rp, turns = running.a.app, running.a.client(), count()
    wrong = {"grant_type": "client_credentials", "client_id": rp.client_id, "client_secret": "no"}

    def write() -> list[int]:
        number = next(turns)
        with httpx.Client(base_url=running.issuer, timeout=60) as http:
            client: Any = app.test_client() if number % 2 else http
            said = [client.get(rp.authorization_url()).status_code for _ in range(ROUNDS)]
            if number < WRONG:
                said.append(client.post("/token", data=wrong).status_code)
        return said

    statuses = Counter(status for said in at_once(WRITERS, write) for status in said)

    assert statuses == {303: WRITERS * ROUNDS, 401: WRONG}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Interaction)) == WRITERS * ROUNDS
        counted = select(Bucket.count).where(Bucket.key.startswith("client.authentication"))
        assert list(db.session.scalars(counted)) == [WRONG]
