"""Addresses that could be taken for somebody else's (A42)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.look_alike import problem


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "o'neil+x@sub.example.org",
        "jörg@bücher.de",
        "zoë.van-der-berg_2@example.nl",
        "иван@почта.рф",
        "νίκος@παράδειγμα.gr",
        "田中たろう@example.jp",
        "コーヒー@example.jp",
        "김철수@example.kr",
        "נועה@example.co.il",
    ],
)
def test_people_of_all_scripts_are_welcome(address):
    assert problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "аnn@example.com",  # a Cyrillic letter among Latin ones
        "асе@example.com",  # nothing but Cyrillic letters, which read as Latin
        "mıke@example.com",
        "ɑnn@example.com",
        "ann@аррӏе.com",
        "ann@xn--80ak6aa92e.com",  # the same, in the domain's ASCII form
        "ann1٢@example.com",
        "ann\u0323\u0489@example.com",
        "ενα.аnn@example.com",
    ],
)
def test_look_alikes_are_refused(address):
    assert problem(address)


@given(st.from_regex(r"[a-z0-9.+_-]{1,30}@[a-z0-9-]{1,20}\.[a-z]{2,5}", fullmatch=True))
def test_plain_addresses_are_never_look_alikes(address):
    assert problem(address) is None or "xn--" in address


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_anything_can_be_asked_about(text):
    problem(f"{text}@example.com")
    problem(f"ann@{text}")
