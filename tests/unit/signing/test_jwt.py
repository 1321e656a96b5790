import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, KeySet

from idp import clock
from idp.extensions import transaction
from idp.signing import jwks, jwt, keystore, rotation
from idp.signing.jwt import InvalidToken

ISSUER = "https://idp.example"
OURS = ("ES256", "RS256")


def claims(**changes):
    moment = int(clock.now().timestamp())
    return {"iss": ISSUER, "sub": "ann", "exp": moment + 60, "iat": moment} | changes


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(token, **members):
    """The same token under a header with more in it, signed anew by the key that it names."""
    header, payload, _ = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(header + "=="))
    message = f"{segment(known | members)}.{payload}"
    signature = keystore.verifying(known["kid"]).sign(message.encode())
    return f"{message}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.spec("RFC 9068", "2.1")
@pytest.mark.parametrize("alg", OURS)
def test_a_token_comes_back_as_it_went_out(app, clock, alg):
    token = jwt.sign(jwt.ACCESS_TOKEN, claims(name="Ünïcödé \U0001f511"), alg)

    assert jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS) == claims(name="Ünïcödé \U0001f511")


@pytest.mark.spec("OIDC Core", "10.1")
@pytest.mark.parametrize("alg", OURS)
def test_anybody_can_verify_a_token_with_the_published_keys(app, alg):
    token = jwt.sign(jwt.ID_TOKEN, claims(), alg)

    keys = KeySet.import_key_set(json.loads(jwks.document().body))
    read = joserfc_jwt.decode(token, keys, algorithms=[alg])

    assert read.claims["sub"] == "ann"
    assert read.header == {"alg": alg, "kid": keystore.active(alg).kid, "typ": "JWT"}


def test_an_id_token_is_no_access_token(app):
    token = jwt.sign(jwt.ID_TOKEN, claims(), "ES256")

    with pytest.raises(InvalidToken):
        jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS)


def test_an_algorithm_that_was_not_asked_for_is_refused(app):
    token = jwt.sign(jwt.ID_TOKEN, claims(), "RS256")

    with pytest.raises(InvalidToken):
        jwt.verify(token, typ=jwt.ID_TOKEN, algs=["ES256"])


@pytest.mark.parametrize("changes", [{"exp": 0}, {"exp": None}, {"exp": "soon"}, {"exp": 1e400}])
def test_a_token_without_a_future_end_is_refused(app, changes):
    token = jwt.sign(jwt.ID_TOKEN, claims(**changes), "ES256")

    with pytest.raises(InvalidToken, match="expired"):
        jwt.verify(token, typ=jwt.ID_TOKEN, algs=OURS)


def test_a_token_ends_at_its_exp_and_not_after_it(app, clock):
    token = jwt.sign(jwt.ID_TOKEN, claims(), "ES256")

    clock.advance(seconds=59)
    assert jwt.verify(token, typ=jwt.ID_TOKEN, algs=OURS)
    clock.advance(seconds=1)
    with pytest.raises(InvalidToken, match="expired"):
        jwt.verify(token, typ=jwt.ID_TOKEN, algs=OURS)


def test_a_hint_may_be_old(app, clock):
    token = jwt.sign(jwt.ID_TOKEN, claims(), "ES256")
    clock.advance(days=300)

    assert jwt.verify_even_if_expired(token, typ=jwt.ID_TOKEN, algs=OURS)["sub"] == "ann"


def test_a_token_of_another_issuer_is_refused(app):
    token = jwt.sign(jwt.ID_TOKEN, claims(iss="https://other.example"), "ES256")

    with pytest.raises(InvalidToken, match="issuer"):
        jwt.verify(token, typ=jwt.ID_TOKEN, algs=OURS)


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"jku": "https://evil.example/keys"},
        {"jwk": ECKey.generate_key("P-256").as_dict(private=False)},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["AAAA"]},
        {"zip": "DEF"},
        {"typ": "at+jwt"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"kid": "somebody"},
    ],
)
def test_a_header_that_we_do_not_write_is_refused_even_with_our_signature(app, members):
    token = jwt.sign(jwt.ID_TOKEN, claims(), "ES256")
    same = with_header(token)
    if same != token:  # ES256 signatures differ each time, headers do not
        assert same.split(".")[1] == token.split(".")[1]

    with pytest.raises(InvalidToken):
        jwt.verify(with_header(token, **members), typ=jwt.ID_TOKEN, algs=OURS)


def test_a_signature_of_somebody_else_is_refused(app):
    header, payload, _ = jwt.sign(jwt.ID_TOKEN, claims(), "ES256").split(".")
    forged = joserfc_jwt.encode({"alg": "ES256"}, claims(), ECKey.generate_key("P-256"))

    with pytest.raises(InvalidToken, match="signature"):
        jwt.verify(f"{header}.{payload}.{forged.split('.')[2]}", typ=jwt.ID_TOKEN, algs=OURS)


@pytest.mark.parametrize("where", [0, 1, 2])
def test_one_changed_character_is_refused(app, where):
    parts = jwt.sign(jwt.ID_TOKEN, claims(), "ES256").split(".")
    middle = len(parts[where]) // 2
    other = "A" if parts[where][middle] != "A" else "B"
    parts[where] = parts[where][:middle] + other + parts[where][middle + 1 :]

    with pytest.raises(InvalidToken):
        jwt.verify(".".join(parts), typ=jwt.ID_TOKEN, algs=OURS)


def test_no_text_makes_it_stumble(settings):
    from tests.support import provider

    app = provider.build(settings)
    own = ""

    @given(st.one_of(st.text(max_size=200), st.from_regex(r"[\w-]{0,80}(\.[\w-]{0,80}){0,6}")))
    def refuses(text):
        for candidate in (text, f"{own}.{text}", f"{own}.{text}.{text}"):
            with pytest.raises(InvalidToken):
                jwt.verify(candidate, typ=jwt.ID_TOKEN, algs=OURS)

    with app.app_context():
        own = jwt.sign(jwt.ID_TOKEN, claims(), "ES256").split(".")[0]
        refuses()
    provider.dispose(app)


def test_a_token_beyond_the_size_limit_is_not_looked_at(app):
    token = jwt.sign(jwt.ID_TOKEN, claims(padding="x" * jwt.MAXIMUM_SIZE), "ES256")

    with pytest.raises(InvalidToken, match="too long"):
        jwt.verify(token, typ=jwt.ID_TOKEN, algs=OURS)


def test_a_token_that_was_good_is_refused_once_its_key_is_revoked(app):
    old = keystore.active("ES256").kid
    token = jwt.sign(jwt.ACCESS_TOKEN, claims(), "ES256")
    with transaction():
        rotation.rotate_at_once("ES256")
    assert jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS)["sub"] == "ann"

    with transaction():
        rotation.revoke(old)

    with pytest.raises(InvalidToken):
        jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS)


def test_a_caller_that_changes_claims_changes_them_for_itself(app):
    token = jwt.sign(jwt.ACCESS_TOKEN, claims(), "ES256")

    jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS)["sub"] = "somebody else"

    assert jwt.verify(token, typ=jwt.ACCESS_TOKEN, algs=OURS)["sub"] == "ann"
