"""Request objects: what the client has signed wins, and what is unsound goes nowhere else."""

import json
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from idp import clock as the_clock
from tests.support.databases import EngineKind
from tests.support.relying_party import answer
from tests.support.signer import segment, signer
from tests.support.spec_matrix import spec

OURS, THIEF = signer(kid="ES256"), signer(kid="ES256", number=1)
RSA = signer("RS256", kid="RS256")
JWKS = {"keys": [signer(alg, kid=alg).jwk for alg in ("RS256", "ES256", "EdDSA")]}
FIRST, SECOND = "https://app.example/callback", "https://app.example/other"


@pytest.fixture
def rp(a):
    return a.client(jwks=JWKS, redirect_uris=[FIRST, SECOND])


def moment(seconds=0):
    return int(the_clock.now().timestamp()) + seconds


def inside(rp, **changes):
    """What a good library puts into the object; a member set to None is left out."""
    members = rp.parameters(iss=rp.client_id, aud=rp.issuer, exp=moment(60), nbf=moment())
    return {name: value for name, value in (members | changes).items() if value is not None}


def outside(rp, token, **more):
    """What OpenID Connect wants to stand beside it (Core §6.1)."""
    needed = {"client_id": rp.client_id, "response_type": "code", "scope": "openid"}
    return {name: v for name, v in (needed | {"request": token} | more).items() if v is not None}


def asked(rp, token, **more):
    return rp.client.get("/authorize?" + urlencode(outside(rp, token, **more)))


def told(rp, token, **more):
    """Where the answer went, and the error in it."""
    response = asked(rp, token, **more)
    assert response.status_code == 303, response.text
    location = response.headers["Location"]
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", answer(location)["error"]


def is_shown(response):
    return response.status_code == 400 and "Location" not in response.headers


@pytest.fixture
def understood(app):
    """`understood(rp, token, **outer)`: the request as the provider understood it."""
    from idp.oauth import server

    def accept(rp, token, **more):
        with app.app_context():
            return server.accept(list(outside(rp, token, **more).items()))

    return accept


@spec("RFC 9101", "6.3")
@spec("OIDC Core", "6.1")
def test_a_whole_request_comes_out_of_the_object(rp, understood):
    wanted = inside(rp, max_age=60, claims={"id_token": {"acr": {"value": "2"}}}, prompt="login")

    request = understood(rp, OURS.sign(wanted, typ="oauth-authz-req+jwt"))

    assert (request.redirect_uri, request.state) == (FIRST, wanted["state"])
    assert (request.nonce, request.code_challenge) == (wanted["nonce"], wanted["code_challenge"])
    assert (request.max_age, request.prompt) == (60, {"login"})
    assert request.voluntary_acr == ("2",)


@spec("OIDC Core", "6.1")
def test_what_stands_inside_wins(rp, understood):
    beside = {"redirect_uri": SECOND, "state": "outer", "nonce": "outer", "max_age": "5"}

    request = understood(rp, OURS.sign(inside(rp, max_age="60")), **beside)

    assert request.redirect_uri == FIRST
    assert "outer" not in {request.state, request.nonce}
    assert request.max_age == 60


@spec("OIDC Core", "6.1")
def test_another_response_type_beside_it_is_refused(rp):
    by_token = {"response_type": "id_token"}

    assert told(rp, OURS.sign(inside(rp)), **by_token) == (FIRST, "invalid_request_object")


@spec("RFC 9101", "6.3")
def test_an_unsound_object_is_what_the_developer_is_shown_not_the_address_in_it(rp):
    for token in ("abc", THIEF.sign(inside(rp, redirect_uri=None))):
        shown = asked(rp, token)

        assert is_shown(shown)
        assert "invalid_request_object" in shown.text
        assert "redirect_uri, or several" not in shown.text


@spec("OIDC Core", "6.1")
def test_what_stands_only_beside_it_is_heard(rp, understood):
    parameters = rp.parameters()
    token = OURS.sign({"nonce": "inner"})

    request = understood(rp, token, **parameters)

    assert (request.nonce, request.state) == ("inner", parameters["state"])


@spec("OIDC Core", "6.1")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_every_offered_algorithm_works(rp, understood, alg):
    by = signer(alg, kid="RS256" if alg == "PS256" else alg)

    assert understood(rp, by.sign(inside(rp))).redirect_uri == FIRST


@spec("OIDC Core", "6.1")
def test_the_registered_algorithm_is_the_only_one(a):
    pinned = a.client(jwks=JWKS, request_object_signing_alg="RS256")

    assert told(pinned, RSA.sign(inside(pinned, prompt="none")))[1] == "login_required"
    assert told(pinned, OURS.sign(inside(pinned)))[1] == "invalid_request_object"


