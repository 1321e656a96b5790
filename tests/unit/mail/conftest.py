import pytest

from tests.support.outbound import authority, ca_file, tls

__all__ = ["authority", "ca_file", "tls"]


@pytest.fixture(autouse=True)
def _in_the_app(request):
    """What asks for an app works inside its context."""
    if "app" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("app").app_context():
        yield
