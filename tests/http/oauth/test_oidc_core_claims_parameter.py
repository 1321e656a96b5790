"""The claims parameter: a well-formed one never fails, and what it asks for is told where it is
asked for, of the right user, after consent.
"""

import json

import pytest

from tests.http.oauth.conftest import Approver, error_of
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer
from tests.support.relying_party import claims as claims_of
from tests.support.spec_matrix import spec

NAMES = ("given_name", "nickname", "gender", "email", "email_verified", "made_up")

WELL_FORMED = [
    "{}",
    '{"userinfo":null,"id_token":null}',
    '{"userinfo":{"name":null,"email":{"essential":true}},"id_token":{"auth_time":{"essential":true}}}',
    '{"id_token":{"acr":null}}',
    '{"id_token":{"acr":{"values":[]}}}',
    '{"id_token":{"sub":{"value":"248289761001"}}}',
    '{"id_token":{"x":{"values":[1,2.5,null,true,{"a":1}]}}}',
    '{"userinfo":{"https://claims.example/role":{"value":1}}}',
    '{"somewhere_else":{"x":1}}',
    '{"id_token":{"acr":{"essential":false,"value":"2"}}}',
    '{"userinfo":{"nom\\u00e9":null}}',
]

MALFORMED = [
    "x",
    "[]",
    '"x"',
    "1",
    "null",
    "{",
    '{"id_token":[]}',
    '{"id_token":"acr"}',
    '{"id_token":{"acr":"2"}}',
    '{"id_token":{"acr":1}}',
    '{"id_token":{"acr":[]}}',
    '{"id_token":{"acr":{"essential":"true"}}}',
    '{"id_token":{"acr":{"values":"2"}}}',
    '{"id_token":{"acr":{"values":[2]}}}',
    '{"id_token":{"acr":{"value":["2"]}}}',
    '{"userinfo":{"name":true}}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":' + "9" * 5_000 + "}",
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '{"a":{"b":{"c":{"d":{"e":{}}}}}}',
    "[" * 2_000,
    '{"a":' * 300 + "1" + "}" * 300,
]


@spec("OIDC Core", "5.5")
def test_a_well_formed_one_never_fails(rp):
    assert [
        claims for claims in WELL_FORMED if error_of(rp, claims=claims) != "login_required"
    ] == []


@spec("OIDC Core", "5.5")
def test_a_malformed_one_is_an_invalid_request(rp):
    assert [
        claims for claims in MALFORMED if error_of(rp, claims=claims) != "invalid_request"
    ] == []


def test_one_beyond_8_kib_is_refused(rp):
    form = "application/x-www-form-urlencoded"
    data = rp.parameters(prompt="none", claims='{"a":"' + "x" * 8_192 + '"}')

    response = rp.client.post("/authorize", data=data, content_type=form)

    assert "error=invalid_request" in response.headers["Location"]


# --- what is told --------------------------------------------------------------------------------

ABOUT_ANN = {
    "given_name": "Ann",
    "nickname": "annie",
    "locale": "fr",
    "phone_number": "+41441234567",
}


@pytest.fixture
def approve(app, a):
    return Approver(app, a.user(**ABOUT_ANN))


def told(rp, approve, **changes):
    """The claims about Ann in the ID token and from UserInfo, without `sub`."""
    tokens = approve.tokens(rp, **changes)
    answers = (claims_of(tokens["id_token"]), rp.userinfo(tokens["access_token"]).json)
    return [{name: one[name] for name in NAMES if name in one} for one in answers]


def asking(**places):
    return json.dumps(places)


@spec("OIDC Core", "5.5")
@spec("OIDC Core", "5.5.1")
def test_each_claim_is_told_only_where_it_was_asked_for(rp, approve):
    wanted = asking(
        id_token={"given_name": None, "made_up": None, "gender": {"essential": True}},
        userinfo={"nickname": {"essential": True}, "email": None},
    )

    in_token, from_userinfo = told(rp, approve, claims=wanted)

    assert in_token == {"given_name": "Ann"}
    assert from_userinfo == {"nickname": "annie", "email": "ann@example.com"}


@spec("OIDC Core", "5.4")
def test_claims_add_to_those_of_the_scopes(rp, approve):
    wanted = asking(id_token={"email": None})

    in_token, from_userinfo = told(rp, approve, scope="openid email", claims=wanted)

    assert in_token == {"email": "ann@example.com"}
    assert from_userinfo == {"email": "ann@example.com", "email_verified": True}


@spec("OIDC Core", "5.5.1")
@pytest.mark.parametrize(
    ("request_", "is_told"),
    [
        ({"value": "annie"}, True),
        ({"values": ["bob", "annie"]}, True),
        ({"value": "bob"}, False),
        ({"values": [True, None, {"a": 1}]}, False),
        ({"values": []}, True),
        ({"essential": True, "unknown_member": 1}, True),
    ],
)
def test_a_value_asked_for_is_confirmed_or_nothing_is_told(rp, approve, request_, is_told):
    in_token, from_userinfo = told(rp, approve, claims=asking(id_token={"nickname": request_}))

    assert in_token == ({"nickname": "annie"} if is_told else {})
    assert from_userinfo == {}


