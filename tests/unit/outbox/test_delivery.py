from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp import outbox
from idp.clock import now
from idp.extensions import db, transaction
from idp.models import OutboundMessage
from idp.outbox import State, delivery
from idp.outbox.delivery import Delivered, GiveUp, TryLater
from tests.support.race import at_once

KINDS = {"notice"}


def put(recipient="rp", **options):
    with transaction():
        return outbox.put("notice", recipient, {"sid": "s-1"}, about="s-1", **options)


def claim(message_id):
    with transaction():
        return delivery.claim(message_id, now())


def settle(message, outcome):
    with transaction():
        delivery.settle(message, outcome, now())


def due():
    return [one.id for one in delivery.due(now(), KINDS, 100)]


def row(message_id):
    columns = OutboundMessage.__table__.columns
    return db.session.execute(select(*columns).where(columns.id == message_id)).one()


def state():
    (only,) = outbox.progress("s-1")
    return only.state, only.attempts


# --- putting -------------------------------------------------------------------------------------


def test_a_message_is_gone_with_the_transaction_of_its_cause():
    def sign_out_and_fail():
        with transaction():
            outbox.put("notice", "rp", {}, about="s-1")
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sign_out_and_fail()

    assert outbox.progress("s-1") == []


def test_a_message_arrives_as_it_was_put():
    message = claim(put(secret=b"link"))

    assert (message.kind, message.recipient, message.payload) == ("notice", "rp", {"sid": "s-1"})
    assert (message.attempt, message.secret) == (1, b"link")


def test_a_secret_lies_sealed_and_only_until_the_message_is_settled():
    delivered, dead = put(secret=b"link"), put(secret=b"link")
    assert b"link" not in row(delivered).secret_sealed

    settle(claim(delivered), Delivered())
    settle(claim(dead), GiveUp("gone"))

    assert (row(delivered).secret_sealed, row(dead).secret_sealed) == (None, None)


def test_a_secret_does_not_open_in_another_row_and_holds_up_nobody():
    moved, other = put(secret=b"link"), put(secret=b"other")
    with transaction():
        stolen = row(other).secret_sealed
        statement = update(OutboundMessage).where(OutboundMessage.id == moved)
        db.session.execute(statement.values(secret_sealed=stolen))

    assert claim(moved) is None
    assert row(moved).last_error == "seal_broken"
    assert claim(other).secret == b"other"


def test_a_secret_is_not_in_the_printed_message():
    assert "link" not in repr(claim(put(secret=b"link")))


# --- claiming ------------------------------------------------------------------------------------


def test_of_many_who_claim_at_once_one_gets_it(app):
    message_id = put()

    def try_to_claim():
        with app.app_context():
            return claim(message_id)

    assert [message.attempt for message in at_once(8, try_to_claim) if message] == [1]


def test_a_claimed_message_is_not_due():
    message_id = put()
    claim(message_id)

    assert due() == []
    assert claim(message_id) is None


def test_after_a_crash_the_message_is_tried_again_when_the_lease_has_ended(clock):
    message_id = put()
    claim(message_id)

    clock.advance(seconds=delivery.LEASE.total_seconds() - 1)
    assert claim(message_id) is None
    clock.advance(seconds=1)
    assert claim(message_id).attempt == 2


def test_a_message_that_kills_whoever_takes_it_dies_in_the_end(clock):
    message_id = put()
    for attempt in range(delivery.MAXIMUM_ATTEMPTS):
        assert claim(message_id).attempt == attempt + 1
        clock.advance(seconds=delivery.LEASE.total_seconds())

    assert claim(message_id) is None
    with transaction():
        assert delivery.bury(now()) == 1
    assert (state(), row(message_id).last_error) == ((State.DEAD, 8), "lost")


def test_fresh_messages_come_before_failed_ones(clock):
    failed = put()
    settle(claim(failed), TryLater("503"))
    clock.advance(seconds=60)
    fresh = put()

    assert due() == [fresh, failed]


def test_kinds_that_nobody_delivers_are_left_alone():
    with transaction():
        outbox.put("of_a_newer_version", "rp", {})

    assert due() == []


# --- settling ------------------------------------------------------------------------------------


def test_a_delivered_message_is_done():
    message_id = put()
    settle(claim(message_id), Delivered())

    assert state() == (State.DELIVERED, 1)
    assert claim(message_id) is None


def test_failures_wait_longer_each_time_and_then_end(clock):
    message_id, waits = put(), []
    while outbox.progress("s-1")[0].state is State.WAITING:
        settle(claim(message_id), TryLater("timeout"))
        waits.append((row(message_id).next_try_at - now()).total_seconds())
        clock.advance(seconds=waits[-1])

    assert waits[:-1] == [10, 40, 160, 640, 2560, 10240, 21600]
    assert (state(), row(message_id).last_error) == ((State.DEAD, 8), "timeout")


def test_giving_up_ends_at_once():
    message_id = put()
    settle(claim(message_id), GiveUp("address"))

    assert state() == (State.DEAD, 1)


def test_a_long_problem_is_cut_to_what_the_column_holds():
    message_id = put()
    settle(claim(message_id), TryLater("x" * 500))

    assert row(message_id).last_error == "x" * 100


def test_who_comes_back_after_the_lease_does_not_postpone_somebody_elses_attempt(clock):
    message_id = put()
    late = claim(message_id)
    clock.advance(seconds=delivery.LEASE.total_seconds())
    claim(message_id)
    lease_ends = row(message_id).next_try_at

    settle(late, TryLater("timeout"))
    settle(late, GiveUp("timeout"))

    assert state() == (State.WAITING, 2)
    assert row(message_id).next_try_at == lease_ends


def test_who_comes_back_after_the_lease_may_still_say_that_it_arrived(clock):
    message_id = put()
    late = claim(message_id)
    clock.advance(seconds=delivery.LEASE.total_seconds())
    second = claim(message_id)

    settle(late, Delivered())
    settle(second, TryLater("timeout"))

    assert state() == (State.DELIVERED, 2)


def test_what_came_too_late_is_buried(clock):
    message_id = put(lifetime=timedelta(hours=1), secret=b"link")
    clock.advance(hours=1)

    assert claim(message_id) is None
    with transaction():
        assert delivery.bury(now()) == 1
    assert (row(message_id).last_error, row(message_id).secret_sealed) == ("expired", None)


def test_what_is_being_delivered_is_not_buried(clock):
    message_id = put(lifetime=timedelta(seconds=30))
    claim(message_id)
    clock.advance(seconds=31)

    with transaction():
        assert delivery.bury(now()) == 0


def test_a_pause_holds_only_for_one_recipient(clock):
    waiting, other = put("dead-host"), put("rp")
    with transaction():
        delivery.pause("notice", "dead-host", now())

    assert due() == [other]
    clock.advance(seconds=10)
    assert set(due()) == {waiting, other}


def test_a_pause_shortens_no_wait():
    message_id = put()
    settle(claim(message_id), TryLater("timeout"))
    claimed = put()
    claim(claimed)
    before = row(claimed).next_try_at
    with transaction():
        delivery.pause("notice", "rp", now())

    assert row(claimed).next_try_at == before
