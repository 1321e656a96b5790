import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from idp.authentication import hash_pool
from idp.authentication.hash_pool import QUEUE_PER_SLOT, HashPool
from idp.authentication.verdict import Busy
from idp.throttle import Device

NO_WAIT, LONG = timedelta(0), timedelta(seconds=20)


@pytest.fixture
def release():
    """Jobs that wait for it go on until the test lets them end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_job_runs_in_a_thread_of_the_pool_and_its_error_comes_back():
    pool = HashPool(1)

    assert pool.run(lambda: threading.current_thread().name, LONG).startswith("hash")
    with pytest.raises(ZeroDivisionError):
        pool.run(lambda: 1 // 0, LONG)
    assert pool.run(lambda: "free again", NO_WAIT) == "free again"


def test_who_finds_no_slot_in_time_is_told_to_come_back(release):
    pool = HashPool(1)
    with ThreadPoolExecutor(1) as server:
        server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool._free._value == 0)

        assert isinstance(pool.run(lambda: "never", timedelta(milliseconds=20)), Busy)
        release.set()


def test_a_full_queue_refuses_at_once(release):
    pool = HashPool(1)
    seats = 1 + QUEUE_PER_SLOT
    with ThreadPoolExecutor(seats) as server:
        for _ in range(seats):
            server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool._seats[Device.UNKNOWN]._value == 0)

        assert isinstance(pool.run(lambda: "never", LONG), Busy)
        release.set()


def test_never_more_than_the_slots_at_once():
    pool, running, most, lock = HashPool(2), 0, 0, threading.Lock()

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

    assert most == 1


def test_a_slot_is_kept_for_known_browsers_however_many_strangers_come(release):
    """R9."""
    pool = HashPool(2)
    seats = 2 * (1 + QUEUE_PER_SLOT)
    with ThreadPoolExecutor(seats + 1) as server:
        for _ in range(seats):
            server.submit(pool.run, release.wait, LONG)
        _until(lambda: pool._seats[Device.UNKNOWN]._value == 0)

        assert isinstance(pool.run(lambda: "never", LONG), Busy)
        assert pool.run(lambda: "at once", NO_WAIT, Device.KNOWN) == "at once"
        release.set()


def test_known_browsers_may_use_every_slot(release):
    pool = HashPool(2)
    with ThreadPoolExecutor(2) as server:
        for _ in range(2):
            server.submit(pool.run, release.wait, LONG, Device.KNOWN)
        _until(lambda: pool._free._value == 0)

        assert isinstance(pool.run(lambda: "never", NO_WAIT), Busy)
        assert isinstance(pool.run(lambda: "never", NO_WAIT, Device.KNOWN), Busy)
        release.set()


@pytest.mark.parametrize(("slots", "kept"), [(1, 0), (2, 1), (4, 1), (8, 2), (16, 4)])
def test_a_quarter_of_the_slots_is_kept_and_at_least_one(slots, kept):
    assert hash_pool.kept_for_known(slots) == kept


def test_a_process_has_one_pool_and_a_forked_child_forgets_it():
    assert hash_pool.pool(3) is hash_pool.pool(3)

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
