"""What a client may say of resource servers: absolute addresses, and never of itself if public."""

from dataclasses import replace

import pytest

from idp.clients.document import from_document
from idp.clients.metadata import ProposedClient, problems
from idp.clients.redirect_uri import Deployment
from idp.clients.templates import Template, propose

MACHINE = propose(Template.MACHINE, "Reports")
SPA = replace(propose(Template.SPA, "Photos"), redirect_uris=("https://app.example/",))
API = "https://api.example/v1"


def wrong(start: ProposedClient, **members):
    return problems(replace(start, metadata=members), Deployment.PUBLIC)


@pytest.mark.spec("RFC 8707", "2")
@pytest.mark.parametrize("uri", ["https://api.example/#x", "/v1", "api", "", "http://api.example/"])
def test_a_resource_is_an_absolute_address_without_a_fragment(uri):
    assert set(wrong(MACHINE, resources=[API, uri])) == {"resources"}
    assert set(wrong(MACHINE, resource=uri)) == {"resource"}
    assert wrong(MACHINE, resources=[API], resource=API) == {}


@pytest.mark.spec("RFC 7662", "4")
def test_only_who_keeps_a_secret_is_a_resource_server():
    assert set(wrong(SPA, resource=API)) == {"resource"}


def test_a_document_may_name_them():
    proposed = from_document({"client_name": "Reports", "resources": [API], "resource": API})

    assert proposed.metadata == {"resources": (API,), "resource": API}
    assert from_document({"resources": API}).problems == {"resources": "must be a list of strings"}
