import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from idp import audit, logs, origin
from idp.audit import catalogue
from idp.extensions import db
from idp.models import AuditEvent


@pytest.fixture
def stored(work):
    def only_event():
        return work(lambda: db.session.scalars(select(AuditEvent)).one())

    return only_event


@pytest.fixture
def asking():
    yield origin.enter
    origin.enter(origin.Origin())


def test_an_event_carries_who_asked_and_from_where(work, stored, asking):
    asking(origin.Origin("192.0.2.7", "Firefox", "ABCD-1234", "user:01J", "the-sid"))

    work(lambda: audit.record(catalogue.PasswordRejected(user_id="01J", reason="wrong")))

    event = stored()
    assert (event.type, event.details) == ("password_rejected", {"reason": "wrong"})
    assert (event.actor, event.address, event.user_agent) == ("user:01J", "192.0.2.7", "Firefox")
    assert (event.reference, event.sid, event.user_id) == ("ABCD-1234", "the-sid", "01J")


def test_what_would_forge_a_line_or_turn_text_around_is_written_as_an_escape(work, stored, asking):
    asking(origin.Origin(user_agent="a\nb\u202ec\x00d\ud800"))

    work(lambda: audit.record(catalogue.SessionEnded(reason="x\r\ny")))

    event = stored()
    assert event.user_agent == r"a\u000ab\u202ec\u0000d\ud800"
    assert event.details == {"reason": r"x\u000d\u000ay"}


def test_what_is_too_long_is_cut_and_never_an_error(work, stored, asking):
    asking(origin.Origin("9" * 500, "u" * 5000, "r" * 99, "actor" * 99))

    work(
        lambda: audit.record(catalogue.PasswordRejected(client_id="c" * 9999, reason="long " * 999))
    )

    event = stored()
    assert len(event.user_agent) == 255
    assert len(event.details["reason"]) == 500


def test_an_event_is_counted_by_its_type(work):
    before = REGISTRY.get_sample_value("idp_audit_events_total", {"type": "user_enabled"}) or 0

    work(lambda: audit.record(catalogue.UserEnabled(user_id="01J")))

    after = REGISTRY.get_sample_value("idp_audit_events_total", {"type": "user_enabled"})
    assert after == before + 1


def _all_events(kind):
    for event in kind.__subclasses__():
        yield event
        yield from _all_events(event)


@pytest.mark.parametrize("event", list(_all_events(catalogue.Event)))
def test_every_event_is_explained_and_its_name_fits_the_column(event):
    assert event.__doc__
    assert not event.__doc__.startswith(event.__name__)
    assert len(catalogue.type_of(event)) <= 40


def test_the_log_has_a_line_for_an_event_and_none_for_each_row_of_a_file(work, settings, capsys):
    logs.configure(settings.model_copy(update={"log_level": "INFO"}))
    try:
        work(lambda: audit.record(catalogue.UserEnabled(user_id="01J")))
        work(lambda: audit.record(catalogue.UserImported(user_id="01J", import_id="1")))
    finally:
        logs.configure(settings)

    lines = capsys.readouterr().err
    assert "user_enabled" in lines
    assert "user_imported" not in lines
