"""A sector identifier is believed when its own host confirms it, at every door (OIDC Core §8.1)."""

import json
from contextlib import contextmanager

import pytest

from idp.models import Client
from tests.http.oauth.conftest import refused
from tests.support.foreign_host import answers, listening
from tests.support.relying_party import RelyingParty, claims
from tests.support.spec_matrix import spec

HERE, THERE = "https://app.example/cb", "https://other.example/cb"


@pytest.fixture
def overrides():
    return {"dynamic_registration": "open", "outbound_allow": ("localhost",)}


@contextmanager
def sector(content):
    """The address of a document with this content, and the host that was asked for it."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with listening(answers(body)) as host:
        yield f"http://localhost:{host.port}/sector.json", host


@pytest.fixture
def register(client):
    def post(uri, *redirect_uris, **changes):
        document = {
            "client_name": "Photos",
            "subject_type": "pairwise",
            "sector_identifier_uri": uri,
            "redirect_uris": list(redirect_uris),
        }
        return client.post("/register", json=document | changes)

    return post


@spec("OIDC Registration", "5")
def test_a_document_that_lists_every_redirect_uri_joins_the_client_to_its_sector(
    register, client, settings, approve
):
    with sector([HERE, THERE, "https://third.example/"]) as (uri, host):
        answers = [register(uri, HERE), register(uri, THERE), register(uri, HERE, THERE)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert host.connections == 3
    rps = [
        RelyingParty(
            client,
            settings.issuer,
            answer.json["client_id"],
            answer.json["client_secret"],
            redirect_uri=answer.json["redirect_uris"][0],
        )
        for answer in answers
    ]
    subs = {claims(approve.tokens(rp)["id_token"])["sub"] for rp in rps}
    assert len(subs) == 1
    assert subs != {approve.user.sub}


@spec("OIDC Registration", "5")
@pytest.mark.parametrize(
    "content",
    [
        [],
        [THERE],
        [HERE + "/"],
        {"redirect_uris": [HERE]},
        HERE,
        None,
        [HERE, 1],
        b"not json",
        b"",
        b"[" * 50_000,
    ],
    ids=lambda content: str(content)[:20],
)
def test_any_other_document_does_not(register, records, content):
    with sector(content) as (uri, _):
        response = register(uri, HERE)

    refused(response, 400, "invalid_client_metadata")
    assert "sector_identifier_uri" in response.json["error_description"]
    assert records.count(Client) == 0


@spec("OIDC Registration", "5")
def test_one_that_cannot_be_fetched_does_not_and_why_is_not_told(register):
    """A92. What our network looks like is nobody's business."""
    unreachable = register("http://localhost:1/sector.json", HERE)
    forbidden = register("https://127.0.0.1/sector.json", HERE)

    refused(unreachable, 400, "invalid_client_metadata")
    assert unreachable.json == forbidden.json


def test_a_broken_rule_is_told_without_asking_anybody(register):
    with sector([HERE]) as (uri, host):
        response = register(uri, HERE, client_name="")

    refused(response, 400, "invalid_client_metadata")
    assert host.connections == 0


@spec("RFC 7592", "2.2")
def test_an_update_cannot_leave_the_sector(register, client):
    with sector([HERE]) as (uri, _):
        said = register(uri, HERE).json
        headers = {"Authorization": f"Bearer {said['registration_access_token']}"}
        document = {"client_id": said["client_id"], "client_name": "Photos"}
        document |= {"subject_type": "pairwise", "sector_identifier_uri": uri}

        changed = client.put(
            f"/register/{said['client_id']}",
            json=document | {"redirect_uris": [HERE, THERE]},
            headers=headers,
        )

    refused(changed, 400, "invalid_client_metadata")


def test_the_command_asks_too(app, tmp_path):
    file = tmp_path / "client.json"
    with sector([THERE]) as (uri, _):
        document = {"client_name": "Photos", "redirect_uris": [HERE], "sector_identifier_uri": uri}
        file.write_text(json.dumps(document))
        ran = app.test_cli_runner().invoke(args=["idp", "client", "import", str(file)])

    assert ran.exit_code == 1
    assert "does not list every redirect URI" in ran.stderr


@spec("OIDC Core", "8.1")
def test_several_hosts_without_a_sector_are_refused(client):
    document = {"subject_type": "pairwise", "redirect_uris": [HERE, THERE]}

    refused(client.post("/register", json=document), 400, "invalid_client_metadata")


@spec("OIDC Core", "12.2")
@pytest.mark.parametrize(
    "change",
    [{"redirect_uris": [THERE]}, {"subject_type": "public"}],
    ids=["another host", "another kind"],
)
def test_a_token_never_names_its_user_as_another_sector_does(client, settings, approve, change):
    """A84. Nobody has to prove that a redirect URI is theirs; who moves to another client's host
    could learn by a refresh, or at UserInfo, how that one knows its users.
    """
    rp, update = self_registered(client, settings)
    tokens = approve.tokens(rp, scope="openid offline_access")
    code = approve.code(rp)

    assert update(**change).status_code == 200

    refused(rp.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    refused(rp.exchange(code), 400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 401


def test_a_change_within_the_sector_ends_nothing(client, settings, approve):
    rp, update = self_registered(client, settings)
    tokens = approve.tokens(rp, scope="openid offline_access")

    assert update(redirect_uris=[HERE, "https://app.example/other"]).status_code == 200

    refreshed = rp.refresh(tokens["refresh_token"]).json
    assert claims(refreshed["id_token"])["sub"] == claims(tokens["id_token"])["sub"]


def self_registered(client, settings):
    """A client of a sector of its own, and how it changes its registration (RFC 7592 §2.2)."""
    document = {
        "client_name": "Photos",
        "subject_type": "pairwise",
        "redirect_uris": [HERE],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    said = client.post("/register", json=document).json
    rp = RelyingParty(
        client, settings.issuer, said["client_id"], said["client_secret"], redirect_uri=HERE
    )

    def update(**change):
        return client.put(
            f"/register/{rp.client_id}",
            headers={"Authorization": f"Bearer {said['registration_access_token']}"},
            json=document | {"client_id": rp.client_id} | change,
        )

    return rp, update
