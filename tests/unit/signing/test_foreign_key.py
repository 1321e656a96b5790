"""Key sets of strangers: whatever is in them, the good keys among it work and nothing breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.signing.foreign_key import MAXIMUM_KEYS, candidates, read_set
from tests.support.signer import signer
from tests.support.spec_matrix import spec


def algs_of(jwk):
    return [set(key.algs) for key in read_set({"keys": [jwk]})]


@spec("RFC 7517", "4.1")
def test_the_kind_of_a_key_says_what_it_can_do():
    assert algs_of(signer("RS256").jwk) == [{"RS256", "PS256"}]
    assert algs_of(signer("ES256").jwk) == [{"ES256"}]
    assert algs_of(signer("EdDSA").jwk) == [{"EdDSA"}]
    assert algs_of(signer("RS256").jwk | {"alg": "PS256"}) == [{"PS256"}]


def bare(key):
    return key.as_dict(private=False)


UNUSABLE = {
    "for encryption": lambda: signer().jwk | {"use": "enc"},
    "only signs": lambda: signer().jwk | {"key_ops": ["sign"]},
    "odd key_ops": lambda: signer().jwk | {"key_ops": "verify"},
    "another alg": lambda: signer("RS256").jwk | {"alg": "RSA-OAEP"},
    "alg is a list": lambda: signer().jwk | {"alg": ["ES256"]},
    "RSA for ES256": lambda: signer("RS256").jwk | {"alg": "ES256"},
    "P-384": lambda: bare(ECKey.generate_key("P-384")),
    "P-521": lambda: bare(ECKey.generate_key("P-521")),
    "secp256k1": lambda: bare(ECKey.generate_key("secp256k1")),
    "X25519": lambda: bare(OKPKey.generate_key("X25519")),
    "Ed448": lambda: bare(OKPKey.generate_key("Ed448")),
    "shared secret": lambda: OctKey.generate_key(256).as_dict(),
    "private": lambda: signer().key.as_dict(private=True),
    "small RSA": lambda: bare(RSAKey.generate_key(1024)),
    "off the curve": lambda: signer().jwk | {"x": "AQ"},
    "unknown kty": lambda: {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
    "unknown crv": lambda: {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
    "not an object": lambda: "key",
    "nothing": lambda: None,
}


@spec("RFC 7517", "5")
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("made", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_key_leaves_the_others_as_they_are(made):
    keys = read_set({"keys": [made(), signer(number=1).jwk, made()]})

    assert [key.kid for key in keys] == ["k1"]


@pytest.mark.parametrize("document", [None, [], "", 1, {}, {"keys": None}, {"keys": {}}])
def test_what_is_no_set_holds_no_keys(document):
    assert read_set(document) == ()


def test_of_a_long_set_only_the_beginning_is_read():
    keys = [signer(number=number % 2, kid=str(number)).jwk for number in range(50)]

    assert len(read_set({"keys": keys})) == MAXIMUM_KEYS


@spec("RFC 7517", "4.5")
def test_a_key_is_found_by_its_name_and_otherwise_by_its_kind():
    first, second, nameless, rsa = read_set(
        {
            "keys": [
                signer(kid="1").jwk,
                signer(kid="2", number=1).jwk,
                signer(kid=None, number=2).jwk,
                signer("RS256", kid="3").jwk,
            ]
        }
    )
    keys = (first, second, nameless, rsa)

    assert candidates(keys, kid="2", alg="ES256") == [second]
    assert candidates(keys, kid="9", alg="ES256") == [nameless]
    assert candidates(keys, kid=None, alg="ES256") == [first, second, nameless]
    assert candidates(keys, kid="3", alg="ES256") == [nameless]
    assert candidates(keys, kid="3", alg="PS256") == [rsa]


MEMBERS = ("kty", "crv", "x", "y", "n", "e", "use", "alg", "kid", "key_ops", "x5c")
VALUES = st.one_of(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text()),
    st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "AQAB", "sig", "AA", "ES256"]),
)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8))
def test_no_key_breaks_it(members):
    read_set({"keys": [members, signer().jwk | members, signer("EdDSA").jwk | members]})
