"""What tests over HTTP share."""

import pytest
from flask import request_started


@pytest.fixture
def came_to_flask(app):
    """One entry for each request that no door has answered before Flask."""
    seen = []

    def note(sender, **_):
        seen.append(sender.name)

    with request_started.connected_to(note, app):
        yield seen
