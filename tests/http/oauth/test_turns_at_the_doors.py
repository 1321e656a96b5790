"""Requests at the doors take turns at SQLite, and one sync is for all: decision 0037."""

import errno
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp import metrics, outbound
from idp.database import durability, turns
from idp.outbound import OutboundRefused, Reason
from tests.http.oauth.test_rfc7523_client_assertion import OURS, claims, present
from tests.support.databases import EngineKind

PATIENCE = 10


@pytest.fixture
def engine_kind():
    return EngineKind.SQLITE


@pytest.fixture
def counted(monkeypatch):
    """The status of each answer that the metrics have heard of."""
    seen = []
    count = metrics.observe_request

    def note(endpoint, method, status, seconds):
        seen.append(status)
        count(endpoint, method, status, seconds)

    monkeypatch.setattr(metrics, "observe_request", note)
    return seen


def fail(_file):
    raise OSError(errno.EIO, "Input/output error")


def test_what_is_not_sure_to_be_on_the_disk_is_not_answered(
    rp, approve, came_to_flask, counted, monkeypatch
):
    code = approve.code(rp)
    with monkeypatch.context() as broken:
        broken.setattr(durability.os, "fdatasync", fail)
        answer = rp.exchange(code)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json() == {"error": "temporarily_unavailable"}
    assert answer.headers["X-Request-Reference"]
    assert came_to_flask == []
    assert counted == [503]


def test_nobody_waits_for_the_keys_of_somebody_elses_client(a, rp, approve, monkeypatch):
    """A turn is for what the database can answer at once."""
    signs = {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://keys.example/jwks",
    }
    other, code = a.client(**signs), approve.code(rp)
    is_asked, may_answer = threading.Event(), threading.Event()

    def fetch_json(*_, **__):
        is_asked.set()
        assert may_answer.wait(PATIENCE)
        raise OutboundRefused(Reason.ADDRESS)

    monkeypatch.setattr(outbound, "fetch_json", fetch_json)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", PATIENCE)
    with ThreadPoolExecutor(2) as pool:
        token = OURS.sign(claims(other))
        waits = pool.submit(present, other, token, grant_type="authorization_code", code="any")
        assert is_asked.wait(PATIENCE)
        told = pool.submit(rp.exchange, code).result(PATIENCE / 2)
        may_answer.set()

    assert told.status_code == 200
    assert waits.result().status_code == 401