@spec("RFC 9101", "4")
def test_good_variants_are_accepted(rp, understood):
    good = {
        "no registered claims": inside(rp, iss=None, aud=None, exp=None, nbf=None, client_id=None),
        "client_id": inside(rp, client_id=rp.client_id),
        "aud in a list": inside(rp, aud=["https://other.example", rp.issuer]),
        "nbf 8 s ahead": inside(rp, nbf=moment(8)),
        "fractions": inside(rp, exp=moment() + 0.5),
        "unknown members": inside(rp, foo=1, bar=None, baz={"a": []}),
        "claims as text": inside(rp, claims='{"userinfo":{}}'),
        "max_age as text": inside(rp, max_age="5"),
        "an empty state": inside(rp, state=""),
    }
    for name, claims in good.items():
        assert understood(rp, OURS.sign(claims)).redirect_uri == FIRST, name
    for typ in ("JWT", "jwt", "oauth-authz-req+jwt", "application/OAuth-Authz-Req+JWT", None):
        assert understood(rp, OURS.sign(inside(rp), typ=typ)).redirect_uri == FIRST, typ


@spec("RFC 8707", "2.1")
def test_several_resources_stand_in_a_list(a, understood):
    resources = ("https://one.example", "https://two.example")
    rp = a.client(jwks=JWKS, resources=resources)

    both = understood(rp, OURS.sign(inside(rp, resource=list(resources))))
    one = understood(rp, OURS.sign(inside(rp, resource=resources[0])))

    assert (both.resource, one.resource) == (resources, resources[:1])


@spec("RFC 9101", "4")
@spec("RFC 9101", "5")
@spec("RFC 9101", "7")
@spec("RFC 7519", "4.1.4")
@spec("RFC 7519", "4.1.5")
def test_an_unsound_object_is_told_to_the_client(rp, a):
    other = a.client().client_id
    bad = {
        "another client": OURS.sign(inside(rp, client_id=other)),
        "client_id is a list": OURS.sign(inside(rp, client_id=[rp.client_id])),
        "another iss": OURS.sign(inside(rp, iss=other)),
        "another aud": OURS.sign(inside(rp, aud="https://other.example")),
        "empty aud": OURS.sign(inside(rp, aud=[])),
        "aud is a number": OURS.sign(inside(rp, aud=1)),
        "expired": OURS.sign(inside(rp, exp=moment())),
        "exp is text": OURS.sign(inside(rp, exp="soon")),
        "exp is true": OURS.sign(inside(rp, exp=True)),
        "nbf 61 s ahead": OURS.sign(inside(rp, nbf=moment(61))),
        "nbf is a list": OURS.sign(inside(rp, nbf=[1])),
        "an object inside": OURS.sign(inside(rp, request="x.y.z")),
        "a reference inside": OURS.sign(inside(rp, request_uri="https://app.example/r")),
        "scope is a list": OURS.sign(inside(rp, scope=["openid"])),
        "response_type is a number": OURS.sign(inside(rp, response_type=1)),
        "nonce is a number": OURS.sign(inside(rp, nonce=7)),
        "max_age is true": OURS.sign(inside(rp, max_age=True)),
        "max_age is a fraction": OURS.sign(inside(rp, max_age=1.5)),
        "claims is a list": OURS.sign(inside(rp, claims=[])),
        "resource of mixed kinds": OURS.sign(inside(rp, resource=["https://a.example", 1])),
        "prompt is an object": OURS.sign(inside(rp, prompt={"login": 1})),
    }
    for name, token in bad.items():
        assert told(rp, token) == (FIRST, "invalid_request_object"), name


@spec("RFC 9101", "6.2")
@spec("RFC 9101", "10.8")
def test_an_object_that_the_client_has_not_signed_so_is_refused(rp):
    """A90."""
    claims = inside(rp)
    head, payload, signature = OURS.sign(claims).split(".")
    bad = {
        "another key": THIEF.sign(claims),
        "a brought key": THIEF.sign(claims, jwk=THIEF.jwk, kid=None),
        "another payload": f"{head}.{segment(json.dumps(inside(rp, scope='x')))}.{signature}",
        "none": segment(json.dumps({"alg": "none"})) + f".{payload}.",
        "none with a signature": segment(json.dumps({"alg": "none"})) + f".{payload}.{signature}",
        "HS256": segment(json.dumps({"alg": "HS256"})) + f".{payload}.{signature}",
        "crit": OURS.sign(claims, crit=["exp"]),
        "b64": OURS.sign(claims, b64=False),
        "zip": OURS.sign(claims, zip="DEF"),
        "encrypted": OURS.sign(claims, enc="A256GCM"),
        "an ID token": OURS.sign(claims, typ="id_token+jwt"),
        "an access token": OURS.sign(claims, typ="at+jwt"),
        "a DPoP proof": OURS.sign(claims, typ="dpop+jwt"),
        "a client assertion": OURS.sign(claims, typ="client-authentication+jwt"),
        "five parts": "e30.e30.e30.e30.e30",
        "no JWT": "request",
        "nested": OURS.sign_raw('{"alg":"ES256"}', "[" * 3_000),
        "NaN": OURS.sign_raw('{"alg":"ES256"}', '{"exp":NaN}'),
        "names twice": OURS.sign_raw('{"alg":"ES256"}', '{"nonce":"a","nonce":"b"}'),
    }
    for name, token in bad.items():
        assert told(rp, token, redirect_uri=FIRST) == (FIRST, "invalid_request_object"), name


