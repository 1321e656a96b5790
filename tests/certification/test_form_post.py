"""Profile "Form Post": the response comes as a form that posts itself."""

import pytest

from tests.certification.suite import Suite
from tests.certification.tester import grant_types
from tests.support.spec_matrix import spec

POSTED = {"response_mode": "form_post"}
FRONT = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"]


def last_visit(suite: Suite):
    return suite.visits[-1]


@spec("OIDC Form Post", "2")
def test_a_code_is_posted(tester):
    tokens, claims = tester.sign_in(**POSTED)

    visit = last_visit(tester.suite)
    assert (visit.method, visit.content_type) == ("POST", "application/x-www-form-urlencoded")
    assert visit.query == ""
    assert set(visit.form) == {"code", "state", "iss"}
    assert tester.userinfo(tokens["access_token"]).json()["sub"] == claims["sub"]


@spec("OIDC Form Post", "2")
def test_an_error_is_posted_too(tester):
    answer = tester.authorize(prompt="none", **POSTED)

    assert last_visit(tester.suite).method == "POST"
    assert answer["error"] == "login_required"


@spec("OIDC Form Post", "2")
def test_a_state_of_any_signs_arrives_as_it_was_sent(tester):
    state = """a"b'c<d>&e%20f+g h=é;"""

    assert tester.authorize(state=state, **POSTED)["state"] == state


@spec("OIDC Form Post", "2")
@pytest.mark.parametrize("response_type", FRONT)
def test_what_would_stand_in_the_fragment_is_posted(dynamic, response_type):
    dynamic.register(response_types=[response_type], grant_types=grant_types(response_type))

    answer = dynamic.authorize(response_type=response_type, **POSTED)

    assert last_visit(dynamic.suite).method == "POST"
    assert last_visit(dynamic.suite).query == ""
    for kind in response_type.split():
        assert answer[{"token": "access_token"}.get(kind, kind)]
