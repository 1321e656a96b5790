"""Who comes first does the work of all who wait: decision 0037."""

import errno
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.database import turns
from idp.database.durability import Log
from tests.support.race import at_once

PATIENCE = 10
LOST_POWER = OSError(errno.EIO, "Input/output error")


class Disk(Log):
    """A log whose syncs are counted, held up and fail as a test wants it."""

    count, problem = 0, None

    def __init__(self, path):
        super().__init__(path)
        self.is_asked, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()

    def _sync(self):
        self.count += 1
        self.is_asked.set()
        assert self.may_go_on.wait(PATIENCE)
        if self.problem:
            raise self.problem


class Errand:
    """Work that remembers who did it and how it ended."""

    def __init__(self, disk=None, *, is_held=False, error=None):
        self.disk, self.error = disk, error
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()
        if not is_held:
            self.may_go_on.set()
        self.done_by, self.told = [], []

    def begin(self):
        self.done_by.append(threading.get_ident())
        self.has_begun.set()
        assert self.may_go_on.wait(PATIENCE)
        if self.disk:
            self.disk.settle()
        if self.error:
            raise self.error

    def end(self, problem):
        self.told.append(problem)


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path / "idp.sqlite3")


@pytest.fixture
def line():
    return turns.Turns()


@pytest.fixture
def bring(line):
    """Bring an errand by a thread of its own, and be told what comes of it."""
    with ThreadPoolExecutor(16) as pool:
        yield lambda errand: pool.submit(line.take, errand)


@pytest.fixture
def patience(monkeypatch):
    """Nobody goes without a turn because the machine is slow."""
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", PATIENCE)


def wait_in_line(line, bring, *errands):
    brought = [bring(errand) for errand in errands]
    while len(line._line) < len(errands):
        time.sleep(0.001)
    return brought


@pytest.mark.usefixtures("patience")
def test_one_thread_works_for_all_who_came_meanwhile_and_one_sync_is_for_all(line, bring, disk):
    first, *others = (Errand(disk, is_held=number == 0) for number in range(4))
    brought = [bring(first)]
    assert first.has_begun.wait(PATIENCE)
    brought += wait_in_line(line, bring, *others)

    first.may_go_on.set()
    for one in brought:
        one.result(PATIENCE)

    assert [errand.done_by for errand in others] == [first.done_by] * 3
    assert [errand.told for errand in (first, *others)] == [[None]] * 4
    assert disk.count == 1


@pytest.mark.usefixtures("patience")
def test_nobody_is_answered_before_the_sync_and_the_next_one_works_meanwhile(bring, disk):
    disk.may_go_on.clear()
    first, second = Errand(disk), Errand()
    waits = bring(first)
    assert disk.is_asked.wait(PATIENCE)

    bring(second).result(PATIENCE)
    assert (first.told, waits.done()) == ([], False)

    disk.may_go_on.set()
    waits.result(PATIENCE)
    assert first.told == [None]


@pytest.mark.usefixtures("patience")
def test_a_reader_in_line_waits_for_no_disk(line, bring, disk):
    disk.may_go_on.clear()
    first, reader = Errand(disk, is_held=True), Errand()
    waits = bring(first)
    assert first.has_begun.wait(PATIENCE)
    (reads,) = wait_in_line(line, bring, reader)
    first.may_go_on.set()

    reads.result(PATIENCE)
    assert (reader.told, first.told) == ([None], [])

    disk.may_go_on.set()
    waits.result(PATIENCE)


@pytest.mark.usefixtures("patience")
def test_when_the_sync_fails_whoever_has_committed_is_told(line, bring, disk):
    disk.problem = LOST_POWER
    first, writer, reader = Errand(disk, is_held=True), Errand(disk), Errand()
    brought = [bring(first)]
    assert first.has_begun.wait(PATIENCE)
    brought += wait_in_line(line, bring, writer, reader)
    first.may_go_on.set()
    for one in brought:
        one.result(PATIENCE)

    for told in (*first.told, *writer.told):
        assert told.errno == LOST_POWER.errno
    assert reader.told == [None]


@pytest.mark.usefixtures("patience")
def test_an_error_goes_to_whoever_brought_it_and_the_others_go_on(line, bring):
    first, bad, good = Errand(is_held=True), Errand(error=LookupError("mine")), Errand()
    leads = bring(first)
    assert first.has_begun.wait(PATIENCE)
    fails, goes = wait_in_line(line, bring, bad, good)
    first.may_go_on.set()

    with pytest.raises(LookupError, match="mine"):
        fails.result(PATIENCE)
    goes.result(PATIENCE)
    leads.result(PATIENCE)
    assert [errand.told for errand in (first, bad, good)] == [[None]] * 3


def test_whoever_has_waited_too_long_goes_without_a_turn_and_others_need_not_wait(
    bring, monkeypatch
):
    stuck, other, newcomer = Errand(is_held=True), Errand(), Errand()
    waits = bring(stuck)
    assert stuck.has_begun.wait(PATIENCE)

    bring(other).result(PATIENCE)
    assert other.told == [None]
    assert other.done_by != stuck.done_by

    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 2 * PATIENCE)
    bring(newcomer).result(PATIENCE)
    assert newcomer.told == [None]

    stuck.may_go_on.set()
    waits.result(PATIENCE)


def test_what_is_done_waits_for_nobody_who_is_stuck(line, bring, disk, monkeypatch):
    first, reader, writer, stuck = (
        Errand(is_held=True),
        Errand(),
        Errand(disk),
        Errand(is_held=True),
    )
    with monkeypatch.context() as patient:
        patient.setattr(turns, "PATIENCE_SECONDS", 1)
        leads = bring(first)
        assert first.has_begun.wait(PATIENCE)
        reads, writes, waits = wait_in_line(line, bring, reader, writer, stuck)
    first.may_go_on.set()
    assert stuck.has_begun.wait(PATIENCE)

    reads.result(PATIENCE)
    writes.result(PATIENCE)
    assert (reader.told, writer.told, disk.count) == ([None], [None], 1)

    stuck.may_go_on.set()
    for one in (leads, waits):
        one.result(PATIENCE)
    assert [len(errand.told) for errand in (first, reader, writer, stuck)] == [1] * 4


def test_in_a_crowd_everything_is_done_once(line, disk, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.001)

    def come():
        errands = [Errand(disk if number % 2 else None) for number in range(100)]
        for errand in errands:
            line.take(errand)
            assert errand.told == [None]
        return errands

    done = [errand for errands in at_once(16, come) for errand in errands]

    assert {len(errand.done_by) for errand in done} == {1}
    assert {len(errand.told) for errand in done} == {1}
    assert (line._is_taken, line._is_held_up) == (False, False), "the turn is free again"