def test_a_client_without_keys_has_signed_nothing(a):
    keyless = a.client()

    assert told(keyless, OURS.sign(inside(keyless)))[1] == "invalid_request_object"


@spec("OIDC Core", "6.1")
def test_no_answer_goes_to_an_address_beside_the_object(rp):
    """Of a sound object, what is inside decides; an unsound one only if nothing contradicts it."""
    claims = inside(rp, redirect_uri=FIRST, prompt="none login")
    assert told(rp, OURS.sign(claims), redirect_uri=SECOND)[0] == FIRST
    assert told(rp, OURS.sign(claims), redirect_uri="https://evil.example/")[0] == FIRST
    unsigned = ".".join((segment('{"alg":"none"}'), segment(json.dumps(claims)), ""))
    for token in (THIEF.sign(claims), OURS.sign(claims | {"exp": 1}), unsigned):
        assert told(rp, token) == (FIRST, "invalid_request_object")
        assert told(rp, token, redirect_uri=FIRST) == (FIRST, "invalid_request_object")
        assert is_shown(asked(rp, token, redirect_uri=SECOND))
        assert is_shown(asked(rp, token, redirect_uri="https://evil.example/"))


@spec("OIDC Core", "6.1")
def test_an_address_that_is_not_registered_is_never_answered(rp):
    for by in (OURS, THIEF):
        foreign = by.sign(inside(rp, redirect_uri="https://evil.example/"))
        assert is_shown(asked(rp, foreign, redirect_uri=SECOND))
        for odd in (7, ["x"], None, "", {"a": 1}):
            strange = by.sign(inside(rp) | {"redirect_uri": odd})
            assert is_shown(asked(rp, strange, redirect_uri=SECOND)), odd


@spec("OIDC Core", "6.1")
def test_with_an_unregistered_address_beside_an_unreadable_object_it_is_shown(rp):
    assert is_shown(asked(rp, "x", redirect_uri="https://evil.example/"))
    assert is_shown(asked(rp, "x"))
    assert told(rp, "x", redirect_uri=SECOND) == (SECOND, "invalid_request_object")


def test_errors_keep_state_and_mode_of_the_object(rp):
    token = OURS.sign(inside(rp, exp=1, state="inner", response_mode="form_post"))

    page = asked(rp, token, state="outer").text

    assert 'value="inner"' in page
    assert "invalid_request_object" in page
    assert 'value="outer"' not in page


def test_the_rules_of_every_request_hold_inside_too(rp):
    assert told(rp, OURS.sign(inside(rp, code_challenge=None)))[1] == "invalid_request"
    both = {"response_type": "token"}
    assert told(rp, OURS.sign(inside(rp, **both)), **both)[1] == "unsupported_response_type"
    assert told(rp, OURS.sign(inside(rp, registration={})))[1] == "registration_not_supported"
    assert told(rp, OURS.sign(inside(rp, max_age=-1)))[1] == "invalid_request"
    assert told(rp, OURS.sign(inside(rp, claims={"id_token": 1})))[1] == "invalid_request"
    assert is_shown(asked(rp, OURS.sign(inside(rp, state="\0"))))
    assert is_shown(asked(rp, OURS.sign_raw('{"alg":"ES256"}', '{"nonce":"\\ud800"}')))


@spec("RFC 6749", "3.1")
def test_nothing_beside_an_object_may_come_twice(rp):
    query = urlencode(outside(rp, OURS.sign(inside(rp))))

    assert is_shown(rp.client.get(f"/authorize?{query}&request=x"))
    assert is_shown(rp.client.get(f"/authorize?{query}&state=a&state=b"))


@spec("RFC 9101", "5")
def test_the_client_is_named_beside_the_object(rp, a):
    token = OURS.sign(inside(rp, client_id=rp.client_id))

    assert is_shown(asked(rp, token, client_id=None))
    assert is_shown(asked(rp, token, client_id="nobody"))
    foreign = a.client(jwks=JWKS, redirect_uris=[FIRST]).client_id
    assert told(rp, token, client_id=foreign)[1] == "invalid_request_object"


