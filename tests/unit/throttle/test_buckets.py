from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from idp import cache, origin, throttle
from idp.extensions import db
from idp.models import Bucket
from idp.throttle import Refused, Taken
from idp.throttle.limits import FOR_GOOD, PASSWORD_SERIES, TOTP_SERIES
from tests.support.race import at_once

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def overrides():
    return {"database_pool_size": 80}


@pytest.fixture(autouse=True)
def address():
    """Every test comes from one address, unless it moves."""

    def move_to(text):
        origin.enter(origin.Origin(address=text))

    move_to("192.0.2.1")
    yield move_to
    origin.enter(origin.Origin())


def _passes(work, limit="password", **subjects):
    return isinstance(work(lambda: throttle.attempt(limit, **subjects)), Taken)


def test_ten_passwords_in_five_minutes_then_a_wait(work, address, clock):
    """R31."""
    results = []
    for number in range(11):
        address(f"192.0.2.{number}")
        results.append(_passes(work, user="ann"))
    assert results == [True] * 10 + [False]

    clock.advance(minutes=5)

    assert _passes(work, user="ann")


def test_the_wait_is_told_and_a_refused_try_does_not_make_it_longer(work, clock):
    for _ in range(10):
        work(lambda: throttle.attempt("password", user="ann"))
    clock.advance(minutes=2)

    waits = [work(lambda: throttle.attempt("password", user="ann")).wait for _ in range(3)]

    assert waits == [timedelta(minutes=3)] * 3


def test_another_user_at_the_same_address_shares_only_the_address(work, address):
    for _ in range(10):
        assert _passes(work, user="ann")
    assert not _passes(work, user="bob")

    address("198.51.100.1")

    assert _passes(work, user="bob")


def test_an_ipv6_network_of_64_bits_is_one_address(work, address):
    """R31."""
    for number in range(10):
        address(f"2001:db8:1:2::{number:x}")
        assert _passes(work, user=f"user{number}")

    address("2001:db8:1:2:ffff::1")
    assert not _passes(work, user="another")
    address("2001:db8:1:3::1")
    assert _passes(work, user="another")


def test_a_refusal_takes_from_no_window_at_all(work, address):
    for _ in range(10):
        work(lambda: throttle.attempt("password", user="ann"))
    address("198.51.100.1")
    for _ in range(20):
        assert not _passes(work, user="ann")

    assert all(_passes(work, user=f"user{number}") for number in range(10))


def test_after_ten_failures_in_a_row_each_further_one_doubles_the_wait(work, address, clock):
    for number in range(10):
        address(f"192.0.2.{number}")
        assert _passes(work, user="ann")
    clock.advance(minutes=5)
    waits = []
    for number in range(4):
        address(f"198.51.100.{number}")
        assert _passes(work, user="ann")
        refused = work(lambda: throttle.attempt("password", user="ann"))
        assert refused.closed == (PASSWORD_SERIES,)
        waits.append(refused.wait.total_seconds())
        clock.advance(seconds=waits[-1])

    assert waits == [60, 120, 240, 480]


def test_of_a_thousand_addresses_a_hundred_passwords_are_heard_and_then_known_browsers_only(
    work, address, clock
):
    """R32, A35: nobody waits longer than an hour, until the hundredth failure in a row."""
    passed = 0
    for number in range(1000):
        address(f"2001:db8:0:{number:x}::1")
        passed += _passes(work, user="ann")
        clock.advance(hours=1)
    assert passed == 100

    refused = work(lambda: throttle.attempt("password", user="ann"))

    assert refused.for_good == (PASSWORD_SERIES,)
    assert refused.wait == FOR_GOOD
    assert _passes(work, user="ann", device=throttle.Device.KNOWN)


def test_strangers_at_the_address_of_a_known_browser_are_not_its_fault(work):
    for number in range(10):
        assert _passes(work, user=f"user{number}")
    assert not _passes(work, user="ann")

    assert _passes(work, user="ann", device=throttle.Device.KNOWN)


def test_a_success_gives_its_take_back_and_ends_the_series(work, address, clock):
    for number in range(9):
        address(f"192.0.2.{number}")
        _passes(work, user="ann")

    def succeed():
        taken = throttle.attempt("password", user="ann")
        throttle.give_back(taken)

    for _ in range(30):
        work(succeed)

    clock.advance(minutes=5)
    for number in range(9):
        address(f"198.51.100.{number}")
        assert _passes(work, user="ann")


def test_a_success_gives_back_no_failure_of_others_at_its_address(work):
    """R38: whoever guesses has an account of their own to sign in with in between."""
    for number in range(9):
        assert _passes(work, user=f"user{number}")

    work(lambda: throttle.give_back(throttle.attempt("password", user="ann")))

    assert _passes(work, user="bob")
    assert not _passes(work, user="bob")


