from datetime import timedelta

import pytest

from idp.throttle.limits import LIMITS, PASSWORD_SERIES, TOTP_SERIES, Device, Subject


def _amounts(limit, subject):
    return {
        (window.capacity, window.period)
        for window in LIMITS[limit]
        if window.by == (subject,) and window is not PASSWORD_SERIES and window is not TOTP_SERIES
    }


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("limit", "subject", "amounts"),
    [
        ("password", Subject.USER, {(10, 5 * MINUTE)}),
        ("password", Subject.ADDRESS, {(10, 5 * MINUTE)}),
        ("totp", Subject.INTERACTION, {(5, HOUR)}),
        ("totp", Subject.USER, {(5, 5 * MINUTE), (20, HOUR), (50, DAY)}),
        ("totp", Subject.ADDRESS, {(10, 5 * MINUTE), (50, HOUR)}),
        ("reset_mail", Subject.USER, {(5, DAY)}),
        ("reset_mail", Subject.ADDRESS, {(3, HOUR)}),
        ("registration", Subject.ADDRESS, {(2, DAY)}),
    ],
)
def test_limits_are_the_promised_ones(limit, subject, amounts):
    assert _amounts(limit, subject) == amounts


def test_recovery_codes_are_guessed_out_of_the_same_budget_as_one_time_codes():
    assert set(LIMITS["totp"]) - set(LIMITS["recovery_code"]) == {TOTP_SERIES}


def test_a_hundred_wrong_one_time_codes_in_a_row_freeze():
    assert TOTP_SERIES.capacity == 100


def test_a_hundred_wrong_passwords_in_a_row_leave_known_browsers_only():
    assert PASSWORD_SERIES.capacity == 100
    assert PASSWORD_SERIES.devices == (Device.UNKNOWN,)


def test_known_browsers_are_counted_by_their_user_alone():
    for limit in ("password", "totp", "recovery_code"):
        counted = [window for window in LIMITS[limit] if Device.KNOWN in window.devices]

        assert counted
        assert not any(Subject.ADDRESS in window.by for window in counted)


def test_waits_for_a_password_double_from_half_a_minute_to_an_hour():
    waits = [PASSWORD_SERIES.backoff.wait(count).total_seconds() for count in range(9, 19)]

    assert waits == [0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_window_of_one_name_is_the_same_everywhere():
    windows = {window for limit in LIMITS.values() for window in limit}

    assert len(windows) == len({window.name for window in windows})
