"""Every type of event has words for the person it happened to, or is hidden on purpose."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from idp.audit import catalogue
from idp.models import AuditEvent
from idp.web.account import activity_words
from idp.web.account.activity_table import HIDDEN, SENTENCES, Kind

NAMES = [name for sentences in SENTENCES.values() for name in sentences]


def event(type_: str, **details: object) -> AuditEvent:
    return AuditEvent(type=type_, details=details, happened_at=datetime.now(UTC))


def test_every_event_is_worded_or_hidden() -> None:
    assert activity_words.types() | HIDDEN == catalogue.types()


def test_no_event_is_both() -> None:
    assert activity_words.types() & HIDDEN == frozenset()


def test_no_event_is_worded_twice() -> None:
    assert sorted(NAMES) == sorted(set(NAMES))


def test_every_case_has_a_sentence_to_fall_back_on() -> None:
    assert {re.split("[:+]", name)[0] for name in NAMES} <= set(NAMES)


@pytest.mark.parametrize("type_", sorted(activity_words.types()))
def test_a_sentence_needs_nothing_but_the_event(type_: str) -> None:
    said = activity_words.sentence(event(type_), None)

    assert said.endswith(".")
    assert "%" not in said


def test_it_says_who_asked_and_what_was_proven() -> None:
    happened = event("session_strengthened", methods=["password", "totp"])

    said = activity_words.sentence(happened, "Photos")

    assert said == "Photos asked for two-step sign-in; you used password and authenticator app."


def test_the_reason_chooses_the_sentence() -> None:
    said = activity_words.sentence(event("session_ended", reason="signed_out"), None)

    assert said == "You signed out."


def test_the_kinds_are_the_filters() -> None:
    every = [activity_words.types(kind) for kind in Kind]

    assert frozenset().union(*every) == activity_words.types()
    assert sum(map(len, every)) == len(activity_words.types())
