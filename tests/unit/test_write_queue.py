import subprocess
import sys
import threading
import time

import pytest

from idp.write_queue import WriteQueue
from tests.support.race import at_once

HOLDER = """
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def queue(tmp_path):
    return WriteQueue(tmp_path / "idp.sqlite3", patience_seconds=10)


@pytest.fixture
def other_process(tmp_path, queue):
    """Holds the file's turn until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "idp.sqlite3-writers")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process


def test_one_at_a_time_is_in(queue):
    inside, most = 0, []

    def write():
        nonlocal inside
        assert queue.enter()
        inside += 1
        most.append(inside)
        time.sleep(0.002)
        inside -= 1
        queue.leave()

    at_once(16, write)

    assert most == [1] * 16


def test_another_process_is_waited_for(queue, other_process):
    waiting = threading.Thread(target=queue.enter)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()

    other_process.stdin.close()

    waiting.join(5)
    assert not waiting.is_alive()


def test_those_behind_the_head_give_up_when_another_process_hangs(tmp_path, other_process):
    queue = WriteQueue(tmp_path / "idp.sqlite3", patience_seconds=0.05)
    head = threading.Thread(target=queue.enter)
    head.start()
    head.join(0.1)

    assert not queue.enter()
    other_process.stdin.close()
    head.join(5)


def test_patience_with_another_thread_ends(tmp_path):
    queue = WriteQueue(tmp_path / "idp.sqlite3", patience_seconds=0.05)
    queue.enter()

    assert not queue.enter()


def test_the_file_is_private(tmp_path, queue):
    assert (tmp_path / "idp.sqlite3-writers").stat().st_mode & 0o777 == 0o600
