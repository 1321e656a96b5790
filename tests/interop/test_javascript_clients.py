"""Web apps in Node.js with libraries that others wrote.

What each needs of its registration stands in docs/interoperability.md.
"""

import json
import re
from contextlib import contextmanager

import pytest

from idp.clients.metadata import fapi2
from tests.interop import node
from tests.interop.site import LOA2, free_address
from tests.support.signer import signer

ADDRESS_OF_A_REGISTRY = re.compile(r'"resolved"|registry\.')


@pytest.fixture(scope="module", autouse=True)
def packages():
    node.require()


@contextmanager
def running(site, name, key=None, **metadata):
    """Registered and started; yields its address. `key`: the private one that it reads."""
    base_url = free_address()
    uris = {"redirect_uris": [base_url + "/callback"]}
    signed_out = {"post_logout_redirect_uris": [base_url + "/"]}
    client = site.a.client(**uris, **signed_out, min_acr=LOA2, **metadata)
    if key is not None:
        folder = site.folder / client.client_id
        folder.mkdir()
        (folder / "key.json").write_text(json.dumps(key))
    with node.running(site, name, base_url, client):
        yield base_url


def sign_in(person, app):
    assert person.open(app).json() == {}
    assert person.open(app + "/login").page == "sign-in", person.answer.text
    user = person.prove_everything().json()
    assert user["email"] == person.account.email
    return user


def test_openid_client_signs_in_refreshes_revokes_and_signs_out(site, bob):
    with running(site, "openid_client") as app:
        user = sign_in(bob, app)
        renewed = bob.open(app + "/refresh").json()
        assert renewed["claims"]["sub"] == user["sub"]
        assert renewed["claims"]["acr"] == LOA2
        assert bob.open(app + "/revoke").json() == {"refused": "invalid_grant"}

        bob.open(app + "/logout")

        assert (bob.where, bob.json()) == (app + "/", {})
        assert bob.open(app + "/login").page == "sign-in"


def test_openid_client_keeps_fapi2_with_pushed_requests_and_bound_tokens(site, bob):
    ours = signer(kid="bank")
    private = ours.key.as_dict(private=True) | {"kid": ours.kid}
    held = fapi2.DEFAULTS | {"profile": "fapi2", "jwks": ours.jwks}
    with running(site, "openid_client_fapi2", private, **held) as app:
        assert bob.open(app + "/login").page == "sign-in", bob.answer.text
        assert bob.prove_everything().json()["email"] == bob.account.email

        assert bob.open(app + "/refresh").json() == {"token_type": "dpop", "rotated": False}
        assert bob.open(app + "/bearer").json() == {"status": 401}


def test_passport_openidconnect_signs_in_without_pkce(site, bob):
    with running(site, "passport_openidconnect", pkce_waived=True) as app:
        sign_in(bob, app)


def test_the_lock_file_pins_every_package_by_hash_and_names_no_registry():
    text = (node.FOLDER / "package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}

    assert not ADDRESS_OF_A_REGISTRY.search(text)
    assert [name for name, one in packages.items() if "integrity" not in one] == []
