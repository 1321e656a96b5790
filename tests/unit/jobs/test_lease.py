"""One node runs the jobs; another takes over when it is gone, and the first one writes no more."""

from datetime import timedelta

import pytest

from idp import clock, job_lease
from idp.extensions import db, transaction
from idp.job_lease import Lease, LeaseLost
from idp.jobs import runner
from idp.models import Heartbeat, JobLease
from tests.support.race import at_once


def let_it_run_out():
    """As if its holder had been silent for longer than it lasts."""
    with transaction():
        row = db.session.get_one(JobLease, job_lease.NAME, populate_existing=True)
        row.expires_at -= timedelta(minutes=1)


def test_of_many_nodes_at_once_one_holds_it(app):
    def ask():
        with app.app_context():
            return Lease().hold()

    assert at_once(8, ask).count(True) == 1


def test_it_is_renewed_by_its_holder_and_taken_by_nobody_else(app):
    first, second = Lease(), Lease()

    assert (first.hold(), second.hold(), first.hold()) == (True, False, True)
    assert first.fence == 1
    assert job_lease.current().holder == first.holder


def test_who_lets_go_need_not_be_waited_for(app):
    first, second = Lease(), Lease()
    first.hold()
    first.let_go()

    assert first.fence is None
    assert second.hold()


def test_who_was_silent_is_overtaken_and_writes_no_more(app):
    first, second = Lease(), Lease()
    first.hold()
    fence = first.fence
    let_it_run_out()

    assert second.hold()
    assert second.fence == fence + 1
    with pytest.raises(LeaseLost), job_lease.fenced(fence), transaction():
        db.session.add(Heartbeat(name="late", beat_at=clock.now()))
    assert db.session.get(Heartbeat, "late", populate_existing=True) is None
    assert not first.hold()


def test_a_node_that_has_it_keeps_others_from_running_the_jobs(app):
    holder = Lease()
    holder.hold()

    with pytest.raises(runner.HeldElsewhere, match=holder.holder):
        runner.run_once(app)
    holder.let_go()
    assert {outcome.done for outcome in runner.run_once(app)} != {None}
