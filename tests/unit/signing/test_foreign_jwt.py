"""A90: JWTs of strangers, most of which are no JWTs."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.signing import foreign_jwt
from idp.signing.algorithms import ALGORITHMS
from idp.signing.foreign_jwt import InvalidForeignJwt
from idp.signing.foreign_key import read_set
from tests.support.signer import segment, signer
from tests.support.spec_matrix import spec

CLAIMS = {"iss": "c", "exp": 2_000_000_000}
GOOD = signer().sign(CLAIMS)


@spec("RFC 7515", "5.2")
@pytest.mark.parametrize("alg", list(ALGORITHMS))
def test_a_signature_by_a_known_key_is_right(alg):
    ours, other = signer(alg), signer(alg, number=1)

    read = foreign_jwt.read(ours.sign(CLAIMS, typ="JWT"))

    assert (read.alg, read.kid, read.typ, read.unverified) == (alg, "k1", "jwt", CLAIMS)
    assert read.is_signed_by(read_set(ours.jwks))
    assert not read.is_signed_by(read_set(other.jwks))
    assert not read.is_signed_by(())


def test_another_payload_under_the_same_signature_is_not_signed():
    head, _, signature = GOOD.split(".")

    forged = foreign_jwt.read(f"{head}.{segment(json.dumps({'iss': 'd'}))}.{signature}")

    assert not forged.is_signed_by(read_set(signer().jwks))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 512])
def test_a_signature_of_another_length_is_wrong_and_nothing_else(length):
    for alg in ALGORITHMS:
        head, payload, _ = signer(alg).sign(CLAIMS).split(".")
        token = f"{head}.{payload}.{segment(bytes(length) or bytes(1))}"

        assert not foreign_jwt.read(token).is_signed_by(read_set(signer(alg).jwks))


HEADERS = {
    "none": {"alg": "none"},
    "None": {"alg": "NoNe"},
    "HS256": {"alg": "HS256"},
    "RS1": {"alg": "RS1"},
    "no alg": {},
    "alg is a number": {"alg": 1},
    "alg is a list": {"alg": ["ES256"]},
    "kid is an object": {"alg": "ES256", "kid": {}},
    "typ is a list": {"alg": "ES256", "typ": ["JWT"]},
    "unknown crit": {"alg": "ES256", "crit": ["x"], "x": 1},
    "known crit": {"alg": "ES256", "crit": ["exp"], "exp": 1},
    "empty crit": {"alg": "ES256", "crit": []},
    "unencoded": {"alg": "ES256", "b64": False},
    "encoded": {"alg": "ES256", "b64": True},
    "zip": {"alg": "ES256", "zip": "DEF"},
    "JWE": {"alg": "RSA-OAEP", "enc": "A256GCM"},
    "signed JWE": {"alg": "ES256", "enc": "A256GCM"},
    "PBES2": {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31, "p2s": "AAAA"},
}


@spec("RFC 8725", "3.1")
@spec("RFC 7515", "4.1.11")
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_changes_the_rules_is_refused(header):
    with pytest.raises(InvalidForeignJwt):
        foreign_jwt.read(signer().sign_raw(json.dumps(header), json.dumps(CLAIMS)))


DOCUMENTS = {
    "duplicate": '{"iss":"a","iss":"b"}',
    "duplicate inside": '{"a":{"b":1,"b":2}}',
    "duplicate by escape": '{"iss":"a","\\u0069ss":"b"}',
    "NaN": '{"exp":NaN}',
    "infinity": '{"exp":Infinity}',
    "infinity by digits": '{"exp":1e999}',
    "endless digits": '{"exp":' + "9" * 5_000 + "}",
    "array": "[]",
    "string": '"x"',
    "null": "null",
    "nothing": " ",
    "two": "{}{}",
    "comment": "{}//",
    "byte order mark": "\ufeff{}",
    "nested arrays": "[" * 5_000,
    "nested objects": '{"a":' * 1_100,
}


@spec("RFC 7519", "4")
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_two_readers_could_read_in_two_ways_is_refused(document):
    head = json.dumps({"alg": "ES256"})

    for token in (signer().sign_raw(head, document), signer().sign_raw(document, "{}")):
        with pytest.raises(InvalidForeignJwt):
            foreign_jwt.read(token)


@spec("RFC 8725", "3.7")
@pytest.mark.parametrize("raw", [b"\xff\xfe", b'{"a":"\xff"}', '{"a":1}'.encode("utf-16")])
def test_what_is_no_utf_8_is_refused(raw):
    with pytest.raises(InvalidForeignJwt):
        foreign_jwt.read(signer().sign_raw('{"alg":"ES256"}', raw))


SHAPES = {
    "empty": "",
    "one part": "e30",
    "two parts": "e30.e30",
    "four parts": f"{GOOD}.e30",
    "five parts, a JWE": "e30.e30.e30.e30.e30",
    "no signature": GOOD.rpartition(".")[0] + ".",
    "detached": GOOD.split(".")[0] + ".." + GOOD.split(".")[2],
    "padded": GOOD + "=",
    "line break": GOOD + "\n",
    "spaces": f" {GOOD}",
    "other alphabet": GOOD.replace(".", "+.", 1),
    "half a byte": "a." + GOOD.partition(".")[2],
    "JSON serialization": json.dumps({"payload": "e30", "signatures": []}),
    "not ASCII": GOOD[:-1] + "\u0661",
    "surrogate": GOOD[:-1] + "\ud800",
    "NUL": GOOD + "\0",
}


@spec("RFC 7515", "3.1")
@pytest.mark.parametrize("token", SHAPES.values(), ids=SHAPES)
def test_only_the_compact_form_is_read(token):
    with pytest.raises(InvalidForeignJwt):
        foreign_jwt.read(token)


@pytest.mark.parametrize("size", [foreign_jwt.MAXIMUM_SIZE + 1, 10_000_000])
def test_what_is_too_long_is_not_even_looked_at(size):
    with pytest.raises(InvalidForeignJwt, match="too long"):
        foreign_jwt.read(GOOD + "A" * (size - len(GOOD)))


def test_a_key_that_a_token_brings_along_proves_nothing():
    """RFC 8725 §3.10; a `kid` is compared and never opened, asked for or looked up."""
    thief = signer(number=1)
    brought = {"jwk": thief.jwk, "jku": "https://evil.example", "x5u": "https://evil.example"}

    for kid in ("k1", "../../etc/passwd", "' or 1=1", "\0", "x" * 3_000, None):
        token = foreign_jwt.read(thief.sign(CLAIMS, kid=kid, **brought))

        assert not token.is_signed_by(read_set(signer().jwks))


@spec("RFC 8725", "3.1")
def test_a_public_key_is_no_shared_secret():
    message = ".".join(segment(json.dumps(part)) for part in ({"alg": "HS256"}, CLAIMS))
    secret = signer("RS256").key.as_pem(private=False)
    forged = segment(hmac.digest(secret, message.encode(), hashlib.sha256))

    with pytest.raises(InvalidForeignJwt):
        foreign_jwt.read(f"{message}.{forged}")


@spec("RFC 7519", "2")
def test_dates_are_numbers_within_reason():
    for good in (0, 1, 2_000_000_000, 1_900_000_000.5):
        assert foreign_jwt.instant({"exp": good}, "exp") == good
    assert foreign_jwt.instant({}, "exp") is None
    for bad in (True, "1", None, [], {}, -1, 10**12, 10**400, -(10**400), 1e300, float("nan")):
        with pytest.raises(InvalidForeignJwt):
            foreign_jwt.instant({"exp": bad}, "exp")


@spec("RFC 7519", "4.1.3")
def test_an_audience_is_a_string_or_strings():
    assert foreign_jwt.audience({"aud": "a"}) == ("a",)
    assert foreign_jwt.audience({"aud": ["a", "b"]}) == ("a", "b")
    assert foreign_jwt.audience({}) == ()
    for bad in (1, None, {"a": 1}, ["a", 1], [["a"]]):
        with pytest.raises(InvalidForeignJwt):
            foreign_jwt.audience({"aud": bad})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
HEADS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("kid", "typ", "crit", "b64", "zip", "jwk", "cty"), JSON)
).flatmap(lambda rest: st.sampled_from(["ES256", "RS256", "none"]).map(lambda a: rest | {"alg": a}))
PARTS = st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode)


@given(st.text() | st.text(alphabet=".eyJ0-_=\0", max_size=400))
def test_no_text_breaks_it(text):
    _survives(text)


@given(HEADS.map(json.dumps) | PARTS, PARTS, st.binary(min_size=1, max_size=80))
def test_no_parts_break_it(head, payload, signature):
    _survives(f"{segment(head)}.{segment(payload)}.{segment(signature)}")


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_a_changed_character_never_passes(position, character):
    changed = GOOD[:position] + character + GOOD[position + 1 :]

    token = _survives(changed)

    if token is not None and token.is_signed_by(read_set(signer().jwks)):
        # The last character of a segment carries bits that no decoder looks at.
        assert position in {len(GOOD) - 1} or changed == GOOD


def _survives(text):
    assert isinstance(foreign_jwt.peek(text), dict)
    try:
        return foreign_jwt.read(text)
    except InvalidForeignJwt:
        return None
