"""Three deployments: as it comes, with everything for dynamic clients, with front channels."""

import ssl

import pytest

from tests.certification import suite as suites
from tests.certification.provider import Certificates, set_up
from tests.certification.tester import Tester
from tests.interop import apache
from tests.support.outbound import authority, server_tls

__all__ = ["authority"]

FRONT_CHANNEL = {"IDP_PROTOCOL__FRONT_CHANNEL_RESPONSE_TYPES": "true"}
DYNAMIC = FRONT_CHANNEL | {
    "IDP_DYNAMIC_REGISTRATION": "open",
    "IDP_PROTOCOL__REGISTRATION_WAIVES_PKCE": "true",
    "IDP_PROTOCOL__REQUEST_URI": "true",
    "IDP_PROTOCOL__FRONT_CHANNEL_LOGOUT": "true",
}


@pytest.fixture(scope="session")
def certificates(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    made = Certificates(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(made.authority)
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(made.server)
    return made


@pytest.fixture(scope="session")
def suite(authority):
    with suites.running(server_tls(authority, "localhost")) as running:
        yield running


@pytest.fixture(scope="session")
def plain_provider(certificates, tmp_path_factory):
    """Without any switch."""
    apache.require()
    with set_up(tmp_path_factory.mktemp("plain"), certificates, {}) as provider:
        yield provider


@pytest.fixture(scope="session")
def dynamic_provider(certificates, tmp_path_factory):
    """With all of them."""
    apache.require()
    with set_up(tmp_path_factory.mktemp("dynamic"), certificates, DYNAMIC) as provider:
        yield provider


@pytest.fixture(scope="session")
def trust(certificates):
    return ssl.create_default_context(cafile=certificates.authority)


@pytest.fixture
def tester(plain_provider, suite, trust):
    """In front of a deployment as it comes, with a static client."""
    testing = Tester(plain_provider, suite, trust)
    testing.use_client()
    yield testing
    testing.close()


@pytest.fixture
def dynamic(dynamic_provider, suite, trust):
    """In front of a deployment with every switch on; it registers its clients itself."""
    testing = Tester(dynamic_provider, suite, trust)
    yield testing
    testing.close()
