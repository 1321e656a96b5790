"""A developer is everybody at once, from one address."""

import pytest

from config import Environment, PasswordSettings
from idp import throttle
from idp.throttle import Refused, Taken


@pytest.fixture
def overrides():
    return {
        "environment": Environment.DEVELOPMENT,
        "passwords": PasswordSettings(bcrypt_cost=10),
    }


@pytest.mark.parametrize("limit", ["registration", "reset_mail"])
def test_one_address_may_play_any_number_of_people_who_are_mailed(work, limit):
    outcomes = [work(lambda n=n: throttle.attempt(limit, user=f"person-{n}")) for n in range(20)]

    assert all(isinstance(outcome, Taken) for outcome in outcomes)


def test_one_person_is_mailed_five_times_a_day_there_too(work):
    outcomes = [work(lambda: throttle.attempt("reset_mail", user="ann")) for _ in range(6)]

    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False] * 5 + [True]


def test_guesses_are_counted_by_address_there_too(work):
    outcomes = [work(lambda n=n: throttle.attempt("password", user=f"p-{n}")) for n in range(11)]

    assert isinstance(outcomes[-1], Refused)
