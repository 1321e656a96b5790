"""Who is signed in and has allowed the app is answered before Flask is, with what the view says."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from idp.extensions import db
from idp.models import AuditEvent, AuthorizationCode
from idp.web import request_cycle, single_sign_on_door
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer

VARYING = {"Location", "Date"}


@pytest.fixture
def rp(a):
    return a.client()


@pytest.fixture
def signed_in(a, browser, rp):
    a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    return browser


def ask(signed_in, rp, *, headers=None, **parameters):
    url = urlsplit(rp.authorization_url(**parameters))
    target = {"base_url": rp.issuer, "query_string": url.query, "headers": headers}
    return signed_in.client.get(url.path, **target)


def told(response):
    named = {pair for pair in response.headers if pair[0] not in VARYING}
    led = urlsplit(response.headers["Location"])
    return response.status_code, named, led[:3], answer(response.headers["Location"]).keys()


def written(app):
    """Codes, and events of codes by their actors."""
    with app.app_context():
        kept = select(AuditEvent.actor, AuditEvent.sid, AuditEvent.details).where(
            AuditEvent.type == "code_issued"
        )
        codes = db.session.scalar(select(func.count()).select_from(AuthorizationCode))
        return codes, [tuple(row)[:2] for row in db.session.execute(kept)]


def test_the_door_says_and_writes_what_the_view_does(app, signed_in, rp, came_to_flask):
    came_to_flask.clear()

    at_the_door = ask(signed_in, rp)
    came_through = len(came_to_flask)
    by_the_view = ask(signed_in, rp, headers={"Host": "IDP.example"})

    assert told(at_the_door) == told(by_the_view)
    assert len(at_the_door.data) == len(by_the_view.data)
    assert (came_through, len(came_to_flask)) == (0, 1)
    codes, events = written(app)
    assert codes == 3
    assert events[-1] == events[-2]
    assert events[-1][0].startswith("user:")


UNUSUAL = {
    "a page is due": ({"prompt": "consent"}, 303),
    "proofs are to be given again": ({"prompt": "login"}, 303),
    "an account is to be chosen": ({"prompt": "select_account"}, 303),
    "more than was allowed": ({"scope": "openid phone"}, 303),
    "a refusal to the app": ({"prompt": "none login"}, 303),
    "a refusal to the person": ({"redirect_uri": "https://elsewhere.example"}, 400),
    "a form": ({"response_mode": "form_post"}, 200),
    "a request object": ({"request": "e30.e30."}, 303),
}


@pytest.mark.parametrize(("asked", "status"), UNUSUAL.values(), ids=UNUSUAL)
def test_whatever_needs_more_is_for_the_view(
    app, signed_in, rp, came_to_flask, clock, asked, status
):
    clock.advance(minutes=1)
    came_to_flask.clear()

    answered = ask(signed_in, rp, **asked)

    assert (answered.status_code, len(came_to_flask)) == (status, 1)
    assert written(app)[0] == (2 if "form_post" in asked.values() else 1)


def test_a_session_that_is_over_opens_nothing(app, signed_in, rp, came_to_flask, clock):
    clock.advance(days=31)
    came_to_flask.clear()

    answered = ask(signed_in, rp)

    assert "/interaction/" in answered.headers["Location"]
    assert (len(came_to_flask), written(app)[0]) == (1, 1)


def test_a_cookie_that_came_twice_is_not_believed(app, signed_in, rp):
    cookie = signed_in.client.get_cookie("__Host-session", domain="idp.example").value
    twice = f"__Host-session={cookie}; __Host-session={cookie}"

    query = urlsplit(rp.authorization_url()).query
    stranger = app.test_client(use_cookies=False)

    answered = stranger.get(
        "/authorize", base_url=rp.issuer, query_string=query, headers={"Cookie": twice}
    )

    assert answered.status_code == 400
    assert written(app)[0] == 1


def test_what_cannot_be_committed_is_not_answered(app, signed_in, rp, monkeypatch):
    def fail():
        raise OperationalError("COMMIT", None, Exception("the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(request_cycle, "commit", fail)
        answered = ask(signed_in, rp)

    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "5")
    assert written(app)[0] == 1


def test_a_bug_is_told_by_a_reference_and_undoes_everything(app, signed_in, rp, monkeypatch):
    def stumble(_meeting):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(single_sign_on_door.single_sign_on, "answer", stumble)
        answered = ask(signed_in, rp)

    assert answered.status_code == 500
    assert answered.headers["X-Request-Reference"]
    assert written(app)[0] == 1
