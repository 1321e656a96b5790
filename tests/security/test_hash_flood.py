"""A flood of passwords to be hashed: what is too much is refused, and nothing else waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from idp.authentication import password_hash
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.each_engine

FLOOD = 40


@pytest.fixture
def rp(a: Factory) -> RelyingParty:
    a.user()
    return a.client(trusted=True)


@pytest.fixture
def overrides() -> dict[str, object]:
    return {"database_pool_size": FLOOD + 8, "throttling": "off"}


@contextmanager
def every_slot_taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Hashes that end when they are told to; the yielded function waits until one has begun."""
    go_on, begun = threading.Event(), threading.Event()
    real = password_hash.matches

    def slow(*args: object) -> bool:
        begun.set()
        go_on.wait(timeout=30)
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(password_hash, "matches", slow)
        try:
            yield lambda: begun.wait(timeout=30) and time.sleep(0.2)
        finally:
            go_on.set()


def test_the_excess_is_told_to_come_back_and_everything_else_goes_on(
    a: Factory, rp: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A41, R9."""
    forms = [Browser(a.app.test_client(), rp.issuer).open("/account/") for _ in range(FLOOD)]

    with ThreadPoolExecutor(FLOOD) as flood, every_slot_taken(monkeypatch) as wait:
        running = [flood.submit(form.submit, username=EMAIL, password="x" * 20) for form in forms]
        wait()
        began = time.monotonic()
        answers = [a.app.test_client().get(path) for path in ("/jwks", "/healthz", "/readyz")]
        refused = rp.token(grant_type="authorization_code", code="x", redirect_uri="x")
        took = time.monotonic() - began

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert refused.status_code == 400
    assert took < 5  # seconds; a hash that nobody lets end would take thirty
    statuses = [one.result().status for one in running]
    assert set(statuses) == {422, 503}
    busy = next(form for form in forms if form.status == 503)
    assert int(busy.response.headers["Retry-After"]) > 0


def test_afterwards_everybody_signs_in(
    a: Factory, rp: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A41: nothing is left over, neither a slot nor a count."""
    forms = [Browser(a.app.test_client(), rp.issuer).open("/account/") for _ in range(FLOOD)]
    with ThreadPoolExecutor(FLOOD) as flood, every_slot_taken(monkeypatch) as wait:
        running = [flood.submit(form.submit, username=EMAIL, password="x" * 20) for form in forms]
        wait()
    assert all(one.result() for one in running)

    window = Browser(a.app.test_client(), rp.issuer).open("/account/")

    assert window.submit(username=EMAIL, password=PASSWORD).page == "account"