def test_the_audit_log_knows_what_was_wrong(rp, records):
    told(rp, THIEF.sign(inside(rp)))

    refusal = records.events("authorization_refused")[0]

    assert refusal.client_id == rp.client_id
    assert refusal.details == {
        "error": "invalid_request_object",
        "reason": "no key of the client made the signature",
    }


def test_a_sign_in_works_with_an_object_by_get_and_by_post(rp, a, browser):
    a.user()
    fields = outside(rp, OURS.sign(inside(rp)))

    by_post = rp.client.post("/authorize", data=fields)
    browser.open("/authorize?" + urlencode(fields))

    assert by_post.status_code == 303
    assert browser.page == "sign-in"


@spec("OIDC Discovery", "3")
def test_what_is_offered_is_published(client):
    document = client.get("/.well-known/openid-configuration").json

    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is False
    assert "require_request_uri_registration" not in document
    assert set(document["request_object_signing_alg_values_supported"]) == {
        *("RS256", "ES256", "PS256", "EdDSA")
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        *("response_type", "response_mode", "redirect_uri", "scope", "state", "nonce", "claims"),
        *("client_id", "iss", "aud", "exp", "nbf", "request", "resource", "max_age", "prompt"),
        *("id_token_hint", "registration", "code_challenge", "ui_locales", "acr_values"),
    ]
)
MEMBERS = st.dictionaries(NAMES | st.text(max_size=6), JSON, max_size=5)


class TestFuzz:
    """Whatever a client signs: no 5xx, and no redirect to an address that is not registered."""

    @pytest.fixture(params=[EngineKind.POSTGRESQL])
    def engine_kind(self, request):
        """The stricter of the two: it refuses NUL and lone surrogates."""
        return request.param

    @given(members=MEMBERS, is_whole=st.booleans())
    @fuzz(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_any_object(self, rp, members, is_whole):
        token = OURS.sign((inside(rp) if is_whole else {}) | members)

        response = asked(rp, token, redirect_uri=SECOND, prompt="none")

        assert response.status_code in {200, 303, 400, 414}
        location = response.headers.get("Location", "/")
        assert location.startswith((f"{FIRST}?", f"{SECOND}?", "/"))
        assert not location.startswith("//")


@spec("RFC 9101", "10.5")
class TestWhoHasToSign:
    @pytest.fixture
    def rp(self, a):
        return a.client(jwks=JWKS, require_signed_request_object=True)

    def test_plain_parameters_are_refused(self, rp):
        location = rp.client.get(rp.authorization_url()).headers["Location"]

        assert answer(location)["error"] == "invalid_request"

    def test_an_object_is_taken(self, rp, understood):
        assert understood(rp, OURS.sign(inside(rp))).client.client_id == rp.client_id

    @spec("RFC 9101", "6.3")
    def test_what_stands_beside_it_is_not_heard(self, rp, understood):
        token = OURS.sign(inside(rp, nonce=None))

        request = understood(rp, token, nonce="n", max_age="5", prompt="login", state="beside")

        assert (request.nonce, request.max_age, request.prompt) == (None, None, frozenset())
        assert request.state != "beside"

    @pytest.mark.parametrize("missing", ["response_type", "code_challenge"])
    def test_what_the_object_lacks_is_missing_also_when_it_stands_beside(self, rp, missing):
        beside = {missing: rp.parameters()[missing], "code_challenge_method": "S256"}

        assert told(rp, OURS.sign(inside(rp, **{missing: None})), **beside) == (
            FIRST,
            "invalid_request",
        )

    def test_somebody_elses_is_refused(self, rp):
        assert told(rp, THIEF.sign(inside(rp))) == (FIRST, "invalid_request_object")

    def test_nothing_beside_a_pushed_object_is_heard_either(self, rp):
        data = {"client_id": rp.client_id, "request": OURS.sign(inside(rp, code_challenge=None))}
        beside = {"code_challenge": "A" * 43, "code_challenge_method": "S256"}

        answered = rp.client.post(
            "/par", data=data | beside, headers=rp.basic(), base_url=rp.issuer
        )

        assert (answered.status_code, answered.json["error"]) == (400, "invalid_request")

    def test_so_is_a_pushed_one(self, rp):
        def push(data):
            return rp.client.post("/par", data=data, headers=rp.basic(), base_url=rp.issuer)

        assert push(rp.parameters()).json["error"] == "invalid_request"
        pushed = push({"client_id": rp.client_id, "request": OURS.sign(inside(rp))}).json
        told = {"client_id": rp.client_id, "request_uri": pushed["request_uri"]}

        assert rp.client.get("/authorize?" + urlencode(told)).status_code in {200, 303}
        location = rp.client.get("/authorize?" + urlencode(told)).headers.get("Location", "")
        assert "error" not in location
