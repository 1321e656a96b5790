"""The claims parameter: a well-formed one never fails, a malformed one always does."""

from tests.http.oauth.conftest import error_of
from tests.support.spec_matrix import spec

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
