"""Whoever is not the client hears one thing, wherever and however it tries to be."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote

import pytest

from idp import opaque
from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.relying_party import RelyingParty

FORM = "application/x-www-form-urlencoded"
BODY = "grant_type=client_credentials&token=x&device_code=x&scope="
ENDPOINTS = ["/token", "/introspect", "/revoke", "/device_authorization"]


@pytest.fixture(scope="module")
def machine(world: World) -> RelyingParty:
    return world.a.client("machine")


def basic(raw: bytes) -> str:
    return "Basic " + base64.b64encode(raw).decode()


def attempts(machine: RelyingParty) -> list[tuple[str | None, str]]:
    """Header and body."""
    name, secret = machine.client_id, str(machine.client_secret)
    return [
        (None, ""),
        (None, f"client_id={name}"),
        (None, f"client_id={name}&client_secret="),
        (None, f"client_id={name}&client_secret={secret}x"),
        (None, f"client_id={name}&client_secret={secret[:-1]}"),
        (None, f"client_id={name}&client_secret={secret.swapcase()}"),
        (None, f"client_id={name}&client_secret=+{secret}"),
        (None, f"client_id={name}&client_secret=%FF"),
        (None, f"client_id={name}&client_secret=%C3%A9"),
        (None, f"client_id={name}&client_secret=" + "a" * 9_000),
        (None, f"client_id={name.upper()}&client_secret={secret}"),
        (None, f"client_id={name}%20&client_secret={secret}"),
        (None, f"client_secret={secret}"),
        ("Basic", ""),
        ("Basic =", ""),
        ("Basic %%%", ""),
        (basic(b""), ""),
        (basic(b":"), ""),
        (basic(f"{name}:".encode()), ""),
        (basic(f":{secret}".encode()), ""),
        (basic(f"{name}".encode()), ""),
        (basic(f"{name}:{secret}:".encode()), ""),
        (basic(f"{name}:{secret}\n".encode()), ""),
        (basic(f"{name}:\xff".encode("latin-1")), ""),
        (basic("é:é".encode()), ""),
        (basic(f"{name}:é".encode()), ""),
        (basic(f"{name}\0:{secret}".encode()), ""),
        (basic(f"{name}:%00".encode()), ""),
        (basic(b"a" * 9_000), ""),
        (f"Bearer {secret}", ""),
        ("Negotiate x", ""),
        (base64.b64encode(f"{name}:{secret}".encode()).decode(), ""),
    ]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_who_is_not_the_client_is_no_client(machine: RelyingParty, path: str) -> None:
    """A87: 401 `invalid_client`, alike everywhere, and never a 5xx."""
    said = set()
    for header, extra in attempts(machine):
        headers = {} if header is None else {"Authorization": header}
        response = machine.client.post(
            path, data=f"{BODY}&{extra}", headers=headers, content_type=FORM
        )
        assert response.status_code == 401, (header, extra)
        refused(response, 401, "invalid_client")
        said.add(response.text)
    assert len(said) == 1


@pytest.mark.parametrize("path", ENDPOINTS)
def test_credentials_in_an_address_are_none(machine: RelyingParty, path: str) -> None:
    """A87."""
    own = f"client_id={machine.client_id}&client_secret={quote(str(machine.client_secret))}"

    response = machine.client.post(f"{path}?{own}", data=BODY, content_type=FORM)

    refused(response, 401, "invalid_client")


@pytest.mark.parametrize("path", ENDPOINTS)
def test_two_ways_at_once_are_refused(machine: RelyingParty, path: str) -> None:
    """A87: even when both are right (RFC 6749 §2.3)."""
    own = f"client_id={machine.client_id}&client_secret={machine.client_secret}"

    response = machine.client.post(
        path, data=f"{BODY}&{own}", headers=machine.basic(), content_type=FORM
    )

    refused(response, 400, "invalid_request")


def test_a_client_with_a_secret_is_no_public_one(machine: RelyingParty, world: World) -> None:
    """A87: and a public one has no secret that could be right."""
    spa = world.a.client("spa")
    refused(
        machine.token({}, grant_type="client_credentials", client_id=machine.client_id),
        401,
        "invalid_client",
    )
    pretending = RelyingParty(machine.client, machine.issuer, spa.client_id, "guess")
    refused(pretending.token(grant_type="refresh_token", refresh_token="x"), 401, "invalid_client")


def test_secrets_are_compared_as_digests_in_constant_time(
    machine: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A88, R70: every comparison has 32 bytes on either side, whatever was sent."""
    lengths: set[tuple[int, int]] = set()
    compare = hmac.compare_digest

    def spy(left: bytes, right: bytes) -> bool:
        lengths.add((len(left), len(right)))
        return compare(left, right)

    monkeypatch.setattr(opaque.hmac, "compare_digest", spy)
    for secret in ("", "x", "x" * 500, str(machine.client_secret)):
        RelyingParty(machine.client, machine.issuer, machine.client_id, secret).token(
            grant_type="client_credentials"
        )

    assert lengths == {(32, 32)}
