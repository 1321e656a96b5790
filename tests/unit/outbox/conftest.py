"""Inside the app, at a time that stands still."""

import pytest


@pytest.fixture(autouse=True)
def _in_the_app(app, clock):
    with app.app_context():
        yield
