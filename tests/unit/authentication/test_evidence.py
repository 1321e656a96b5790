"""What counts, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.evidence import Evidence, Method, amr, auth_time, counted

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=12)


def proof(method: Method, minutes_ago: float) -> Evidence:
    return Evidence(method, "user", "credential", NOW - timedelta(minutes=minutes_ago))


PROOFS = st.lists(st.builds(proof, st.sampled_from(Method), st.floats(0, 2000)), max_size=8)


def test_the_newest_proof_of_a_method_counts() -> None:
    old, new = proof(Method.PASSWORD, 50), proof(Method.PASSWORD, 5)

    assert counted([new, old], since=None, now=NOW, lifetime=DAY) == (new,)


def test_a_proof_older_than_asked_does_not_count() -> None:
    password, code = proof(Method.PASSWORD, 10), proof(Method.TOTP, 1)

    since = NOW - timedelta(minutes=5)

    assert counted([password, code], since=since, now=NOW, lifetime=DAY) == (code,)


def test_a_proof_at_the_very_moment_counts() -> None:
    password = proof(Method.PASSWORD, 5)

    assert counted([password], since=password.proven_at, now=NOW, lifetime=DAY) == (password,)


def test_proofs_outlive_no_half_day() -> None:
    assert counted([proof(Method.PASSWORD, 721)], since=None, now=NOW, lifetime=DAY) == ()


@pytest.mark.spec("RFC 8176", "2")
@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([], ()),
        ([Method.PASSWORD], ("pwd",)),
        ([Method.PASSWORD, Method.TOTP], ("pwd", "otp", "mfa")),
        ([Method.PASSWORD, Method.RECOVERY_CODE], ("pwd", "recovery", "mfa")),
        ([Method.TOTP], ("otp",)),
        ([Method.PASSKEY], ("swk", "user", "mfa")),
        ([Method.PASSWORD, Method.PASSKEY], ("pwd", "swk", "user", "mfa")),
        ([Method.PASSWORD, Method.TOTP, Method.PASSKEY], ("pwd", "otp", "swk", "user", "mfa")),
        ([Method.PASSWORD, Method.TOTP, Method.RECOVERY_CODE], ("pwd", "otp", "recovery", "mfa")),
    ],
)
def test_amr_names_what_was_proven(methods: list[Method], expected: tuple[str, ...]) -> None:
    assert amr(proof(method, 1) for method in methods) == expected


@pytest.mark.spec("OIDC Core", "2")
@given(PROOFS)
def test_everything_in_amr_happened_at_or_after_auth_time(proofs: list[Evidence]) -> None:
    count = counted(proofs, since=None, now=NOW, lifetime=DAY)
    moment = auth_time(count)

    assert (moment is None) == (not count)
    assert all(moment is not None and one.proven_at >= moment for one in count)


@given(PROOFS)
def test_mfa_is_only_said_with_a_passkey_or_a_password_and_a_second_kind(
    proofs: list[Evidence],
) -> None:
    count = counted(proofs, since=None, now=NOW, lifetime=DAY)
    methods = {one.method for one in count}

    two = Method.PASSWORD in methods and len(methods) > 1
    assert ("mfa" in amr(count)) == (two or Method.PASSKEY in methods)
