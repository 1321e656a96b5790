"""A93: keys that a client publishes: believed for a while, looked up again, never missed open."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field

import pytest

from idp.clients import keys, register, registry
from idp.clients.document import as_document, from_document
from idp.extensions import transaction
from idp.signing import foreign_jwt
from tests.support.foreign_host import Thinks, answers, drips, keeps_silent, listening, pours
from tests.support.outbound import HEAD, authority, ca_file, tls
from tests.support.race import at_once
from tests.support.signer import signer
from tests.support.spec_matrix import spec

__all__ = ["authority", "ca_file", "tls"]

OLD, NEW, THIEF = (signer(kid=f"k{number}", number=number) for number in range(3))


@dataclass
class Publisher:
    """A client's host: what it answers can be changed at any time."""

    behave: object = field(default_factory=lambda: says(OLD))

    def __call__(self, connection, over):
        self.behave(connection, over)


def says(*signers):
    return answers(json.dumps({"keys": [one.jwk for one in signers]}).encode())


@pytest.fixture
def overrides(ca_file):
    return {"outbound_allow": ("localhost",), "outbound_ca_file": ca_file}


@pytest.fixture
def publisher():
    return Publisher()


@pytest.fixture
def host(publisher, tls):
    with listening(publisher, tls=tls) as listener:
        yield listener


@pytest.fixture
def machine(a, host):
    made = a.client(
        "machine",
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=f"https://localhost:{host.port}/jwks",
    )
    return made.client_id


def accepted(client_id, by):
    """Whether a token signed by this key is one of the client's."""
    token = foreign_jwt.read(by.sign({"iss": client_id}))
    return keys.have_signed(registry.find(client_id), token)


def put(client_id, **changes):
    """Change the registration."""
    proposed = from_document(as_document(registry.find(client_id)) | changes)
    with transaction():
        assert isinstance(register.replace(client_id, proposed), register.Registered)


def test_a_registered_set_is_asked_first_and_last(a):
    client_id = a.client(
        "machine", token_endpoint_auth_method="private_key_jwt", jwks=OLD.jwks
    ).client_id

    assert accepted(client_id, OLD)
    assert not accepted(client_id, NEW)
    put(client_id, jwks=NEW.jwks)
    assert accepted(client_id, NEW)
    assert not accepted(client_id, OLD)


def test_a_client_without_keys_has_signed_nothing(a):
    assert not accepted(a.client("machine").client_id, OLD)


def test_a_published_set_is_fetched_once_in_ten_minutes(machine, host, clock):
    assert all(accepted(machine, OLD) for _ in range(5))
    clock.advance(minutes=9, seconds=59)
    assert accepted(machine, OLD)
    assert host.connections == 1

    clock.advance(seconds=1)
    assert accepted(machine, OLD)
    assert host.connections == 2
    assert b"Accept: application/jwk-set+json" in host.requests[0]


def test_a_withdrawn_key_is_good_for_ten_minutes_at_most(machine, publisher, clock):
    assert accepted(machine, OLD)
    publisher.behave = says(NEW)
    clock.advance(minutes=9)
    assert accepted(machine, OLD)

    clock.advance(minutes=1)

    assert not accepted(machine, OLD)


@spec("OIDC Core", "10.1.1")
def test_an_unknown_key_is_looked_up_at_once(machine, publisher, host):
    assert accepted(machine, OLD)

    publisher.behave = says(NEW, OLD)

    assert accepted(machine, NEW)
    assert accepted(machine, OLD)
    assert host.connections == 2


@spec("OIDC Core", "10.1.1")
def test_a_key_that_changed_under_its_name_is_looked_up_at_once(machine, publisher):
    same_name = signer(kid=OLD.kid, number=7)
    assert accepted(machine, OLD)

    publisher.behave = says(same_name)

    assert accepted(machine, same_name)


def test_nameless_keys_are_tried_one_after_the_other(machine, publisher):
    nameless = [signer(kid=None, number=number) for number in range(3)]
    publisher.behave = says(*nameless)

    assert all(accepted(machine, one) for one in nameless)


def test_strangers_make_us_ask_once_a_minute(machine, host, clock):
    assert accepted(machine, OLD)

    for _ in range(20):
        assert not accepted(machine, THIEF)
    assert host.connections == 2
    clock.advance(minutes=1)
    assert not accepted(machine, THIEF)
    assert not accepted(machine, THIEF)
    assert host.connections == 3


