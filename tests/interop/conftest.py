"""The example web app in front of a provider that says whatever a test wants."""

import pytest

from clients_example.web_flask import Configuration, create_app
from tests.interop.person import at_a_browser
from tests.interop.site import provided
from tests.support import stub_provider
from tests.support.example_app import Visitor


@pytest.fixture
def stub():
    with stub_provider.running() as running:
        yield running


@pytest.fixture
def configuration(stub, tmp_path):
    return Configuration(
        issuer=stub.issuer,
        client_id="app",
        client_secret="secret",
        base_url="http://localhost:5001",
        name="Example",
        session_file=tmp_path / "sessions.sqlite3",
    )


@pytest.fixture
def visitor(stub, configuration):
    return Visitor(create_app(configuration).test_client(), stub)


@pytest.fixture(scope="session")
def running_site(tmp_path_factory):
    with provided(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def site(running_site):
    """One provider per worker, since it takes seconds to start; each test brings its people."""
    running_site.forget_tries()
    return running_site


@pytest.fixture
def bob(site):
    """Has an authenticator app, and a browser without scripts."""
    with at_a_browser(site.account()) as person:
        yield person
