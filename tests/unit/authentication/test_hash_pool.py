import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from idp.authentication import hash_pool
from idp.authentication.hash_pool import OF_ONE_ACCOUNT, RETRY_AFTER, HashPool
from idp.authentication.verdict import Busy, Throttled
from idp.throttle import Device

NO_WAIT, LONG = timedelta(0), timedelta(seconds=20)
QUEUE = 4


@pytest.fixture
def release():
    """Jobs that wait for it go on until the test lets them end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_job_runs_in_a_thread_of_the_pool_and_its_error_comes_back():
    pool = HashPool(1, QUEUE)

    assert pool.run(lambda: threading.current_thread().name, LONG).startswith("hash")
    with pytest.raises(ZeroDivisionError):
        pool.run(lambda: 1 // 0, LONG)
    assert pool.run(lambda: "free again", NO_WAIT) == "free again"


def test_who_finds_no_slot_in_time_is_told_to_come_back(release):
    pool = HashPool(1, QUEUE)
    with ThreadPoolExecutor(1) as server:
        server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool.is_crowded(Device.UNKNOWN))

        assert isinstance(pool.run(lambda: "never", timedelta(milliseconds=20)), Busy)
        release.set()


def test_a_full_queue_refuses_at_once(release):
    pool = HashPool(1, QUEUE)
    seats = 1 + QUEUE
    with ThreadPoolExecutor(seats) as server:
        for _ in range(seats):
            server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool._seats[Device.UNKNOWN]._value == 0)

        assert isinstance(pool.run(lambda: "never", LONG), Busy)
        release.set()


def test_never_more_than_the_slots_at_once():
    pool, running, most, lock = HashPool(2, 8), 0, 0, threading.Lock()

    def job():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    with ThreadPoolExecutor(8) as server:
        list(server.map(lambda _: pool.run(job, LONG), range(8)))

    assert most == 2


def test_a_slot_is_kept_for_known_browsers_however_many_strangers_come(release):
    """R9."""
    pool = HashPool(2, QUEUE)
    seats = 2 + QUEUE
    with ThreadPoolExecutor(seats + 1) as server:
        for _ in range(seats):
            server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool._seats[Device.UNKNOWN]._value == 0)

        assert isinstance(pool.run(lambda: "never", LONG), Busy)
        with pool.slot(NO_WAIT, Device.KNOWN) as slot:
            assert slot.run(lambda: "at once") == "at once"
        release.set()


def test_known_browsers_may_use_every_slot():
    pool = HashPool(2, QUEUE)
    with ExitStack() as held:
        slots = [held.enter_context(pool.slot(NO_WAIT, Device.KNOWN)) for _ in range(4)]
        assert [slot is None for slot in slots] == [False, False, False, True]
        assert isinstance(pool.run(lambda: "never", NO_WAIT), Busy)


def test_it_is_crowded_for_those_who_would_have_to_wait():
    pool = HashPool(1, QUEUE)
    assert not pool.is_crowded(Device.UNKNOWN)

    with pool.slot(NO_WAIT):
        assert pool.is_crowded(Device.UNKNOWN)
        assert not pool.is_crowded(Device.KNOWN)

    assert not pool.is_crowded(Device.UNKNOWN)


def test_as_many_tries_of_one_account_stand_in_line_as_may_fail(release):
    """Of one account nobody fills the line, and nobody waits in it who would be refused."""
    pool = HashPool(1, 40)

    def guess():
        with pool.slot_for("ann", LONG, Device.UNKNOWN) as slot:
            return slot.run(release.wait)

    with ThreadPoolExecutor(OF_ONE_ACCOUNT) as server:
        guesses = [server.submit(guess) for _ in range(OF_ONE_ACCOUNT)]
        _until(lambda: pool._accounts._tries["ann"] == OF_ONE_ACCOUNT)
        with pool.slot_for("ann", LONG, Device.UNKNOWN) as one_more:
            assert one_more == Throttled(RETRY_AFTER)
        with pool.slot_for("bob", NO_WAIT, Device.UNKNOWN) as of_another:
            assert of_another == Busy(RETRY_AFTER)
        release.set()

    assert all(one.result() for one in guesses)
    assert not pool._accounts._tries


@pytest.mark.parametrize(
    ("slots", "in_all", "for_strangers"),
    [(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 4, 3), (8, 8, 6), (16, 16, 12)],
)
def test_a_quarter_of_the_slots_is_kept_or_one_more_is_made(slots, in_all, for_strangers):
    assert hash_pool.shared_out(slots) == (in_all, for_strangers)


def test_a_process_has_one_pool_and_a_forked_child_forgets_it():
    assert hash_pool.pool(3, QUEUE) is hash_pool.pool(3, QUEUE)

    child = os.fork()
    if child == 0:
        os._exit(0 if not hash_pool._pools else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_slots_follow_the_setting_or_the_processors():
    assert hash_pool.slots_for(5) == 5
    assert hash_pool.slots_for(0) >= 2


def _until(condition):
    deadline = threading.Event()
    for _ in range(1000):
        if condition():
            return
        deadline.wait(0.005)
    raise AssertionError("it did not happen")
