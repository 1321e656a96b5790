"""One-time codes in parallel: the right one counts once, wrong ones as the budget says."""

from __future__ import annotations

from collections import Counter

import pytest

from idp.authentication import recovery_code
from idp.extensions import db, transaction
from idp.models import User
from tests.security.conftest import Running
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD
from tests.support.over_the_wire import browser_at
from tests.support.race import at_once
from tests.support.relying_party import RelyingParty

RACERS = 64
BROWSERS = 8


@pytest.fixture
def rp(running: Running) -> RelyingParty:
    return running.a.client(trusted=True)


def at_the_second_step(running: Running, rp: RelyingParty) -> Browser:
    """A browser that has proven the password."""
    window = browser_at(running.issuer).open(rp.authorization_url())
    window.submit(username=EMAIL, password=PASSWORD)
    assert window.page == "second-factor"
    return window


def race(windows: list[Browser], path: str, code: str) -> Counter[str]:
    """Every browser posts the same code several times at once; what each answer was."""
    posts = []
    for window in windows:
        fields = window.fields_of(window.find("form[action$='second-factor']")) | {"code": code}
        url = window.url.replace("/second-factor", path)
        posts += [(window, url, fields)] * (RACERS // len(windows))

    def post() -> str:
        window, url, fields = posts.pop()
        answer = window.client.open(
            url.removeprefix(window.issuer),
            method="POST",
            data=fields,
            headers={"Origin": window.issuer},
            base_url=window.issuer,
        )
        assert answer.status_code < 500
        if answer.status_code != 303:
            return str(answer.status_code)
        return "proven" if "session" in str(answer.headers.get("set-cookie", "")) else "elsewhere"

    return Counter(at_once(RACERS, post))


def test_of_64_equal_one_time_codes_one_counts(running: Running, rp: RelyingParty) -> None:
    """A8."""
    ann = running.a.user()
    phone = running.a.phone(ann)
    windows = [at_the_second_step(running, rp) for _ in range(BROWSERS)]

    answers = race(windows, "/second-factor", phone.code())

    assert answers["proven"] == 1, answers
    assert running.recorded("totp_accepted", ann) == 1
    assert running.recorded("session_begun", ann) == 1


def test_of_64_equal_recovery_codes_one_counts(running: Running, rp: RelyingParty) -> None:
    """A18."""
    ann = running.a.user()
    running.a.phone(ann)
    code = saved_codes(running, ann)[0]
    windows = [at_the_second_step(running, rp) for _ in range(BROWSERS)]

    answers = race(windows, "/recovery-code", code)

    assert answers["proven"] == 1, answers
    assert running.recorded("recovery_code_used", ann) == 1


def test_64_parallel_guesses_get_at_most_5_answers(running: Running, rp: RelyingParty) -> None:
    """A10, A38: the budget is taken before a code is looked at."""
    ann = running.a.user()
    running.a.phone(ann)
    windows = [at_the_second_step(running, rp) for _ in range(BROWSERS)]

    answers = race(windows, "/second-factor", "000000")

    assert answers["proven"] == 0
    assert 1 <= running.recorded("totp_rejected", ann) <= 5
    assert answers["429"] >= RACERS - 8, answers


def saved_codes(running: Running, user: User) -> tuple[str, ...]:
    with running.a.app.app_context(), transaction():
        mine = db.session.merge(user)
        codes = recovery_code.begin(mine, "test")
        assert recovery_code.confirm_saved(mine, "test")
        return codes