def test_each_client_has_a_minute_of_its_own(a, machine, host):
    other = a.client(
        "machine",
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=f"https://localhost:{host.port}/other",
    ).client_id
    for client_id in (machine, other):
        assert accepted(client_id, OLD)
        assert not accepted(client_id, THIEF)

    assert host.connections == 4


def test_a_short_outage_is_not_noticed_and_a_long_one_closes(machine, publisher, host, clock):
    assert accepted(machine, OLD)
    publisher.behave = answers(b"", "503 Busy")

    clock.advance(minutes=9, seconds=55)
    assert not accepted(machine, NEW)
    assert accepted(machine, OLD)
    clock.advance(seconds=6)
    assert not accepted(machine, OLD)

    publisher.behave = says(OLD)
    clock.advance(seconds=10)
    assert accepted(machine, OLD)


def test_a_host_that_is_down_is_left_alone_for_a_while(machine, publisher, host, clock):
    publisher.behave = answers(b"", "500 Broken")

    assert not any(accepted(machine, OLD) for _ in range(10))
    assert host.connections == 1
    clock.advance(seconds=10)
    assert not accepted(machine, OLD)
    assert host.connections == 2


HOSTILE = {
    "silent": keeps_silent,
    "dripping": drips(HEAD + b"Content-Length: 900\r\n\r\n", b" "),
    "endless": pours(HEAD + b"\r\n", b" " * 4096, []),
    "large": answers(b" " * 70_000 + json.dumps(OLD.jwks).encode()),
    "redirect": answers(b"", "302 Found", "Location: https://localhost/jwks\r\n"),
    "not found, with keys": answers(json.dumps(OLD.jwks).encode(), "404 Not Found"),
    "no JSON": answers(b"<html>"),
    "two sets in one": answers(b'{"keys":[],"keys":' + json.dumps([OLD.jwk]).encode() + b"}"),
    "nested": answers(b"[" * 60_000),
    "no set": answers(json.dumps([OLD.jwk]).encode()),
    "a private key": answers(json.dumps({"keys": [OLD.key.as_dict(private=True)]}).encode()),
}


@pytest.mark.parametrize("behaviour", HOSTILE.values(), ids=HOSTILE)
def test_from_a_hostile_host_no_key_is_taken(machine, publisher, behaviour):
    publisher.behave = behaviour

    assert not accepted(machine, OLD)


def test_a_host_inside_is_never_asked(a, tls):
    with listening(says(OLD), tls=tls) as canary:
        inside = a.client(
            "machine",
            token_endpoint_auth_method="private_key_jwt",
            jwks_uri=f"https://127.0.0.1:{canary.port}/jwks",
        )

        assert not accepted(inside.client_id, OLD)
        assert canary.connections == 0


def test_a_changed_address_takes_the_keys_of_the_old_one_away(machine, tls):
    assert accepted(machine, OLD)
    with listening(says(NEW), tls=tls) as elsewhere:
        put(machine, jwks_uri=f"https://localhost:{elsewhere.port}/jwks")

        assert accepted(machine, NEW)
        assert not accepted(machine, OLD)


def test_a_clock_set_back_keeps_no_key_for_longer(machine, publisher, clock):
    assert accepted(machine, OLD)
    publisher.behave = says(NEW)

    clock.advance(hours=-1)

    assert not accepted(machine, OLD)


def test_many_at_once_ask_once(app, machine, publisher, host):
    publisher.behave = Thinks(json.dumps(OLD.jwks).encode(), seconds=0.2)

    def ask():
        with app.app_context():
            return accepted(machine, OLD)

    assert at_once(16, ask) == [True] * 16
    assert host.connections == 1


def test_who_knows_the_key_does_not_wait_for_a_stranger(app, machine, publisher, host):
    assert accepted(machine, OLD)
    publisher.behave = keeps_silent

    def stranger():
        with app.app_context():
            accepted(machine, THIEF)

    thread = threading.Thread(target=stranger)
    thread.start()
    while host.connections < 2:
        time.sleep(0.01)
    # The stranger's look-up hangs until it is given up; ours must not have waited for it.
    assert accepted(machine, OLD)
    assert thread.is_alive()
    thread.join()
