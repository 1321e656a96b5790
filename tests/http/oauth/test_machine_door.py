"""Programs are answered before Flask is, and told what the views would tell them."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from idp.extensions import db
from idp.models import TokenFamily
from idp.web import cross_origin, request_cycle
from idp.web.misdirected import FORM

VARYING = {"Date", "X-Request-Reference", "Content-Length"}


def told(response):
    """Everything a program can see that does not differ from moment to moment."""
    named = {(name.lower(), value) for name, value in response.headers if name not in VARYING}
    return response.status_code, named, response.get_json()


ASKED = {
    "userinfo": ("GET", "/userinfo", "bearer", {}),
    "userinfo by post": ("POST", "/userinfo", "bearer", {}),
    "userinfo with nothing": ("GET", "/userinfo", "none", {}),
    "userinfo with a wrong token": ("GET", "/userinfo", "wrong", {}),
    "introspection": ("POST", "/introspect", "basic", {"token": "access_token"}),
    "introspection by nobody": ("POST", "/introspect", "none", {"token": "access_token"}),
    "an unknown grant": ("POST", "/token", "basic", {"grant_type": "telepathy"}),
    "an unknown code": ("POST", "/token", "basic", {"grant_type": "authorization_code"}),
    "a revocation of nothing": ("POST", "/revoke", "basic", {"token": "unknown"}),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_the_door_says_what_the_view_says(rp, approve, came_to_flask, asked):
    method, path, proof, fields = asked
    tokens = approve.tokens(rp)
    headers = {
        "bearer": {"Authorization": f"Bearer {tokens['access_token']}"},
        "wrong": {"Authorization": "Bearer wrong"},
        "basic": rp.basic(),
        "none": {},
    }[proof]
    data = {name: tokens.get(value, value) for name, value in fields.items()}
    send = {"method": method, "data": data if method == "POST" else None, "headers": headers}
    came_to_flask.clear()

    at_the_door = rp.client.open(path, base_url=rp.issuer, **send)
    came_through = len(came_to_flask)
    rp.client.set_cookie("a", "cookie", domain="idp.example")
    by_the_view = rp.client.open(path, base_url=rp.issuer, **send)

    assert told(at_the_door) == told(by_the_view)
    assert (came_through, len(came_to_flask)) == (0, 1)
    assert ("X-Request-Reference" in at_the_door.headers) is (at_the_door.status_code >= 400)


UNUSUAL = {
    "a query": {"query_string": "a=b"},
    "another host": {"base_url": "https://elsewhere.example"},
    "no form": {"content_type": "application/json", "data": "{}"},
    "no length": {"environ_overrides": {"CONTENT_LENGTH": "many"}},
    "more than was announced": {"environ_overrides": {"CONTENT_LENGTH": "9999"}},
    "pieces": {"environ_overrides": {"HTTP_TRANSFER_ENCODING": "chunked"}},
    "too many fields": {"data": "&".join(f"a{number}=b" for number in range(101))},
    "another method": {"method": "PUT"},
}


@pytest.mark.parametrize("unusual", UNUSUAL.values(), ids=UNUSUAL)
def test_whatever_is_unusual_is_for_the_views(rp, came_to_flask, unusual):
    usual = {
        "method": "POST",
        "data": "grant_type=telepathy",
        "content_type": FORM,
        "headers": rp.basic(),
        "base_url": rp.issuer,
    }

    answer = rp.client.open("/token", **(usual | unusual))

    assert answer.status_code in {400, 405, 411}
    assert len(came_to_flask) == 1


def test_what_cannot_be_committed_is_not_answered(app, rp, approve, monkeypatch):
    code = approve.code(rp)

    def fail():
        raise OperationalError("COMMIT", None, Exception("the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(request_cycle, "commit", fail)
        answer = rp.exchange(code)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json() == {"error": "temporarily_unavailable"}
    assert rp.exchange(code).status_code == 200, "the code was not spent"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TokenFamily)) == 1


def test_a_bug_is_told_by_a_reference_and_undoes_everything(rp, approve, monkeypatch):
    code = approve.code(rp)

    def stumble(_headers):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(cross_origin, "readable", stumble)
        answer = rp.exchange(code)

    assert answer.status_code == 500
    assert json.loads(answer.data) == {"error": "server_error"}
    assert answer.headers["X-Request-Reference"]
    assert rp.exchange(code).status_code == 200


def test_even_if_nobody_can_say_what_went_wrong_it_is_undone(app, rp, approve, monkeypatch):
    code = approve.code(rp)

    def fail():
        raise OperationalError("COMMIT", None, Exception("the disk is full"))

    def stumble(_error):
        raise RuntimeError("no page for it")

    with monkeypatch.context() as broken:
        broken.setattr(request_cycle, "commit", fail)
        broken.setattr(app, "handle_user_exception", stumble)
        with pytest.raises(RuntimeError, match="no page for it"):
            rp.exchange(code)

    with app.app_context():
        assert db.engine.pool.checkedout() == 0
    assert rp.exchange(code).status_code == 200
