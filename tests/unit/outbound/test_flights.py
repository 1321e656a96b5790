import threading
import time

import pytest

from idp.outbound.deadline import Deadline
from idp.outbound.flights import Flights
from idp.outbound.refusal import OutboundFailed, Reason
from tests.support.race import at_once

URL = "https://rp.example/jwks"


class Work:
    """Something that lasts until it is let go, and knows how often it was begun."""

    def __init__(self, result):
        self.result, self.begun = result, 0
        self.has_begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self):
        self.begun += 1
        self.has_begun.set()
        self.let_go.wait(5)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def soon(self):
        threading.Timer(0.2, self.let_go.set).start()
        return self


class DeadlineOfAll:
    """Whoever joins somebody's request asks how long it may wait: the last who does lets it go."""

    def __init__(self, work, joiners):
        self.work, self.others = work, threading.Semaphore(joiners - 1)

    def remaining(self):
        if not self.others.acquire(blocking=False):
            self.work.let_go.set()
        return 5


def soon():
    return Deadline.after(5)


def test_readers_of_one_url_share_one_request():
    flights, work = Flights(), Work(b"keys")
    deadline = DeadlineOfAll(work, joiners=7)

    assert at_once(8, lambda: flights.read(URL, deadline, work)) == [b"keys"] * 8
    assert work.begun == 1


def test_readers_share_a_failure_too():
    flights, work = Flights(), Work(OutboundFailed(Reason.STATUS))
    deadline = DeadlineOfAll(work, joiners=3)

    def reason():
        with pytest.raises(OutboundFailed) as failed:
            flights.read(URL, deadline, work)
        return failed.value.reason

    assert at_once(4, reason) == [Reason.STATUS] * 4
    assert work.begun == 1


def test_a_later_reader_makes_a_request_of_its_own():
    flights, work = Flights(), Work(b"keys").soon()

    flights.read(URL, soon(), work)
    flights.read(URL, soon(), work)

    assert work.begun == 2


def test_writers_go_one_after_the_other():
    flights, flying, most = Flights(), [], []

    def post():
        flying.append(1)
        most.append(len(flying))
        time.sleep(0.02)
        flying.pop()
        return 200

    assert at_once(6, lambda: flights.write(URL, soon(), post)) == [200] * 6
    assert most == [1] * 6


def test_a_reader_waits_for_a_writer_and_does_not_take_its_answer():
    flights, post = Flights(), Work(200)
    writer = threading.Thread(target=lambda: flights.write(URL, soon(), post))
    writer.start()
    post.has_begun.wait(5)
    post.soon()

    assert flights.read(URL, soon(), lambda: b"keys") == b"keys"
    assert post.let_go.is_set()
    writer.join()


@pytest.mark.parametrize("kind", ["read", "write"])
def test_waiting_for_somebody_elses_request_ends_at_ones_own_deadline(kind):
    flights, slow = Flights(), Work(b"keys")
    leader = threading.Thread(target=lambda: flights.read(URL, soon(), slow))
    leader.start()
    slow.has_begun.wait(5)

    with pytest.raises(OutboundFailed) as failed:
        getattr(flights, kind)(URL, Deadline.after(0.1), Work(b"other"))

    assert failed.value.reason is Reason.TIMEOUT
    slow.let_go.set()
    leader.join()


def test_other_urls_do_not_wait():
    flights, slow = Flights(), Work(b"keys")
    leader = threading.Thread(target=lambda: flights.read(URL, soon(), slow))
    leader.start()
    slow.has_begun.wait(5)

    assert flights.read(URL + "2", soon(), lambda: b"others") == b"others"
    slow.let_go.set()
    leader.join()


def test_a_request_that_breaks_leaves_the_url_free():
    flights = Flights()
    with pytest.raises(ZeroDivisionError):
        flights.write(URL, soon(), lambda: 1 // 0)

    assert flights.write(URL, soon(), lambda: 200) == 200
