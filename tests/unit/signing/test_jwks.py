import json

import pytest

from idp.extensions import db, transaction
from idp.signing import jwks, rotation
from idp.signing.algorithms import ALGORITHMS
from tests.support.statements import recorded


@pytest.mark.spec("RFC 7517", "5")
def test_it_holds_public_keys_each_with_kid_use_and_alg(app):
    keys = json.loads(jwks.document().body)["keys"]

    assert [key["alg"] for key in keys] == ["RS256", "ES256", "PS256", "EdDSA"]
    assert len({key["kid"] for key in keys}) == 4
    assert {key["use"] for key in keys} == {"sig"}
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.keys()


def test_the_validator_changes_with_the_keys_only(app, clock):
    before = jwks.document()
    assert jwks.document() is before

    with transaction():
        rotation.rotate("ES256")
    during = jwks.document()
    assert during.etag != before.etag
    clock.advance(days=2)
    assert jwks.document().etag == during.etag
    clock.advance(days=31)
    assert jwks.document().etag != during.etag


def test_within_a_second_it_asks_the_database_nothing(app):
    jwks.document()

    with recorded(db.engine) as record:
        for _ in range(20):
            jwks.document()

    assert record.statements == []


@pytest.mark.parametrize("alg", list(ALGORITHMS))
def test_every_algorithm_makes_keeps_and_uses_its_keys(alg):
    algorithm = ALGORITHMS[alg]
    key = algorithm.generate(rsa_key_size=2048)

    kept = algorithm.load_private(key.as_der(private=True))
    public = algorithm.load_public(key.as_dict(private=False))

    assert key.thumbprint() == kept.thumbprint() == public.thumbprint()
    assert algorithm.verify(b"message", algorithm.sign(b"message", kept), public)
    assert not algorithm.verify(b"another", algorithm.sign(b"message", kept), public)
