"""What is answered from memory is what the views would answer."""

import pytest

from idp import cache
from idp.extensions import db, transaction
from idp.signing import jwks, keystore, rotation
from tests.support import provider
from tests.support.statements import recorded

DISCOVERY = "/.well-known/openid-configuration"
DOCUMENTS = (DISCOVERY, "/.well-known/oauth-authorization-server", "/jwks")


@pytest.fixture
def seconds(monkeypatch):
    """The monotonic clock, standing still until it is moved."""
    passed = [1000.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: passed[0])
    return passed


def headers_of(answer):
    return sorted((name, value) for name, value in answer.headers if name != "Date")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_second_answer_is_the_first_one(client, path):
    first, second = client.get(path), client.get(path)

    assert (second.status_code, second.data) == (200, first.data)
    assert headers_of(second) == headers_of(first)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_whoever_knows_it_is_told_so_in_the_same_words(client, path, seconds):
    etag = client.get(path).headers["ETag"]
    kept = client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
    seconds[0] += 1
    made = client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})

    assert (kept.status_code, kept.data) == (made.status_code, made.data) == (304, b"")
    assert headers_of(kept) == headers_of(made)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def kids(client):
    return {key["kid"] for key in client.get("/jwks").json["keys"]}


def test_a_change_of_this_process_is_told_at_once(app, client):
    before = kids(client)

    with app.app_context(), transaction():
        new = rotation.rotate_at_once("ES256")

    assert kids(client) == before | {new}


def test_a_change_of_another_process_is_told_within_a_second(settings, client, seconds):
    before = kids(client)
    other = provider.build(settings)
    with other.app_context(), transaction():
        new = rotation.rotate_at_once("ES256")
    provider.dispose(other)

    assert kids(client) == before
    seconds[0] += 1
    assert kids(client) == before | {new}


def test_a_key_that_has_retired_meanwhile_is_not_told(app, client, clock):
    with app.app_context(), transaction():
        old = keystore.active("ES256").kid
        new = rotation.rotate_at_once("ES256")
    assert {old, new} <= kids(client)

    clock.advance(days=400)

    assert {old, new} & kids(client) == {new}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_is_not_the_plain_request_is_left_to_the_views(client, path):
    length = client.get(path).headers["Content-Length"]

    assert client.get(path, headers={"Host": "elsewhere.example"}).status_code == 400
    assert client.post(path).status_code == 405
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", length)
    assert client.get(f"{path}?%00").status_code == 400


def test_a_refusal_is_not_kept(client):
    assert client.get(DISCOVERY, headers={"Host": "elsewhere.example"}).status_code == 400

    assert client.get(DISCOVERY, headers={"Host": "elsewhere.example"}).status_code == 400
    assert client.get(DISCOVERY).status_code == 200


def test_it_asks_the_database_nothing_and_is_counted(app, client):
    client.get(DISCOVERY)
    with app.app_context():
        engine = db.engine
    counted = 'idp_requests_total{endpoint="well_known.discovery",method="GET",status="200"}'

    def count():
        lines = client.get("/metrics").get_data(as_text=True).splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(counted))

    before = count()
    with recorded(engine) as record:
        client.get(DISCOVERY)
    assert record.statements == []
    assert count() == before + 1


def test_what_changes_while_it_is_answered_is_told_next(settings, client, seconds, monkeypatch):
    """The answer is of before; what this process has learnt meanwhile must not vouch for it."""
    other, made = provider.build(settings), jwks.document

    def interrupted():
        found = made()
        with other.app_context(), transaction():
            rotation.rotate_at_once("ES256")
        seconds[0] += 1
        keystore.current()
        return found

    with monkeypatch.context() as once:
        once.setattr(jwks, "document", interrupted)
        before = kids(client)
    provider.dispose(other)

    assert len(kids(client) - before) == 1
