import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.signing import public_jwk

RSA = RSAKey.generate_key(2048).as_dict(private=False)
EC = ECKey.generate_key("P-256").as_dict(private=False)
ED = OKPKey.generate_key("Ed25519").as_dict(private=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("jwk", [RSA, EC, ED, EC | {"kid": "one", "use": "sig", "alg": "ES256"}])
def test_a_public_key_is_accepted(jwk):
    assert public_jwk.problem(jwk) is None


@pytest.mark.parametrize(
    ("jwk", "words"),
    [
        (ECKey.generate_key("P-256").as_dict(private=True), "secret members"),
        ({"kty": "oct", "k": "AAAA"}, "secret members"),
        ({"kty": "oct"}, "kty"),
        (EC | {"crv": "P-999"}, "malformed"),
        (EC | {"x": EC["y"]}, "malformed"),
        (EC | {"x": 5}, "malformed"),
        ({"kty": "EC"}, "malformed"),
        ({"kty": ["EC"]}, "kty"),
        (RSA | {"e": ""}, "malformed"),
        (RSA | {"n": "A" * 3_000}, "8192"),
        (RSA | {"n": "AQAB"}, "2048|malformed"),
        (EC | {"kid": "a\x00b"}, "ASCII"),
        (EC | {"note": "x" * 9_000}, "characters"),
        ("EC", "object"),
    ],
)
def test_what_is_wrong_is_said(jwk, words):
    assert any(word in public_jwk.problem(jwk) for word in words.split("|"))


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "kid"]), ANYTHING))
def test_no_document_makes_it_stumble(members):
    for jwk in (members, EC | members, RSA | members, ED | members):
        assert public_jwk.problem(jwk) is None or isinstance(public_jwk.problem(jwk), str)
