import threading
from contextlib import suppress

import pytest

from idp import cache
from idp.cache import Cache
from idp.extensions import db, transaction
from tests.support import provider
from tests.support.statements import recorded

CACHE: Cache[str] = Cache("things", maximum_entries=3)


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


@pytest.fixture
def another_process(settings):
    """Another app on the same database shares no memory with the first."""
    other = provider.build(settings)
    yield other
    provider.dispose(other)


@pytest.fixture
def seconds(monkeypatch):
    """The monotonic clock, standing still until it is moved."""
    passed = [1000.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: passed[0])
    return passed


def remember(value):
    CACHE.entries()["key"] = value


def test_what_was_read_is_kept_without_asking_again(seconds):
    remember("old")

    with recorded(db.engine) as record:
        assert CACHE.entries()["key"] == "old"
    assert record.statements == []


def test_after_a_second_it_asks_once_whether_anything_changed(seconds):
    remember("old")
    seconds[0] += 1

    with recorded(db.engine) as record:
        assert CACHE.entries()["key"] == "old"
        assert CACHE.entries()["key"] == "old"
    assert len(record.statements) == 1


def test_a_change_of_this_process_is_seen_at_once(seconds):
    remember("old")

    with transaction():
        cache.changed("things")

    assert CACHE.entries() == {}


def test_a_change_of_another_process_is_seen_within_a_second(seconds, another_process):
    remember("old")
    with another_process.app_context(), transaction():
        cache.changed("things")

    seconds[0] += 0.9
    assert CACHE.entries() == {"key": "old"}
    seconds[0] += 0.1
    assert CACHE.entries() == {}


def test_a_change_of_something_else_leaves_it_alone(seconds):
    remember("old")

    with transaction():
        cache.changed("others")

    assert CACHE.entries() == {"key": "old"}


def test_whoever_changes_it_reads_past_it_and_leaves_nothing(seconds):
    remember("old")

    with suppress(ZeroDivisionError), transaction():
        cache.changed("things")
        assert CACHE.entries() == {}
        remember("never committed")
        raise ZeroDivisionError

    assert CACHE.entries() == {"key": "old"}


def test_a_released_savepoint_is_no_commit(seconds):
    remember("old")

    with suppress(ZeroDivisionError), transaction():
        with db.session.begin_nested():
            cache.changed("things")
        remember("never committed")
        assert CACHE.entries() == {}
        raise ZeroDivisionError

    assert CACHE.entries() == {"key": "old"}


def test_a_savepoint_that_is_rolled_back_does_no_harm(seconds):
    remember("old")

    with transaction():
        with suppress(ZeroDivisionError), db.session.begin_nested():
            cache.changed("things")
            raise ZeroDivisionError
        assert CACHE.entries() in ({}, {"key": "old"})

    assert CACHE.entries() == {"key": "old"}


def test_what_was_read_before_a_change_is_not_kept_after_it(app, seconds):
    """A slow reader asks for its entries, somebody commits a change, then the reader adds."""
    entries = CACHE.entries()

    def change():
        with app.app_context(), transaction():
            cache.changed("things")

    other = threading.Thread(target=change)
    other.start()
    other.join()
    entries["key"] = "read before the change"

    assert CACHE.entries() == {}


def test_it_starts_again_when_it_is_full(seconds):
    for number in range(4):
        CACHE.entries()[str(number)] = "thing"

    assert CACHE.entries() == {}


def test_two_apps_in_one_process_share_nothing(settings, another_process):
    remember("of the first")

    with another_process.app_context():
        assert CACHE.entries() == {}
