"""Two providers: what one has said is worth nothing at the other, even with the same keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from tests.http.oauth.conftest import refused
from tests.security.world import World, standing
from tests.support.databases import EngineKind
from tests.support.relying_party import RelyingParty, answer
from tests.support.spec_matrix import spec

OTHER = "https://other-idp.example"


@pytest.fixture(scope="module")
def elsewhere(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Another issuer, with the very same signing keys: the worst case."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with standing(EngineKind.SQLITE, folder, at=world.clock, issuer=OTHER) as other:
        yield other


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client(trusted=True)


@spec("RFC 9207", "2.4")
def test_every_answer_names_the_issuer_exactly(world: World, rp: RelyingParty) -> None:
    """A55: success and error, by query and by form."""
    browser = world.signed_in(rp)
    world.clock.advance(seconds=1)
    requests = (
        {},
        {"prompt": "none"},
        {"prompt": "nonsense"},
        {"scope": "nonsense"},
        {"response_type": "token"},
        {"max_age": "x"},
        {"prompt": "none", "max_age": 0},
    )
    locations = [browser.open(rp.authorization_url(**asked)).left_for for asked in requests]
    browser.open(rp.authorization_url(prompt="login")).press("Cancel")
    locations.append(browser.left_for)

    assert [answer(location)["iss"] for location in locations] == [world.issuer] * len(locations)
    for request in ({}, {"prompt": "nonsense"}):
        url = rp.authorization_url(response_mode="form_post", **request)
        form = BeautifulSoup(browser.client.get(url).text, "html.parser")
        assert form.select_one("input[name=iss]")["value"] == world.issuer


def test_one_providers_values_are_nothing_at_the_other(world, elsewhere, rp) -> None:
    """A55: signed by the same key, and still of another issuer."""
    approver = world.approver(world.a.user("mixed@example.com"))
    tokens, code = approver.tokens(rp), approver.code(rp)
    elsewhere.a.user()
    there = elsewhere.a.client(trusted=True)
    there.verifier = rp.verifier
    here_keys = world.app.test_client().get("/jwks").json
    assert here_keys == elsewhere.app.test_client().get("/jwks").json

    refused(there.exchange(code), 400, "invalid_grant")
    refused(there.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    assert there.userinfo(tokens["access_token"]).status_code == 401
    hinted = there.authorization_url(id_token_hint=tokens["id_token"], prompt="none")
    location = there.client.get(hinted).headers["Location"]
    assert answer(location) == answer(location) | {"error": "invalid_request", "iss": OTHER}
    for kind in ("access_token", "refresh_token", "id_token"):
        told = there.client.post("/introspect", data={"token": tokens[kind]}, headers=there.basic())
        assert told.json == {"active": False}


def test_the_document_names_the_issuer_it_was_asked_at(world, elsewhere) -> None:
    """A44, A55."""
    for there in (world, elsewhere):
        document = there.app.test_client().get("/.well-known/openid-configuration").json
        assert document["issuer"] == there.issuer
        assert document["authorization_response_iss_parameter_supported"] is True
        urls = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
        assert all(url.startswith(there.issuer + "/") for url in urls)