@spec("OIDC Core", "5.5.1")
def test_true_is_not_one(rp, approve):
    wanted = asking(userinfo={"email_verified": {"value": 1}})

    assert told(rp, approve, claims=wanted) == [{}, {}]


@spec("OIDC Core", "5.5.2")
def test_no_claim_is_known_in_a_language_of_its_own(rp, approve):
    wanted = asking(userinfo=dict.fromkeys(["given_name#fr", "nickname", "sub#fr"]))

    userinfo = rp.userinfo(
        approve.tokens(rp, claims=wanted, claims_locales="fr de")["access_token"]
    ).json

    assert userinfo == {"sub": approve.user.sub, "nickname": "annie"}


@spec("OIDC Core", "5.5")
def test_no_protocol_claim_can_be_asked_for(rp, approve):
    names = ["iss", "aud", "exp", "azp", "amr", "acr", "is_admin", "password"]
    wanted = asking(
        id_token={key: {"value": "forged"} for key in names}, userinfo=dict.fromkeys(names)
    )
    tokens = approve.tokens(rp, claims=wanted)

    assert "forged" not in claims_of(tokens["id_token"]).values()
    assert rp.userinfo(tokens["access_token"]).json == {"sub": approve.user.sub}


def test_a_client_is_told_nothing_that_its_scopes_could_not_tell(a, approve):
    narrow = a.client(scope="openid profile")
    wanted = asking(userinfo={"email": None, "nickname": None})

    assert told(narrow, approve, claims=wanted) == [{}, {"nickname": "annie"}]


@spec("OIDC Core", "12.2")
def test_a_refresh_tells_what_the_authorization_did(rp, approve):
    wanted = asking(id_token={"nickname": None}, userinfo={"given_name": None})
    first = approve.tokens(rp, scope="openid offline_access", claims=wanted)

    again = rp.refresh(first["refresh_token"]).json

    assert claims_of(again["id_token"])["nickname"] == "annie"
    assert rp.userinfo(again["access_token"]).json == {
        "sub": approve.user.sub,
        "given_name": "Ann",
    }


# --- whose answer --------------------------------------------------------------------------------


@pytest.fixture
def signed_in(a, browser, rp):
    """A browser that has been here before; and who was."""
    user = a.user()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD).press("Allow")
    return user


@spec("OIDC Core", "3.1.2.2")
@pytest.mark.parametrize("member", ["id_token", "userinfo"])
def test_only_the_user_asked_for_is_answered_for(browser, rp, signed_in, member):
    def silently(sub):
        url = rp.authorization_url(prompt="none", claims=asking(**{member: {"sub": sub}}))
        return answer(browser.open(url).left_for)

    assert "code" in silently({"value": signed_in.sub})
    assert "code" in silently({"values": ["somebody", signed_in.sub]})
    assert "code" in silently(None)
    assert silently({"value": "somebody"})["error"] == "login_required"
    assert silently({"value": 7})["error"] == "login_required"


@spec("OIDC Core", "3.1.2.2")
def test_a_hint_and_a_requested_sub_must_name_one_user(browser, rp, signed_in):
    url = rp.authorization_url()
    hint = rp.exchange(answer(browser.open(url).left_for)["code"]).json["id_token"]
    wanted = asking(id_token={"sub": {"value": "somebody"}})

    browser.open(rp.authorization_url(prompt="none", id_token_hint=hint, claims=wanted))

    assert answer(browser.left_for)["error"] == "login_required"


# --- consent -------------------------------------------------------------------------------------


@spec("OIDC Core", "3.1.2.4")
def test_a_claim_beyond_the_scopes_is_asked_once_in_plain_words(browser, rp, signed_in):
    wanted = asking(userinfo={"email": None, "nickname": None, "gender#fr": None, "unknown": None})
    url = rp.authorization_url(claims=wanted)
    silent = rp.authorization_url(claims=wanted, prompt="none")
    assert answer(browser.open(silent).left_for)["error"] == "consent_required"

    browser.open(url)
    assert browser.page == "consent"
    assert f"See your email address {EMAIL}" in browser.text
    assert "See your nickname" in browser.text
    assert "gender" not in browser.text
    assert "unknown" not in browser.text
    browser.press("Allow")
    tokens = rp.exchange(answer(browser.left_for)["code"]).json
    assert rp.userinfo(tokens["access_token"]).json["email"] == EMAIL

    assert "code" in answer(browser.open(silent).left_for)
    more = rp.authorization_url(claims=asking(id_token={"gender": None}), prompt="none")
    assert answer(browser.open(more).left_for)["error"] == "consent_required"


def test_a_claim_of_a_granted_scope_is_not_asked_about_twice(browser, rp, signed_in):
    url = rp.authorization_url(scope="openid email", claims=asking(id_token={"email": None}))

    browser.open(url)

    assert browser.text.count("See your email") == 1
