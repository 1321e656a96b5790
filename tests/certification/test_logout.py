"""Profiles "RP-Initiated", "Back-Channel" and "Front-Channel Logout"."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.certification.tester import ALGORITHMS
from tests.support.signer import signer
from tests.support.spec_matrix import spec

BACK = "/test/a/idp/post_logout_redirect"
OUT = "/test/a/idp/backchannel_logout"
FRAME = "/test/a/idp/frontchannel_logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def leaving(tester):
    """Signed in to a client that can be told and come back to."""
    tester.use_client(
        post_logout_redirect_uris=[tester.suite.url(BACK)],
        backchannel_logout_uri=tester.suite.url(OUT),
        backchannel_logout_session_required=True,
    )
    tester.suite.visits.clear()
    tester.tokens, tester.first = tester.sign_in(scope="openid")
    return tester


def leave(tester, method="GET", **parameters):
    name = "params" if method == "GET" else "data"
    sent = {name: parameters}
    tester.page = tester.browser.request(method, tester.metadata["end_session_endpoint"], **sent)
    return tester.page


def confirm(tester):
    if tester.page_name == "sign-out":
        tester.press(decision="sign-out")


def is_signed_out(tester):
    return tester.authorize(prompt="none").get("error") == "login_required"


def is_back(tester):
    return str(tester.page.url).startswith(tester.suite.url(BACK))


@spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_hint_uri_and_state_the_browser_comes_back(leaving, method):
    leave(
        leaving, method, id_token_hint=leaving.tokens["id_token"],
        post_logout_redirect_uri=leaving.suite.url(BACK), state="st/a t+e",
    )  # fmt: skip
    confirm(leaving)

    assert is_back(leaving)
    assert dict(leaving.page.url.params) == {"state": "st/a t+e"}
    assert is_signed_out(leaving)


@spec("RP-Initiated Logout", "3")
def test_without_a_state_none_comes_back(leaving):
    leave(
        leaving, id_token_hint=leaving.tokens["id_token"],
        post_logout_redirect_uri=leaving.suite.url(BACK),
    )  # fmt: skip
    confirm(leaving)

    assert is_back(leaving)
    assert not leaving.page.url.query


@spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("given", ["nothing", "only a state", "a hint and no URI"])
def test_without_a_uri_the_page_says_so(leaving, given):
    hint = {"id_token_hint": leaving.tokens["id_token"]}
    given = {"nothing": {}, "only a state": {"state": "x"}, "a hint and no URI": hint}[given]

    leave(leaving, **given)
    confirm(leaving)

    assert leaving.page_name == "signed-out"
    assert is_signed_out(leaving)


@spec("RP-Initiated Logout", "4")
@pytest.mark.parametrize(
    "wrong", ["foreign URI", "added query", "no hint", "unsigned hint", "foreign signature"]
)
def test_what_cannot_be_trusted_leads_nowhere(leaving, wrong):
    token, back = leaving.tokens["id_token"], leaving.suite.url(BACK)
    head, payload, _signature = token.split(".")
    forged = signer("RS256").sign(leaving.first | {"extra": 1})
    given = {
        "foreign URI": (token, leaving.suite.url("/elsewhere")),
        "added query": (token, back + "?foo=bar"),
        "no hint": (None, back),
        "unsigned hint": (f"{head}.{payload}.", back),
        "foreign signature": (forged, back),
    }[wrong]
    named = zip(("id_token_hint", "post_logout_redirect_uri"), given, strict=True)

    leave(leaving, state="s", **{name: value for name, value in named if value})
    assert str(leaving.page.url).startswith(leaving.provider.issuer)
    confirm(leaving)

    assert str(leaving.page.url).startswith(leaving.provider.issuer)
    assert not leaving.suite.visits_to("/elsewhere")


@spec("Back-Channel Logout", "2.5")
def test_the_client_is_told_with_a_proper_logout_token(leaving):
    leaving.provider.run_jobs()  # what other tests have left to be told
    leaving.suite.visits.clear()
    leave(leaving, id_token_hint=leaving.tokens["id_token"])
    confirm(leaving)
    leaving.provider.run_jobs()

    (visit,) = leaving.suite.visits_to(OUT)
    assert (visit.method, visit.content_type) == ("POST", "application/x-www-form-urlencoded")
    assert set(visit.form) == {"logout_token"}
    keys = leaving.http.get(leaving.metadata["jwks_uri"]).json()
    decoded = jwt.decode(
        visit.form["logout_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS
    )
    told = decoded.claims
    assert decoded.header["typ"] == "logout+jwt"
    assert decoded.header["kid"] in {key["kid"] for key in keys["keys"]}
    assert told["iss"] == leaving.provider.issuer
    assert told["aud"] in (leaving.client["client_id"], [leaving.client["client_id"]])
    assert abs(told["iat"] - time.time()) < 60
    assert told["exp"] > told["iat"]
    assert told["jti"]
    assert told["events"] == {EVENT: {}}
    assert (told["sub"], told["sid"]) == (leaving.first["sub"], leaving.first["sid"])
    assert "nonce" not in told


@spec("Front-Channel Logout", "3")
def test_the_client_is_told_in_a_frame(dynamic):
    made = dynamic.register(
        frontchannel_logout_uri=dynamic.suite.url(FRAME) + "?own=1",
        frontchannel_logout_session_required=True,
        post_logout_redirect_uris=[dynamic.suite.url(BACK)],
    )
    assert made.status_code == 201, made.text
    tokens, claims = dynamic.sign_in()

    leave(
        dynamic, id_token_hint=tokens["id_token"],
        post_logout_redirect_uri=dynamic.suite.url(BACK), state="s",
    )  # fmt: skip
    confirm(dynamic)

    frame = dynamic.soup.select_one("iframe")
    shown = dynamic.http.get(str(frame["src"])).request.url
    assert shown.path == FRAME
    assert dict(shown.params) == {
        "own": "1", "iss": dynamic.provider.issuer, "sid": claims["sid"],
    }  # fmt: skip
    on = dynamic.soup.select_one("a[data-continue]")
    assert on["href"] == dynamic.suite.url(BACK) + "?state=s"
    assert dynamic.metadata["frontchannel_logout_supported"] is True
    assert dynamic.metadata["frontchannel_logout_session_supported"] is True


@spec("Back-Channel Logout", "2.1")
def test_discovery_offers_both_kinds_of_notice(tester):
    assert tester.metadata["backchannel_logout_supported"] is True
    assert tester.metadata["backchannel_logout_session_supported"] is True
