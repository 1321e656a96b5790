"""Workers and their CPUs; a process each, since whoever has settled stays settled."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from idp import processor

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its CPU"
)

WORKER = """
import os, sys, threading
from idp import processor
processor.settle()
where = {}
def note(name, before=lambda: None):
    before()
    where[name] = sorted(os.sched_getaffinity(0))
for name, before in (("answers", lambda: None), ("hashes", processor.roam)):
    thread = threading.Thread(target=note, args=(name, before))
    thread.start()
    thread.join()
print(where["answers"], where["hashes"], sep=";", flush=True)
sys.stdin.read()
"""


def _workers(stack, count):
    """Each one's answer, while all of them live."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [
        stack.enter_context(subprocess.Popen([sys.executable, "-c", WORKER], **pipes))
        for _ in range(count)
    ]
    return [worker.stdout.readline().strip().split(";") for worker in started]


def test_threads_of_a_worker_stay_on_one_cpu_and_those_that_roam_may_use_all():
    with ExitStack() as stack:
        [(answers, hashes)] = _workers(stack, 1)

    assert answers in [f"[{cpu}]" for cpu in processor.USABLE]
    assert hashes == str(sorted(processor.USABLE))


def test_workers_that_start_together_share_the_cpus():
    with ExitStack() as stack:
        places = {answers for answers, _ in _workers(stack, 4)}

    assert len(places) >= min(2, len(processor.USABLE))