def test_neither_a_rollback_nor_a_crash_gives_a_guess_back(work):
    """R38."""

    def take_and_crash():
        throttle.attempt("password", user="ann")
        raise ZeroDivisionError

    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            work(take_and_crash)

    assert not _passes(work, user="ann")


def test_known_and_unknown_devices_have_budgets_of_their_own(work, address):
    for number in range(11):
        address(f"192.0.2.{number}")
        _passes(work, user="ann")
    assert not _passes(work, user="ann")

    assert _passes(work, user="ann", device=throttle.Device.KNOWN)


def test_five_codes_per_interaction_whoever_sends_them(work, address, clock):
    for number in range(5):
        address(f"192.0.2.{number}")
        assert _passes(work, "totp", user="ann", interaction="one")
        clock.advance(minutes=6)

    refused = work(lambda: throttle.attempt("totp", user="ann", interaction="one"))

    assert [window.name for window in refused.closed] == ["second_factor.interaction"]
    assert _passes(work, "totp", user="ann", interaction="two")


def test_codes_are_limited_per_day_however_patient_one_is(work, address, clock):
    passed = 0
    for number in range(140):
        address(f"2001:db8:0:{number:x}::1")
        passed += _passes(work, "totp", user="ann", interaction=f"i{number}")
        clock.advance(minutes=10)

    assert passed == 50


def test_a_hundred_wrong_codes_freeze_for_good(work, address, clock):
    for number in range(100):
        address(f"2001:db8:0:{number:x}::1")
        assert _passes(work, "totp", user="ann", interaction=f"i{number}")
        clock.advance(hours=2)
    assert work(lambda: throttle.is_closed(TOTP_SERIES, user="ann"))
    clock.advance(days=365)

    refused = work(lambda: throttle.attempt("totp", user="ann", interaction="later"))

    assert refused.closed == refused.for_good == (TOTP_SERIES,)
    assert refused.wait == FOR_GOOD
    assert _passes(work, "recovery_code", user="ann", interaction="later")


def test_a_clock_set_back_closes_nothing(work, clock):
    work(lambda: throttle.give_back(throttle.attempt("totp", user="ann", interaction="one")))
    clock.advance(hours=-1)

    assert _passes(work, "totp", user="ann", interaction="one")
    assert not work(lambda: throttle.is_closed(TOTP_SERIES, user="ann"))


def test_clearing_a_series_unfreezes_and_unlocking_forgets_everything(work, clock):
    for number in range(5):
        _passes(work, "totp", user="ann", interaction=f"i{number}")

    assert work(lambda: throttle.clear_series(TOTP_SERIES, user="ann"))
    assert not work(lambda: throttle.clear_series(TOTP_SERIES, user="ann"))
    assert not _passes(work, "totp", user="ann", interaction="more")
    assert work(lambda: throttle.unlock("ann"))
    assert _passes(work, "totp", user="ann", interaction="more")


def test_a_limit_cannot_be_taken_once_the_request_has_written(work):
    def write_then_take():
        cache.changed("clients")
        throttle.attempt("password", user="ann")

    with pytest.raises(RuntimeError, match="before the first write"):
        work(write_then_take)


def test_a_reading_request_may_take(work):
    def read_then_take():
        db.session.scalar(select(func.count()).select_from(Bucket))
        return throttle.attempt("password", user="ann")

    assert isinstance(work(read_then_take), Taken)


def test_counting_something_answers_with_the_wait(work):
    waits = [work(lambda: throttle.take("client_authentication", client="web")) for _ in range(31)]

    assert waits[:30] == [None] * 30
    assert waits[30] == timedelta(minutes=1)


@pytest.mark.parametrize("hostile", ["\x00", "x" * 500, "\ud800", "a@b", "ä"])
def test_any_client_name_can_be_counted(work, hostile):
    assert work(lambda: throttle.take("client_authentication", client=hostile)) is None


def test_of_64_guesses_at_once_no_more_pass_than_the_budget(work):
    outcomes = at_once(
        64, lambda: work(lambda: throttle.attempt("totp", user="ann", interaction="one"))
    )

    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 59


def test_tries_and_successes_of_many_users_at_once_do_not_deadlock(work):
    numbers = count()

    def try_and_mostly_succeed():
        number = next(numbers)
        taken = throttle.attempt("totp", user=f"user{number % 4}", interaction=f"i{number}")
        if isinstance(taken, Taken) and number % 8:
            throttle.give_back(taken)

    at_once(16, lambda: [work(try_and_mostly_succeed) for _ in range(4)])


class TestSwitchedOff:
    @pytest.fixture
    def overrides(self):
        return {"throttling": "off"}

    def test_everything_passes(self, work):
        assert all(_passes(work, user="ann") for _ in range(50))
